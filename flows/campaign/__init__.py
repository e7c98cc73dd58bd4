"""A campaign: its trials, when it stops, and what happens after a fault."""
