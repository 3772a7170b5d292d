"""Channels: what they are, who may do what in them, and how order is kept."""
