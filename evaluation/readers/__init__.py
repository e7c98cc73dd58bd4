"""What does a file from an impedance instrument say? Files in, `Spectrum` out.

Every module of this folder without a leading underscore is one text format. It has `SUFFIXES`,
`recognises(text) -> bool` and `parse(text, source) -> tuple[RawSweep, ...]`; `LAST_RESORT = True`
makes it stand back while any other format recognises the text. Adding a format is adding such a
file. Binary files have a module each too (`_mpr`, `_ism`, `_excel`), chosen by their first bytes
or their suffix.
"""

from __future__ import annotations

from pressloop.evaluation.readers._choice import chosen, listed
from pressloop.evaluation.readers._read import (
    formats,
    read_spectra,
    read_spectrum,
    read_sweep,
    read_sweeps,
    read_text,
)
from pressloop.evaluation.readers._sweep import RawSweep, to_spectrum

__all__ = ["RawSweep", "chosen", "formats", "listed", "read_spectra", "read_spectrum",
           "read_sweep", "read_sweeps", "read_text", "to_spectrum"]
