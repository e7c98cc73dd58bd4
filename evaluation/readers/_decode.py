"""Bytes of a file to text: encodings, and the files that are no text at all."""

from __future__ import annotations

import codecs
import re

from trials.errors import BadInput

BINARY_SUFFIXES = frozenset({".mpr", ".i2b", ".ism", ".isc", ".iss", ".zmx", ".xls",
                             ".xlsx", ".ods", ".pssession", ".oew", ".nox"})
"""Files that instruments keep in a form of their own."""
_REMEDY = "Export it as text (.txt, .csv, .mpt, .dta, .z); yadg converts .mpr files."
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
         (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")


def decoded(data: bytes, source: str) -> str:
    """The text, with "\\n" line ends; utf-8 and utf-16 by their mark, else utf-8, cp1252, latin-1.

    Raises BadInput on an empty file and on one that is not text.
    """
    text = _text(data, source)
    if not text.strip():
        raise BadInput(source, "empty", "a file with rows", "Export the measurement again.")
    if _CONTROL.search(text):
        raise BadInput(source, "binary data", "a text file", _REMEDY)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def refuse_binary(suffix: str, source: str) -> None:
    """Raises BadInput for the suffix of a binary instrument file."""
    if suffix.lower() in BINARY_SUFFIXES:
        raise BadInput(source, f"an instrument's own {suffix} file", "a text file", _REMEDY)


def _text(data: bytes, source: str) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise BadInput(source, f"broken at byte {error.start}", f"{encoding} text",
                               "The file is cut or damaged: copy or export it again.") from error
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
