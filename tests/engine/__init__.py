"""The GPU side, against a real Azurite and real, tiny models."""
