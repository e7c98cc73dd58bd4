"""Rules between variables: which recipes are allowed, and where such recipes are found."""
