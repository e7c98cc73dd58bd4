"""The pictures of the report, one to a file; each returns a `Panel`."""
