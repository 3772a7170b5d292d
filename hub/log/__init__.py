"""A channel's partition: rows, transactions, and what of it lies in memory."""
