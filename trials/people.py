"""What people say and ask for while a campaign goes on: entries of the ledger, of no trial's story.

Each is numbered from 1 within its campaign, so that of two people who write at the same time both
are heard.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from pressloop.trials.checks import text
from pressloop.trials.errors import BadInput

Photo = npt.NDArray[np.uint8]
PAUSE, GO_ON, STOP, RELEASE = "pause", "go on", "stop", "release"
REQUESTS = (PAUSE, GO_ON, STOP, RELEASE)
"""Press no other stack until told to go on; go on; end after this stack; unload now."""
MOST_PHOTO_BYTES = 8_000_000
PHOTO_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, slots=True)
class Requested:
    """A person asks the run of a campaign to pause, to go on, to stop, or that the press unloads.

    A run obeys between two stacks; "release" is on record before the press is told, with the
    `trial` whose stack is in it. Raises BadInput for another word."""

    number: int
    what: Literal["pause", "go on", "stop", "release"]
    reason: str = ""
    trial: int | None = field(default=None, metadata={"only_where_given": True})

    def __post_init__(self) -> None:
        if self.what not in REQUESTS:
            raise BadInput("request", self.what, f"one of {', '.join(REQUESTS)}", "Name one.")


@dataclass(frozen=True, slots=True, eq=False)
class Noted:
    """What a person remarks on a trial, or on the campaign where `trial` is None.

    `photo` is a JPEG or PNG file, shape (n,) bytes, None without one. It teaches no model."""

    number: int
    text: str
    trial: int | None = None
    photo: Photo | None = field(default=None, metadata={"only_where_given": True})

    def __post_init__(self) -> None:
        text("note", self.text)
        if self.photo is not None:
            photo_kind(self.photo)


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it stands in a list.

    `photo_bytes` is how large its photo is, None without one."""

    number: int
    text: str
    trial: int | None
    photo_bytes: int | None


@dataclass(frozen=True, slots=True)
class Cautioned:
    """A person changes how much risk the search takes: values of `[risk_limits]`, by name.

    `instead_of` are those that the settings had then; where the settings say something else later,
    they count again."""

    number: int
    limits: dict[str, float]
    instead_of: dict[str, float]
    reason: str


def photo_kind(photo: Photo) -> str:
    """Its media type, told by its first bytes.

    Raises BadInput for what is no picture of these kinds, or too large."""
    if not 0 < photo.size <= MOST_PHOTO_BYTES:
        raise BadInput("photo", f"{photo.size} bytes", f"at most {MOST_PHOTO_BYTES} bytes",
                       "Take it with fewer pixels.")
    start = photo[:8].tobytes()
    for magic, kind in PHOTO_KINDS.items():
        if start.startswith(magic):
            return kind
    raise BadInput("photo", start[:4].hex(), "a JPEG or PNG file", "Save it as one of these.")
