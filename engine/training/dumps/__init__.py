"""From Reddit dumps to a dataset: reading, choosing, and a report of both."""
