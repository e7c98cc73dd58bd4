"""Settings files, read once at the door and passed on as values."""
