"""What people agreed to share, as files in the form of Reddit dumps."""
