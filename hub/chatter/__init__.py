"""Bots that talk without being asked."""
