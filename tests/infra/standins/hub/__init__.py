"""The stand-in for the hub."""
