"""The small process that owns the link to a press."""
