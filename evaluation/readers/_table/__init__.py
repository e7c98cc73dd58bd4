"""Tables in a text: what their columns are, which lines are rows, where a sweep ends."""
