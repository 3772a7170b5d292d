"""Ways of answering the same prompts with the same model: `python -m tests.bench.text.ways.<name> <plan> …`."""
