"""What surrogates are built from and no library has: physics terms, sampling, mixtures, labels."""
