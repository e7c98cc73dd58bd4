"""Trials as they happen, in a terminal or as lines of a log."""
