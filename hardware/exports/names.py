"""Does a file belong to a stack? By its name, or by a bar code or comment inside it."""

from __future__ import annotations

import re
from pathlib import Path

HEAD_BYTES = 64 * 1024
"""How much of a file is searched for the stack's name: headers are at the top."""


def in_file_names(stack_id: str) -> str:
    """The stack's name as file systems take it: what Windows refuses becomes "_"."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", stack_id)


def has_token(text: str, token: str) -> bool:
    """True when the token stands in the text as a whole.

    A letter, digit or hyphen beside it makes another name, as in night-0011, last-night-001 or
    night-001-2."""
    return re.search(rf"(?<![^\W_])(?<!-){re.escape(token)}(?![^\W_]|-)", text) is not None


def named_for(path: Path, match: str, stack_id: str) -> bool:
    """True when the file's name says that it is the stack's."""
    return has_token(path.name, match.replace("{stack_id}", in_file_names(stack_id)))


def labelled_for(path: Path, stack_id: str) -> bool:
    """True when the head of the file has the stack's name in it. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return has_token(head.decode(encoding, "replace"), stack_id)
