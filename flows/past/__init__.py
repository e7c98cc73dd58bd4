"""Past presses from plain tables, for models and for the data check."""
