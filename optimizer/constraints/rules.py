"""Rules between parameters, as a lab writes them: which recipes cannot be had, whatever they cost.

    pressure_mpa <= 300 if temperature_c > 100
    pressure_mpa * dwell_s <= 50000
    never collector = bare-SUS and temperature_c > 90
    p3ht + d1 + d2 = 100

A rule is a comparison of two expressions (+ - * / and parentheses over numbers and parameters), or
of a parameter and one of its kinds; it may hold only `if` others do. `never` forbids what all its
comparisons say. The text is parsed here, never evaluated by Python.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from pressloop.trials.checks import BoolArray, FloatArray, text
from pressloop.trials.errors import BadInput

Columns = Mapping[str, npt.NDArray[Any]]
"""Values of every parameter by name, each of shape (n,)."""
Kinds = Mapping[str, tuple[str, ...]]
"""Every parameter by name, with its kinds; () for one of numbers."""
RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le, ">=": operator.ge, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
    "=": operator.eq}
_RELATION = re.compile(r"<=|>=|!=|==|<|>|=|≤|≥")
_SPELT = {"==": "=", "≤": "<=", "≥": ">="}
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|([^\W\d]\w*)|([-+*/()]))")
CLOSE = 1e-6
"""Relative difference within which two sides are equal: rounding of what a panel can be set to."""
FORMS = ('"pressure_mpa <= 300 if temperature_c > 100", "pressure_mpa * dwell_s <= 50000" or '
         '"never collector = bare-SUS and temperature_c > 90"')


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name in the settings, and its text. Raises BadInput where it is none."""

    name: str
    text: str

    def __post_init__(self) -> None:
        text(self.where, self.text)
        _parts(self.text, self.where)

    @property
    def where(self) -> str:
        """The key of the settings."""
        return self.name if "." in self.name else f"constraints.{self.name}"

    def __str__(self) -> str:
        return f"{self.name} ({self.text})"

    def prove(self, known: Kinds) -> None:
        """Raises BadInput for a name that is no parameter, or a kind that is none."""
        _bound(self.text, self.where, tuple(sorted(known.items())))

    def keeps(self, columns: Columns) -> BoolArray:
        """Which recipes, given their values, keep the rule, shape (n,)."""
        return self._excess(columns) <= 0.0

    def excess(self, columns: Columns) -> FloatArray:
        """How far each recipe is from keeping it, 0 where it does, shape (n,)."""
        return self._excess(columns).clip(0.0)

    def _excess(self, columns: Columns) -> FloatArray:
        never, what, unless = _parts(self.text, self.where)
        of = {name: () if column.dtype.kind in "fi" else tuple(sorted(set(column.tolist())))
              for name, column in columns.items()}
        with np.errstate(divide="ignore", invalid="ignore"):
            asked = [_far(one, columns, of, self.where) for one in what]
            given = [_far(one, columns, of, self.where) for one in unless]
        if never:
            # Kept as soon as one of its comparisons does not hold.
            return np.where(np.all([far <= 0.0 for far in asked], axis=0), 1.0, 0.0)
        far = np.max(asked, axis=0)
        far = np.where(np.isfinite(far), far, np.inf)
        if not given:
            return far
        return np.where(np.all([one <= 0.0 for one in given], axis=0), far, 0.0)

    @property
    def total(self) -> tuple[tuple[str, ...], float] | None:
        """Names and sum of a rule such as a + b + c = 100; None of any other."""
        never, what, unless = _parts(self.text, self.where)
        if never or unless or len(what) != 1 or what[0][1] != "=":
            return None
        left, _, right = what[0]
        names = [part.strip() for part in left.split("+")]
        number = re.fullmatch(r"\s*(\d+\.?\d*)\s*", right)
        plain = all(re.fullmatch(r"[^\W\d]\w*", name) for name in names)
        return (tuple(names), float(number[1])) if number and plain and len(names) > 1 else None


Comparison = tuple[str, str, str]
"""Left side, relation, right side."""


@lru_cache(maxsize=256)
def _parts(rule: str, where: str
           ) -> tuple[bool, tuple[Comparison, ...], tuple[Comparison, ...]]:
    """Whether it forbids, what it compares, and what has to hold for it."""
    words = rule.strip()
    never = re.match(r"never\s+", words)
    words = words[never.end():] if never else words
    what, *unless = re.split(r"\s+if\s+", words)
    if len(unless) > 1 or (never and unless):
        raise BadInput(where, rule, "a rule with one `if` at most, and none after `never`",
                       f"Write it like {FORMS}.")
    return (bool(never), *(tuple(_comparison(one, rule, where)
                                 for one in re.split(r"\s+and\s+", part))
                           for part in (what, *unless)), *(() for _ in range(1 - len(unless)))
            )  # type: ignore[return-value]


