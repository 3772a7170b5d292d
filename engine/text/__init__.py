"""Writing with causal language models: many answers at once, a token each at every step."""
