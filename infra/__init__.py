"""Everything that starts the project or deploys it."""
