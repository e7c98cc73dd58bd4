"""People: who is asked, where, and who is told."""
