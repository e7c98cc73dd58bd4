"""A circuit: elements in series and in parallel, nested to any depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pressloop.evaluation.circuits.elements import KINDS, Kind, Parameter
from pressloop.trials.checks import ComplexArray, FloatArray


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a circuit.

    Its kind's symbol, its text in the circuit, and its parameters' full names, such as "Wo", "Wo1"
    and ("Wo1 R", "Wo1 tau")."""

    symbol: str
    label: str
    names: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """Impedance and parameters of the element."""
        return KINDS[self.symbol]


@dataclass(frozen=True, slots=True)
class Series:
    """Parts whose impedances add up."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Parts whose admittances add up."""

    parts: tuple[Node, ...]


Node = Element | Series | Parallel


@dataclass(frozen=True)
class Circuit:
    """A circuit and the order of its parameters: element by element as the text names them."""

    root: Series

    def __str__(self) -> str:
        return text_of(self.root)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """All elements in the order of the text."""
        return tuple(_elements(self.root))

    @cached_property
    def parameters(self) -> tuple[tuple[str, Parameter], ...]:
        """Every parameter with its full name, such as "R1" or "Wo1 tau"."""
        return tuple(pair for element in self.elements
                     for pair in zip(element.names, element.kind.parameters, strict=True))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Full names of the parameters."""
        return tuple(name for name, _ in self.parameters)

    @cached_property
    def placed_parts(self) -> tuple[tuple[Node, int, int], ...]:
        """Each part of the series, with where its values start and end."""
        found, start = [], 0
        for node in self.root.parts:
            end = start + value_count(node)
            found.append((node, start, end))
            start = end
        return tuple(found)

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.parameters)

    def impedance(self, frequency_hz: FloatArray, values: FloatArray) -> ComplexArray:
        """Impedance (ohm), shape (n,), for parameter values of shape (size,)."""
        jw: ComplexArray = np.asarray(2j * np.pi * np.asarray(frequency_hz))
        return self.slopes(jw, values)[0]

    def slopes(self, jw: ComplexArray, values: FloatArray) -> tuple[ComplexArray, ComplexArray]:
        """Impedance, shape (n,), and derivatives by the values, shape (size, n)."""
        z, slopes, _ = evaluated(self.root, jw, values, 0)
        return z, np.asarray(slopes)


def element(symbol: str, number: int | str) -> Element:
    """An element of this kind with this number: "R1", or an arc p(R1,CPE1)."""
    parameters = KINDS[symbol].parameters
    if symbol == "Zarc":
        return Element(symbol, f"p(R{number},CPE{number})",
                       (f"R{number}", f"tau{number}", f"alpha{number}"))
    label = f"{symbol}{number}"
    names = [label] if len(parameters) == 1 else [f"{label} {p.name}" for p in parameters]
    return Element(symbol, label, tuple(names))


def value_count(node: Node) -> int:
    """Number of values of a part."""
    return sum(len(one.kind.parameters) for one in _elements(node))


def text_of(node: Node) -> str:
    """The circuit in the notation of impedance.py; an arc is p(R,CPE) there."""
    if isinstance(node, Series):
        return "-".join(text_of(part) for part in node.parts)
    if isinstance(node, Parallel):
        return f"p({','.join(text_of(part) for part in node.parts)})"
    return node.label


def _elements(node: Node) -> Iterator[Element]:
    if isinstance(node, Element):
        yield node
        return
    for part in node.parts:
        yield from _elements(part)


def evaluated(node: Node, jw: ComplexArray, values: FloatArray, start: int
               ) -> tuple[ComplexArray, list[ComplexArray], int]:
    """Impedance, shape (n,), derivatives by each value, and where the next values start."""
    if isinstance(node, Element):
        end = start + len(node.kind.parameters)
        z, slopes = node.kind.impedance(jw, values[start:end])
        return z, slopes, end
    found = []
    for part in node.parts:
        z, slopes, start = evaluated(part, jw, values, start)
        found.append((z, slopes))
    if isinstance(node, Series):
        total = np.sum([z for z, _ in found], axis=0)
        return total, [slope for _, slopes in found for slope in slopes], start
    total = 1.0 / np.sum([1.0 / z for z, _ in found], axis=0)
    return total, [slope * (total / z) ** 2 for z, slopes in found for slope in slopes], start
