"""Spectra of known truth, drawn anew, and how the evaluation reads them."""
