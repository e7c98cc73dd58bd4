"""A campaign as an RO-Crate: its tables, what they mean, and who did what."""
