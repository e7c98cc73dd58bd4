"""The operator console: what each of its pages shows, as values for the templates."""
