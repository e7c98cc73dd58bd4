"""What the columns of a sheet mean: names, units, headers over several rows, and its cells."""
