"""Benchmarks of writing text: the engine's way beside others, each in a process of its own, over the same weights."""
