"""Finds the pressing recipe for all-solid-state battery stacks, in as few stacks as possible."""

__version__ = "0.1.0"
