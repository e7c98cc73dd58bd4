"""Files of `examples/tutorial/`, made by `python -m tools.examples`."""
