"""What Prefect needs around a run: its server, who may enter, queues, dead runs."""
