"""Bytes of a file to text: encodings, and the files that are no text at all."""

from __future__ import annotations

import codecs
import re

from pressloop.trials.errors import BadInput
from pressloop.trials.older_encodings import text_by_words

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
         (codecs.BOM_UTF16_BE, "utf-16"))
_FOREIGN = (("cp932", ("\u5468\u6ce2\u6570",)), ("gb18030", ("\u9891\u7387", "\u983b\u7387")),
            ("big5", ("\u983b\u7387",)), ("cp949", ("\uc8fc\ud30c\uc218",)),
            ("euc_jp", ("\u5468\u6ce2\u6570",)),
            *((old, ("частот", "Частот", "ЧАСТОТ", " Гц", "(Гц"))
              for old in ("cp1251", "koi8_r", "cp866")),
            *((old, ("zęstotliwo", "zęstość")) for old in ("cp1250", "iso8859_2")))
"""Frequency in Japanese, Chinese (two scripts), Korean, Russian (or its unit) and Polish, as older
programs write it."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")
_IVIUM = re.compile(r"^\W*primary_data\s*$", re.MULTILINE)


def decoded(data: bytes, source: str) -> str:
    """The text, its lines ended by line feeds.

    UTF-8 and UTF-16 by their mark, else UTF-8 where it can read it. Else an older encoding
    under which the text has one of its words for frequency, else cp1252 or latin-1.

    Raises BadInput on an empty file and on one that is not text.
    """
    text = _text(data, source)
    if not text.strip():
        raise BadInput(source, "empty", "a file with rows", "Export the measurement again.")
    if _CONTROL.search(text):
        if not _IVIUM.search(text.replace("\r", "\n")):
            raise BadInput(source, "binary data of a kind that is not known",
                           "a text file, .mpr, .ism or .xlsx",
                           "Export it from its program as text: frequency, real and imaginary "
                           "part, in columns (.txt or .csv).")
        text = _CONTROL.sub("", text)
    return re.sub("\r*\n", "\n", text).replace("\r", "\n")


def _text(data: bytes, source: str) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise BadInput(source, f"broken at byte {error.start}", f"{encoding} text",
                               "The file is cut or damaged: copy or export it again.") from error
    if bare := _bare_utf16(data):
        return bare
    whole = _read_as(data, "utf-8")
    if whole is None:
        older = text_by_words(data, _FOREIGN)
        whole = older[0] if older else _read_as(data, "cp1252") or data.decode("latin-1")
    return whole


def _read_as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _bare_utf16(data: bytes) -> str:
    """UTF-16 without its mark: every other byte of Western text is 0."""
    head = data[:400]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(head) > 40 and not any(head[first::2]) and all(head[1 - first::2]):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return ""
    return ""
