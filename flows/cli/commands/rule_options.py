"""Rules of evaluation from the command line: NAME=VALUE for every key of `[evaluation]`.

Tables of the circuit's parameters are written with a dot: fixed.alpha1=0.9, lower.R1=5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from pressloop.evaluation.rules import Rules
from pressloop.trials.errors import BadInput

TABLES = ("fixed", "lower", "upper", "initial")
TEXTS = ("circuit", "weighting")
LISTS = ("masked_hz",)
WHOLE = ("leave_out_points",)
NAMES = tuple(field.name for field in fields(Rules))


def changed(rules: Rules, circuit: str | None, changes: Sequence[str]) -> Rules:
    """The rules with another circuit and NAME=VALUE in them. Raises BadInput."""
    new: dict[str, Any] = {} if circuit is None else {"circuit": circuit}
    if circuit is not None and circuit != rules.circuit:
        # Values of one circuit's parameters say nothing of another's.
        new |= {table: {} for table in TABLES}
    for change in changes:
        name, equals, value = (part.strip() for part in change.partition("="))
        table, dot, parameter = name.partition(".")
        if not equals or not ((name in NAMES and name not in TABLES) or (dot and table in TABLES)):
            raise BadInput("--set", change, f"NAME=VALUE with one of {', '.join(NAMES)}",
                           "They are the keys of [evaluation]; tables with a dot, as in "
                           "fixed.alpha1=0.9.")
        if dot:
            before = new.get(table, getattr(rules, table))
            new[table] = {**before, _parameter(parameter): _number(name, value)}
        else:
            new[name] = _value(name, value)
    return replace(rules, **new)


def _value(name: str, value: str) -> Any:
    if name in TEXTS:
        return value
    if name in LISTS:
        return tuple(_number(name, part) for part in value.split(",") if part.strip())
    if name in WHOLE:
        number = _number(name, value)
        return int(number) if number == int(number) else number
    return _number(name, value)


def _parameter(name: str) -> str:
    """A parameter as people type it: "Wo1_tau" and "Wo1.tau" stand for "Wo1 tau"."""
    return name.strip().replace(".", " ").replace("_", " ", 1)


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise BadInput(f"--set {name}", value, "a number", f"Write it like --set {name}=0.1."
                       ) from None
