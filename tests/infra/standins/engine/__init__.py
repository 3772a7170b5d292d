"""The stand-in for the engine."""
