"""Hostile inputs by the thousand: seeded, each case by its number, as many as a budget allows.

`make test` gives each test a few seconds, `make fuzz` four minutes. A failure names its
case; `PRESSLOOP_FUZZ_CASE=seed:number` runs that one alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from random import Random

BUDGET_S = float(os.environ.get("PRESSLOOP_FUZZ_S", "2"))
SEED = int(os.environ.get("PRESSLOOP_FUZZ_SEED", "0"))
ALONE = os.environ.get("PRESSLOOP_FUZZ_CASE", "")
FEWEST = 25
"""Cases that every test runs, however slow the computer is."""
SLOWEST_S = 30.0
"""No single input may hold a command up for longer."""
HOSTILE_BYTES = (b"", b"\0", b"\xff\xfe", b"nan", b"inf", b"-1", b"1e400", b"9" * 400, b'"', b"'",
                 b"[" * 500, b";", b",", b"\t", b"\r", b"\n", b"#", b"=1+1", b"\xe2\x80\xa8",
                 b"9.9E37", b"0", b"-0.0", b"1_0", b"0x10", b"../../x", b"%s", b"{}", b"\x1b[2J")


def cases(check: Callable[[Random], object], fewest: int = FEWEST) -> None:
    """Calls `check` with one seeded draw after another.

    Whatever it raises is told with the number of the case."""
    done = 0
    for seed, number in _numbers(fewest):
        began = time.monotonic()
        try:
            check(Random(f"{seed}:{number}"))
        except Exception as error:
            raise AssertionError(f"case {seed}:{number} ended in {error!r}") from error
        took = time.monotonic() - began
        assert took < SLOWEST_S, f"case {seed}:{number} took {took:.0f} s"
        done += 1
    assert done


def _numbers(fewest: int) -> Iterator[tuple[int, int]]:
    if ALONE:
        seed, number = ALONE.split(":")
        yield int(seed), int(number)
        return
    began, number = time.monotonic(), 0
    while number < fewest or time.monotonic() - began < BUDGET_S:
        yield SEED, number
        number += 1


def damaged(raw: bytes, draw: Random) -> bytes:
    """The bytes with a few changed, cut out, doubled, exchanged for hostile ones, or cut off."""
    found = bytearray(raw)
    for _ in range(draw.choice((1, 1, 2, 3, 8, 30))):
        if not found:
            break
        at = draw.randrange(len(found))
        to = min(len(found), at + draw.choice((1, 1, 2, 4, 16, 200)))
        match draw.randrange(6):
            case 0:
                found[at] = draw.randrange(256)
            case 1:
                found[at] ^= 1 << draw.randrange(8)
            case 2:
                found[at:to] = draw.choice(HOSTILE_BYTES)
            case 3:
                del found[at:to]
            case 4:
                found[at:at] = found[at:to] * draw.choice((1, 2, 50))
            case 5 if draw.random() < 0.2:
                del found[at:]
    return bytes(found)
