"""What a person looks at: the report, tables, exports and the live display."""
