"""What a key may be, asked of the program: it is given what cannot be, and says what can.

So a bound is told wherever it is proved: at the type, in a dataclass, or where tables meet.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin

from pressloop.trials.errors import BadInput, OutOfEnvelope, PressloopError
from tools.reference.documented import shown

Try = Callable[[Any], object]
"""Takes a value for the key, and raises BadInput where the program refuses it."""
TOO_MUCH, NO_NAME = 10**12, "no such thing"
SOME_RECIPE = "one recipe of [space] or more"
"""How a rule of the envelope is refused that leaves no recipe."""
COVERED = ("above 0", "0 or more", "one line of 1 to 80 printable characters")
"""Bounds that say nothing beside a range or a list."""
WORDS = (("greater than or equal to ", "at least "), ("less than or equal to ", "at most "),
         ("greater than ", "above "), ("less than ", "below "))


def bounds(name: str, kind: Any, attempt: Try) -> str:
    """The bounds of a key of this type, in words; "" where none are known."""
    inner = _inner(kind)
    if inner is bool:
        return "true or false"
    if get_origin(inner) is Literal:
        return "one of " + ", ".join(map(shown, get_args(inner)))
    found = [said for value in wrong(inner) if (said := _refusal(name, value, attempt))]
    told = list(dict.fromkeys(found))
    if any(said.startswith(("between ", "one of ")) for said in told):
        told = [said for said in told if said not in COVERED]
    each = "each " if told and get_origin(inner) is tuple and Ellipsis in get_args(inner) else ""
    return each + "; ".join(told)


def wrong(kind: Any) -> Iterator[Any]:
    """Values of a type that hardly any key may have."""
    if kind is float:
        yield from (-float(TOO_MUCH), float(TOO_MUCH))
    elif kind is int:
        yield from (-TOO_MUCH, TOO_MUCH)
    elif kind is str:
        yield from (NO_NAME, "\x01")
    elif get_origin(kind) is tuple:
        of, *rest = get_args(kind)
        many = len([one for one in rest if one is not Ellipsis]) + 1
        for value in wrong(_inner(of)):
            yield [value] * many


def _inner(kind: Any) -> Any:
    """The type of a key that may be left out."""
    if get_origin(kind) in (Union, types.UnionType):
        return next((_inner(one) for one in get_args(kind) if one is not type(None)), None)
    if get_origin(kind) is not None and get_origin(kind) is not tuple and hasattr(
            kind, "__metadata__"):
        return _inner(get_args(kind)[0])
    return Mapping if get_origin(kind) in (dict, Mapping) else kind


def _refusal(name: str, value: Any, attempt: Try) -> str:
    """What is said against this value; "" where something else is wrong, or nothing."""
    try:
        attempt(value)
    except BadInput as error:
        if name not in re.split(r"[.: ]+", error.name):
            return ""
        # A space may reach outside of the envelope, but not lie there.
        beyond = error.name.startswith("envelope.") and error.bound.endswith(SOME_RECIPE)
        return "partly inside [envelope]" if beyond else "inside [envelope]" if isinstance(
            error, OutOfEnvelope) else _words(error)
    except PressloopError:
        return ""
    return ""


def _words(error: BadInput) -> str:
    words = error.bound
    if words.startswith("left out beside"):
        return ""
    if words.endswith("that exists") and (known := re.search(r"Use (one of .*)\.$", error.remedy)):
        words = known[1]
    for ours, plain in WORDS:
        words = words.replace(ours, plain)
    words = re.sub(r"^between (\S+) and inf$", r"at least \1", words)
    # What is larger or smaller elsewhere has a name.
    return re.sub(r"^at most [\d.e+-]+, (?=the )", "at most ", words.replace("'", '"'))
