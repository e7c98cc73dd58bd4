"""Public functions say what a caller needs: the shapes of their arrays, and what they raise."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import pressloop

ROOT = Path(pressloop.__file__).parent
ROOMS = ("evaluation", "flows", "hardware", "optimizer", "studies", "surrogates", "trials", "views")
ARRAYS = frozenset({"Array", "BoolArray", "ComplexArray", "FloatArray", "NDArray", "Tensor",
                    "ndarray"})
SHAPE = re.compile(r"\b[Ss]hapes?\b|\((?:[a-z]'?(?: [*+-] \w+)?|\.\.\.),|\([\w ]+,\)")
"""The word, or a shape such as (n,), (m, d), (..., n)."""
NO_ERRORS = frozenset({"AssertionError", "Exit", "NotImplementedError"})
"""Slips of the programmer, and the end of a command, whose help is for people."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Public(NamedTuple):
    """A function with all that is said of it: by itself, its class and its module."""

    name: str
    node: Function
    said: str
    in_module: str


def functions(text: str, path: str) -> Iterator[Public]:
    """The public functions and methods of a module; constructors count where their class does."""
    tree = ast.parse(text)
    whole = ast.get_docstring(tree) or ""

    def inside(node: ast.Module | ast.ClassDef, said: str, name: str) -> Iterator[Public]:
        for one in node.body:
            if isinstance(one, ast.ClassDef) and not one.name.startswith("_"):
                yield from inside(one, ast.get_docstring(one) or "", f"{name}:{one.name}")
            elif isinstance(one, Function) and (
                    not one.name.startswith("_") or one.name in ("__init__", "__post_init__")):
                yield Public(f"{name}:{one.name}", one,
                             f"{ast.get_docstring(one) or ''} {said}", whole)

    yield from inside(tree, "", path)


def has_arrays(node: Function) -> bool:
    """Whether an argument or the result is an array, or holds some."""
    asked = [one.annotation for one in (*node.args.args, *node.args.kwonlyargs)]
    return any((isinstance(part, ast.Name) and part.id in ARRAYS)
               or (isinstance(part, ast.Attribute) and part.attr in ARRAYS)
               for kind in (*asked, node.returns) if kind is not None for part in ast.walk(kind))


def raised(node: Function) -> set[str]:
    """Names of what the function itself raises, other than what it has just caught."""
    found, left = set[str](), list[ast.AST](node.body)
    while left:
        part = left.pop()
        if isinstance(part, ast.Raise) and part.exc is not None:
            error = part.exc.func if isinstance(part.exc, ast.Call) else part.exc
            found.add(error.attr if isinstance(error, ast.Attribute) else ast.unparse(error))
        if not isinstance(part, Function | ast.ClassDef | ast.Lambda):
            left += ast.iter_child_nodes(part)
    return found - NO_ERRORS


def shapeless(one: Public) -> bool:
    """Whether it has arrays and neither it nor its module says of what shape."""
    return (not one.node.name.startswith("_") and has_arrays(one.node)
            and not SHAPE.search(f"{one.said} {one.in_module}"))


def silent(one: Public) -> bool:
    """Whether it raises something and does not say so."""
    return bool(raised(one.node)) and "raise" not in one.said.lower()


@cache
def all_public() -> tuple[Public, ...]:
    """The public functions of all rooms."""
    return tuple(one for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))
                 for one in functions(path.read_text(encoding="utf-8"),
                                      str(path.relative_to(ROOT))))


def test_functions_with_arrays_state_shapes() -> None:
    assert len(all_public()) > 1000
    assert [one.name for one in all_public() if shapeless(one)] == []


def test_functions_that_raise_say_so() -> None:
    assert [one.name for one in all_public() if silent(one)] == []


@pytest.mark.parametrize(("text", "faults"), [
    ('def f(x: FloatArray) -> float:\n "Its mean."', ["shape"]),
    ('def f(x: FloatArray) -> float:\n "The mean of x (n,)."', []),
    ('def f(x: list[torch.Tensor]) -> float:\n "Their mean, by kind (one, two)."', ["shape"]),
    ('"All of shape (n,)."\ndef f() -> FloatArray:\n "Ones."', []),
    ('def f(x: float) -> float:\n "Its root."\n raise BadInput("x")', ["raise"]),
    ('def f(x: float) -> float:\n "Its root. Raises BadInput below 0."\n raise BadInput', []),
    ('class A:\n "Raises BadInput on a bad x."\n def __init__(self):\n  raise BadInput("x")', []),
    ('class A:\n "A."\n def __post_init__(self):\n  raise BadInput', ["raise"]),
    ('def f() -> None:\n "Again."\n try:\n  g()\n except OSError:\n  raise', []),
    ('def f() -> None:\n "Later."\n def g() -> None:\n  raise BadInput', []),
    ("def _f(x: FloatArray) -> float:\n raise BadInput", []),
])
def test_the_check_sees_what_is_missing(text: str, faults: list[str]) -> None:
    found = list(functions(text, "module"))
    assert ["shape"] * sum(map(shapeless, found)) + ["raise"] * sum(map(silent, found)) == faults
