"""Spectra of files as a page or a picture."""
