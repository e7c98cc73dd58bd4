"""Equivalent circuits: their notation, their impedance, their fits to spectra."""
