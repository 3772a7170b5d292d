"""Tests against the real things: Azurite, aiohttp, Socket.IO, tiny models, Chromium."""
