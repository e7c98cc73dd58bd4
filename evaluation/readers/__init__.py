"""What does a file from an impedance instrument say? Text exports in, `Spectrum` out.

Every module of this folder without a leading underscore is one file format. It has `SUFFIXES`,
`recognises(text) -> bool` and `parse(text, source) -> RawSweep`; a `LAST_RESORT = True` makes it
stand back while any other format recognises the text. Adding a format is adding such a file.

Binary files (.mpr, .ism) are refused: export them as text, for instance with yadg.
"""

from __future__ import annotations

from evaluation.readers._read import formats, read_spectrum, read_sweep, read_text
from evaluation.readers._sweep import RawSweep, to_spectrum

__all__ = ["RawSweep", "formats", "read_spectrum", "read_sweep", "read_text", "to_spectrum"]
