"""Command sets, one per file. None has been tried on a real instrument."""
