"""Making bots: `python -m engine.training`."""
