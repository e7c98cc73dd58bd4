"""A lab in one command: database, Prefect server, a worker for each press, and their end."""
