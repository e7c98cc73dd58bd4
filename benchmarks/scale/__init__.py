"""What many presses and many campaigns cost: figures in RESULTS.md."""
