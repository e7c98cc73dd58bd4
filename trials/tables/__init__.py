"""Tables of past presses by kind of file: each gives numbered rows of text cells."""
