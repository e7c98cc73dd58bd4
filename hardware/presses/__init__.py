"""One file for each kind of press; the file name is its name in the settings."""
