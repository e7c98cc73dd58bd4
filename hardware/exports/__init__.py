"""What the folder meter needs: names that match, files used before, files that still grow."""
