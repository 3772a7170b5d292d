"""The GPU side: takes jobs from input queues, makes answers with models, and posts events. Never writes a table."""
