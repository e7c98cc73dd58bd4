"""Sentences of a study as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.views.page import tag, text
from pressloop.views.words import NBSP


def spoken(sentence: str) -> str:
    """A sentence in which a number keeps its percent sign."""
    return text(sentence).replace(" %", f"{NBSP}%")


def bullets(sentences: Sequence[str]) -> str:
    """Sentences as a list; nothing for none."""
    if not sentences:
        return ""
    return tag("ul", "".join(tag("li", spoken(s)) for s in sentences),
               style="margin:8px 0 10px;padding-left:22px")
