"""In what order things happen: the only room that knows Prefect."""
