"""One file for each kind of impedance meter; the file name is its name in the settings."""
