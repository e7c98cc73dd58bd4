"""Who has a press or a meter to itself, and whose turn is next, by locks of the kernel."""
