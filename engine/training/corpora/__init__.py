"""The words from which the demo bots' training threads are made, one TOML file for each subreddit."""
