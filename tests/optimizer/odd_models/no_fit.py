"""A module that is no surrogate."""
