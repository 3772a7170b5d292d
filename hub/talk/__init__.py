"""What is said: posted, answered, changed, voted on, reported."""
