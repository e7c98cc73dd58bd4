"""Texts in encodings older than UTF-8, told by words that only the right one makes of the bytes."""

from __future__ import annotations

from collections.abc import Sequence

Words = Sequence[tuple[str, Sequence[str]]]
"""Encodings, each with words one of which a text in it has."""


def text_by_words(data: bytes, words: Words) -> tuple[str, str] | None:
    """The text in the first encoding that makes one of its words of the bytes, and that encoding.

    None where none does."""
    for encoding, own in words:
        if any(word.encode(encoding) in data for word in own):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if any(word in text for word in own):
                return text, encoding
    return None
