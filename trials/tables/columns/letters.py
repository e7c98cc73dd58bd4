"""Letters as people write them whose keyboards differ."""

from __future__ import annotations

import unicodedata


def without_marks(text: str) -> str:
    """Without accents, umlauts and other marks; letters and signs of one kind look the same."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
