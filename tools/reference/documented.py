"""What the program says of its own values: meanings from docstrings, units from names, defaults."""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, NamedTuple, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

ENTRY = re.compile(r"^((?:\w+, )*\w+): (.+)$")
"""`name: meaning` or `name, name: meaning` in a docstring; lines below it are indented."""
LABEL = re.compile(r"^`\[[\w.]+\]`: ")
"""A title has it already."""
SAME = re.compile(r"[;.]? ?(Raises .*|[tT]he settings file's \S+ table has the same keys)(?=\.|$)")
"""What a reader of the settings' page knows."""
UNITS = {
    "per_cm2": "1/cm²", "ohm_cm2": "Ω·cm²", "mpa_per_s": "MPa/s", "c_per_min": "°C/min",
    "mm2": "mm²", "cm2": "cm²", "mpa": "MPa", "um": "µm", "mm": "mm", "kn": "kN", "ppm": "ppm",
    "hz": "Hz", "min": "min", "mv": "mV", "percent": "%", "c": "°C", "s": "s"}
"""By the end of a name, longer ones first."""
NEEDED = "needed"


class Key(NamedTuple):
    """A key of a table: its Python type, what it is by default, and what it means."""

    name: str
    kind: Any
    default: str
    meaning: str


def keys_of(kind: Any) -> list[Key]:
    """The keys of a pydantic model or a dataclass, by the names that the file has."""
    said = meanings(kind)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return [Key(f.name, hints[f.name], _default(_of_field(f)), said.get(f.name, ""))
                for f in fields(kind)]
    return [Key(one.alias or name, one.annotation, _default(_of_model(one)),
                one.description or said.get(name, ""))
            for name, one in kind.model_fields.items()]


def meanings(kind: Any) -> dict[str, str]:
    """The entries of the docstrings of a class and of those it builds on."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if one not in (object, BaseModel):
            found |= _entries(inspect.cleandoc(one.__dict__.get("__doc__") or ""))
    return found


def _entries(doc: str) -> dict[str, str]:
    found: dict[str, str] = {}
    names: list[str] = []
    for line in doc.splitlines():
        if match := ENTRY.match(line):
            names = match[1].split(", ")
            found |= dict.fromkeys(names, match[2])
        elif names and line.startswith(" "):
            found |= dict.fromkeys(names, f"{found[names[0]]} {line.strip()}")
        else:
            names = []
    return found


def summary(kind: Any) -> str:
    """What a docstring says in sentences, on one line."""
    doc = next((one.__dict__["__doc__"] for one in kind.__mro__
                if one is not BaseModel and one.__dict__.get("__doc__")), "")
    said = SAME.sub("", LABEL.sub("", " ".join(paragraphs(doc)))).rstrip(".")
    return f"{capital(said)}." if said else ""


def paragraphs(doc: str | None) -> list[str]:
    """The paragraphs of a docstring, each on one line, without entries and indented lines."""
    texts = [_sentences(part) for part in inspect.cleandoc(doc or "").split("\n\n")]
    return [text for text in texts if text]


def _sentences(paragraph: str) -> str:
    """The sentences before the first entry or indented line."""
    lines = paragraph.splitlines()
    upto = next((i for i, line in enumerate(lines) if ENTRY.match(line) or line.startswith(" ")),
                len(lines))
    return " ".join(line.strip() for line in lines[:upto])


def capital(text: str) -> str:
    """A sentence with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def unit_of(name: str) -> str:
    """The unit that a name ends with; "" for a number without one."""
    return next((unit for end, unit in UNITS.items()
                 if name == end or name.endswith(f"_{end}")), "")


def shown(value: Any) -> str:
    """A value as the settings file has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {shown(v)}" for k, v in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _default(value: Any) -> str:
    return NEEDED if value is MISSING else shown(value)


def _of_field(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _of_model(field: Any) -> Any:
    if field.default_factory is not None:
        return field.default_factory()
    return MISSING if field.default is PydanticUndefined else field.default
