"""`docs/reference/python.md`: what can be imported, its signature and what it is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from enum import EnumType
from types import ModuleType
from typing import Any, get_args

from pressloop.flows.study.parts import WORK
from tools.reference.documented import paragraphs
from tools.reference.markdown import page as whole

INTRO = """What a script or a notebook may import. Other names may change without a word.
`docs/how-to/from-python.md` and `docs/how-to/spectra-in-python.md` show them at work."""
ROOMS = ("optimizer", "evaluation", "trials")
"""Rooms that say themselves what they offer."""


def page() -> str:
    """The page."""
    return whole("Python", INTRO, [_room(name, offered) for name, offered in rooms()])


def rooms() -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Modules to import from, each with the names and values that it offers."""
    for room in ROOMS:
        module = importlib.import_module(f"pressloop.{room}")
        yield module.__name__, [(name, getattr(module, name)) for name in sorted(module.__all__)]
    for module in _modules("pressloop.surrogates"):
        yield module.__name__, list(_own(module))
    for name in ("data", *WORK.values()):
        module = importlib.import_module(f"pressloop.studies.{name}")
        wanted = ("StudyData", "Options", "Findings", name.split(".")[-1], "lint_sheet")
        yield module.__name__, [(n, getattr(module, n)) for n in wanted if hasattr(module, n)]


def _modules(package: str) -> Iterable[ModuleType]:
    """A package's modules that offer something, sub-rooms of parts left out."""
    room = importlib.import_module(package)
    for found in pkgutil.walk_packages(room.__path__, f"{package}."):
        if ".parts" not in found.name:
            module = importlib.import_module(found.name)
            if list(_own(module)):
                yield module


def _own(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Public functions and classes that a module defines, in their order."""
    for name, value in vars(module).items():
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__ and (
                inspect.isclass(value) or inspect.isfunction(value)):
            yield name, value


def _room(name: str, offered: Iterable[tuple[str, Any]]) -> str:
    module = importlib.import_module(name)
    said = "\n\n".join(paragraphs(module.__doc__))
    return "\n".join([f"## `{name}`", "", said, "", *(_entry(*one) for one in offered)])


def _entry(name: str, value: Any) -> str:
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return f"### `{name}`\n\n{_alternatives(value)}\n"
    said = f"```python\n{name}{signature(value)}\n```\n"
    return "\n".join([f"### `{name}`", "", said, "\n\n".join(paragraphs(value.__doc__)), ""])


def _alternatives(value: Any) -> str:
    """What a union or a set is made of, or the value itself."""
    inside = [str(one) for one in value] if isinstance(value, frozenset) else [
        one.__name__ for one in get_args(value)]
    return f"One of {', '.join(sorted(inside))}." if inside else f"`{value!r}`."


def signature(value: Any) -> str:
    """Arguments and result, one on each line where they are many; "" for an enumeration."""
    if isinstance(value, EnumType) or (
            inspect.isclass(value) and issubclass(value, BaseException)):
        return ""
    try:
        found = inspect.signature(value)
    except ValueError:
        return ""
    parts = list(_parameters(found))
    result = "" if inspect.isclass(value) or found.return_annotation is found.empty else (
        f" -> {_type(found.return_annotation)}")
    short = f"({', '.join(parts)}){result}"
    return short if len(short) < 80 else "(\n    " + ",\n    ".join(parts) + f",\n){result}"


def _parameters(found: inspect.Signature) -> Iterator[str]:
    before = None
    for one in found.parameters.values():
        if one.kind is one.KEYWORD_ONLY and before not in (one.KEYWORD_ONLY, one.VAR_POSITIONAL):
            yield "*"
        before = one.kind
        stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        kind = "" if one.annotation is one.empty else f": {_type(one.annotation)}"
        yield f"{stars}{one.name}{kind}{_value(one.default)}"


def _type(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(
        annotation, "__name__", str(annotation))


def _value(default: Any) -> str:
    """The default, where it says something: objects have an address that is another each time."""
    if default is inspect.Parameter.empty:
        return ""
    shown = repr(default)
    return f" = {shown}" if "<" not in shown and len(shown) < 60 else " = ..."
