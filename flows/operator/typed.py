"""Numbers as people type them, in a terminal or into a form.

A form's field for a number is a text to the browser: a field of the browser's own kind drops a
comma while somebody types, and so makes 19 of `1,9`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic_core.core_schema import no_info_before_validator_function

from pressloop.trials.errors import BadInput

SECONDS = "s"
DIGITS = r"([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?"
NUMBER = re.compile(rf"[+-]?{DIGITS}")
"""A number with a point or a comma."""
WITH_ERROR = re.compile(rf"([+-]?{DIGITS})\s*(?:±|\+/?[-−])\s*({DIGITS})")
"""A number and its standard error, as `38.1 ± 0.4`, `38,1 +- 0,4` or `38.1 +/- 0.4`."""
MINUTES = r"([0-9]+:)?[0-9]+:[0-5][0-9]( ?min)?"
"""Minutes and seconds, or hours before them, as orders show a time: 10:00."""


def number(typed: str, unit: str) -> float | None:
    """What was typed, in this unit; None for no number. A time may be minutes and seconds."""
    if unit == SECONDS and re.fullmatch(MINUTES, typed):
        return _seconds(typed.removesuffix("min").strip())
    return float(typed.replace(",", ".")) if NUMBER.fullmatch(typed) else None


def with_error(typed: str) -> tuple[float, float | None] | None:
    """A number, and its standard error where one was typed behind it; None for neither."""
    if found := WITH_ERROR.fullmatch(typed):
        value, error = (float(found[i].replace(",", ".")) for i in (1, 5))
        return value, error
    alone = number(typed, "")
    return None if alone is None else (alone, None)


def number_and_error(name: str, typed: str, remedy: str) -> tuple[float, float | None]:
    """The number and standard error of the quantity `name`. Raises BadInput for neither."""
    if (found := with_error(typed)) is None:
        raise BadInput(name, typed, "a number, or a number ± its standard error", remedy)
    return found


def pattern(unit: str, *, signed: bool = True, optional: bool = False) -> str:
    """What a form takes, as JSON Schema and browsers read it."""
    one = rf"{'[+-]?' if signed else ''}{DIGITS}"
    kinds = [one, *([MINUTES] if unit == SECONDS else []), *([""] if optional else [])]
    return rf"^\s*({'|'.join(kinds)})\s*$"


def expected(unit: str) -> str:
    """What may be typed, in words."""
    return "seconds, such as 180, or minutes as in 3:00" if unit == SECONDS else \
        "a number, such as 1.2"


@dataclass(frozen=True, slots=True)
class Typed:
    """Marks a number of a form of Prefect's, as in `Annotated[float, Typed("MPa")]`.

    Float in Python, a text in the browser. `optional` takes an empty text as None."""

    unit: str
    description: str
    signed: bool = False
    optional: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """What pydantic asks of a mark: the text is read first."""
        return no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> dict[str, Any]:
        """What the form is drawn and checked by."""
        text = {"type": "string",
                "pattern": pattern(self.unit, signed=self.signed, optional=self.optional)}
        kind = {"anyOf": [text, {"type": "null"}]} if self.optional else text
        return {"description": self.description} | kind

    def _read(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        if self.optional and not value.strip():
            return None
        found = number(value.strip(), self.unit)
        if found is None:
            raise ValueError(f"must be {expected(self.unit)}")
        return found


def _seconds(clock: str) -> float:
    parts = [int(part) for part in clock.split(":")]
    return float(sum(part * 60**i for i, part in enumerate(reversed(parts))))
