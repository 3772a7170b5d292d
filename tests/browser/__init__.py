"""The page in a real browser, against real Azurite, hub and engine."""
