"""Campaigns replayed on tables of real experiments by others, against peers."""
