"""Numbers to 16-bit register words and back."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from pressloop.trials.errors import BadInput

FORMATS = {"u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "f32": ">f"}
"""Register types, big-endian within a word as on the wire."""


def size(kind: str) -> int:
    """How many words a register of this type takes."""
    return struct.calcsize(FORMATS[kind]) // 2


def pack(name: str, value: float, kind: str, low_word_first: bool = False) -> tuple[int, ...]:
    """The words of a value; integer types take the nearest whole number.

    Raises BadInput, under `name`, for NaN, infinity, or a value that the type cannot hold.
    """
    if not math.isfinite(value):
        raise BadInput(name, value, "a finite number", "Nothing was sent.")
    try:
        raw = struct.pack(FORMATS[kind], value if kind == "f32" else round(value))
    except (struct.error, OverflowError):
        raise BadInput(name, value, f"within a {kind} register",
                       "Choose another type or scale in the register map.") from None
    words = struct.unpack(f">{len(raw) // 2}H", raw)
    return words[::-1] if low_word_first else words


def unpack(words: Sequence[int], kind: str, low_word_first: bool = False) -> float:
    """The value of these words; NaN and infinity come through, to be judged by the caller."""
    ordered = words[::-1] if low_word_first else words
    value, = struct.unpack(FORMATS[kind], struct.pack(f">{len(ordered)}H", *ordered))
    return float(value) if kind == "f32" else int(value)


def crc16(words: Sequence[int]) -> int:
    """CRC-16/MODBUS (polynomial 0x8005 reflected, start 0xFFFF) over the words' big-endian bytes.

    Modbus over serial line specification V1.02, appendix B."""
    crc = 0xFFFF
    for byte in struct.pack(f">{len(words)}H", *words):
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc
