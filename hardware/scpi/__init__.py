"""Impedance analysers that are driven by text commands (SCPI)."""
