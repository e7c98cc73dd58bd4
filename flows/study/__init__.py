"""A study of past data as a Prefect flow."""
