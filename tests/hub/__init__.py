"""The hub against a real Azurite, by its own doors."""