def _comparison(part: str, rule: str, where: str) -> Comparison:
    found = list(_RELATION.finditer(part))
    sides = [part[:found[0].start()].strip(), part[found[0].end():].strip()] if found else []
    if len(found) != 1 or not all(sides):
        raise BadInput(where, rule, "comparisons such as pressure_mpa <= 300",
                       f"Write it like {FORMS}.")
    return sides[0], _SPELT.get(found[0][0], found[0][0]), sides[1]


@lru_cache(maxsize=256)
def _bound(rule: str, where: str, known: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    """Raises BadInput unless every side is an expression of known names, or a kind."""
    of = dict(known)
    columns = {name: np.array([kinds[0]]) if kinds else np.ones(1) for name, kinds in known}
    _, what, unless = _parts(rule, where)
    for left, relation, right in (*what, *unless):
        kinds = of.get(left, ())
        if kinds:
            if _unquoted(right) not in kinds or relation not in ("=", "!="):
                raise BadInput(where, f"{left} {relation} {right}",
                               f"= or != with one of {', '.join(kinds)}", "Name one of its kinds.")
            continue
        for side in (left, right):
            _value(side, columns, where)


def _far(one: Comparison, columns: Columns, of: Kinds, where: str) -> FloatArray:
    """How far a comparison is from holding: 0 or less where it does, in units of its sides."""
    left, relation, right = one
    if of.get(left):
        same = columns[left] == _unquoted(right)
        return np.where(same if relation == "=" else ~same, 0.0, 1.0)
    a, b = (_value(side, columns, where) for side in (left, right))
    size = np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-12)
    gap = np.asarray((a - b) / size, dtype=np.float64)
    if relation in ("=", "!="):
        apart = np.abs(gap) - CLOSE
        return apart if relation == "=" else np.where(apart > 0.0, 0.0, 1.0)
    far = gap if relation in ("<=", "<") else -gap
    if relation in ("<=", ">="):
        return far - CLOSE
    return np.where(far < 0.0, far, np.maximum(far, CLOSE))


def _unquoted(word: str) -> str:
    return word.strip().strip("\"'")


def _value(side: str, columns: Columns, where: str) -> FloatArray:
    """An expression at every recipe. Raises BadInput for one that is none."""
    tokens = list(_tokens(side, where))
    value = _sum(tokens, columns, side, where)
    if tokens:
        raise BadInput(where, side, f"an expression; {tokens[0]} is too much", f"As {FORMS}.")
    return value


def _tokens(side: str, where: str) -> Iterator[str]:
    at = 0
    while at < len(side.rstrip()):
        found = _TOKEN.match(side, at)
        if found is None:
            raise BadInput(where, side, "numbers, parameters, + - * / and parentheses",
                           f"Write it like {FORMS}.")
        yield found[0].strip()
        at = found.end()


def _sum(tokens: list[str], columns: Columns, side: str, where: str) -> FloatArray:
    value = _product(tokens, columns, side, where)
    while tokens and tokens[0] in "+-":
        sign = 1.0 if tokens.pop(0) == "+" else -1.0
        value = value + sign * _product(tokens, columns, side, where)
    return value


def _product(tokens: list[str], columns: Columns, side: str, where: str) -> FloatArray:
    value = _factor(tokens, columns, side, where)
    while tokens and tokens[0] in "*/":
        times = tokens.pop(0) == "*"
        other = _factor(tokens, columns, side, where)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = value * other if times else value / other
    return value


def _factor(tokens: list[str], columns: Columns, side: str, where: str) -> FloatArray:
    if not tokens:
        raise BadInput(where, side, "a complete expression", f"Write it like {FORMS}.")
    token = tokens.pop(0)
    if token == "-":
        return -_factor(tokens, columns, side, where)
    if token == "(":
        value = _sum(tokens, columns, side, where)
        if not tokens or tokens.pop(0) != ")":
            raise BadInput(where, side, "with every parenthesis closed", "Add a ).")
        return value
    if token[0].isdecimal() or token[0] == ".":
        return np.asarray(float(token))
    if token in "+*/)":
        raise BadInput(where, side, "a complete expression", f"Write it like {FORMS}.")
    column = columns.get(token)
    if column is None or column.dtype.kind not in "fi":
        numbers = [name for name, values in columns.items() if values.dtype.kind in "fi"]
        raise BadInput(where, token, f"a parameter with numbers: {', '.join(numbers)}",
                       "Name a variable of [space].")
    return column.astype(np.float64)
