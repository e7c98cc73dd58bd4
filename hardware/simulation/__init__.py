"""The simulated press and what becomes of stacks in it."""
