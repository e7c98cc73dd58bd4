"""Campaigns replayed on what past stacks tell, and plans made from replays."""
