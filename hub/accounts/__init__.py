"""Accounts: who people are, how they come in, and how they leave."""
