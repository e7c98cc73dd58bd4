"""Trials, spectra and traces as tidy tables."""
