"""Commands that start, or speak to, what runs on: servers, workers, the console."""
