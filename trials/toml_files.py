"""TOML from a file that anybody may have written: bounded, and refused in one line."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

from pressloop.trials.errors import BadInput

MOST_CHARACTERS = 1_000_000
DEEPEST = 16
LARGEST_NUMBER = 1e15
"""No quantity of a lab, in any unit that pressloop reads, is larger."""
LONGEST_INTEGER_BITS = 63


def toml(text: str, name: str, source: object) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises BadInput, with `name` and `source` saying whose it is, for a text that is too long,
    nested too deep, no TOML, or has a number that no quantity has."""
    if len(text) > MOST_CHARACTERS:
        raise BadInput(name, source, f"a file of at most {MOST_CHARACTERS} characters",
                       f"It has {len(text)}.")
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise _too_deep(name, source) from None
    except ValueError as error:  # integers of thousands of digits and impossible dates, besides
        raise BadInput(name, source, "a TOML file", f"{error}.") from None
    _prove(values, name, source)
    return values


def toml_file(path: Path, name: str, expected: str = "a readable file") -> dict[str, Any]:
    """The values of a file.

    Raises BadInput, under `name`, for one that cannot be read or that `toml` refuses."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(name, path, expected, f"{error.strerror}.") from None
    except ValueError as error:
        raise BadInput(name, path, "a TOML file", f"{error}.") from None
    return toml(text, name, path)


def _prove(values: dict[str, Any], name: str, source: object) -> None:
    """Without recursion, as the depth is what is not known yet."""
    waiting: list[tuple[str, Any, int]] = [("", values, 0)]
    while waiting:
        where, value, depth = waiting.pop()
        if depth > DEEPEST:
            raise _too_deep(name, source)
        if isinstance(value, dict):
            waiting += [(f"{where}.{key}" if where else key, inner, depth + 1)
                        for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(where, inner, depth + 1) for inner in value]
        elif isinstance(value, (int, float)):
            _prove_number(where, value)


def _prove_number(where: str, value: int | float) -> None:
    """Infinity and NaN pass: whoever uses the key refuses them by its name."""
    if isinstance(value, int) and value.bit_length() > LONGEST_INTEGER_BITS:
        raise BadInput(where, f"an integer of {value.bit_length()} bits",
                       f"an integer of at most {LONGEST_INTEGER_BITS} bits, as TOML has them",
                       "Check the number.")
    if math.isfinite(value) and abs(value) > LARGEST_NUMBER and isinstance(value, float):
        raise BadInput(where, value, f"at most {LARGEST_NUMBER:g}",
                       "Check the number and its unit.")


def _too_deep(name: str, source: object) -> BadInput:
    return BadInput(name, source, f"nested at most {DEEPEST} deep",
                    "Settings need three levels: is a bracket doubled?")
