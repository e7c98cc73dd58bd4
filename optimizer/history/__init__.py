"""What the models learn from: which stacks, of which lots, and whether readings drift."""
