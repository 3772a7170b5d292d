"""The web side: people, channels, history, dispatch of jobs, and answers. Never imports torch or engine."""
