"""Pictures: which there are, what refers to them, who may see them, and when they go."""
