"""Methods by the name of their file: each has `start(table, seed, pool)`."""

from __future__ import annotations

from importlib import import_module

from benchmarks.tables.methods.base import Method
from benchmarks.tables.problem import Table

NAMES = ("pressloop", "ax", "baybe", "bofire", "random")


def start(name: str, table: Table, seed: int, pool: bool) -> Method:
    """A campaign's method; `pool` where only rows of the table can be run."""
    return import_module(f"benchmarks.tables.methods.{name}").start(table, seed, pool)


def version(name: str) -> str:
    """Of the method and what it is made of."""
    return str(import_module(f"benchmarks.tables.methods.{name}").VERSION)
