"""The tables of addresses, one a subject."""
