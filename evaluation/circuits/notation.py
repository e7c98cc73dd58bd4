"""Circuits from text, in two notations; nothing is evaluated.

impedance.py: elements joined by "-" in series, p(a,b) parallel, nested to any depth:
    L0-R0-p(R1,CPE1)-p(R2-Wo1,C1)
pyimpspec (circuit description code): [...] in series, (...) parallel, elements one after another:
    L R (R Q) (C [R W])

An arc, a resistance parallel to a constant-phase element or a capacitor alone, is fitted as one
element by resistance, time constant and exponent.
"""

from __future__ import annotations

import re
from collections import Counter

from pressloop.evaluation.circuits.elements import KINDS
from pressloop.evaluation.circuits.tree import Circuit, Element, Node, Parallel, Series, element
from pressloop.trials.errors import BadInput

AUTO = "auto"
"""Stands for a search through circuits."""
LONGEST, DEEPEST = 500, 20
_ALIASES = {"Q": "CPE", "La": "L", "K": "Zarc", "T": "TLM"}
_SYMBOLS = sorted([*KINDS, *_ALIASES], key=len, reverse=True)
_ELEMENT = re.compile(rf"({'|'.join(_SYMBOLS)})_?(\d*)")
EXAMPLE = "Example: L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3."
_IMPEDANCE_PY = re.compile(r"[-,]|p\(")


def parse_circuit(text: str) -> Circuit:
    """The circuit of a text in either notation.

    Raises BadInput on anything else, and on two elements of one name."""
    plain = re.sub(r"\s", "", text)
    if len(plain) > LONGEST:
        raise BadInput("circuit", f"{len(plain)} characters", f"at most {LONGEST}", EXAMPLE)
    reader = _Reader(plain, text, Counter())
    node: Node = reader.code(0, "") if _is_code(plain) else reader.series(0)
    if reader.at != len(plain):
        raise reader.wrong()
    circuit = Circuit(Series(_in_series(node)))
    _refuse_twins(circuit, text)
    return circuit


def _is_code(plain: str) -> bool:
    """True for the notation of pyimpspec: brackets without "p", or several elements in a row."""
    if _IMPEDANCE_PY.search(plain):
        return False
    first = _ELEMENT.match(plain)
    return plain.startswith(("[", "(")) or (first is not None and first.end() < len(plain))


def _refuse_twins(circuit: Circuit, text: str) -> None:
    twins = [name for name, count in Counter(circuit.names).items() if count > 1]
    if twins:
        raise BadInput("circuit", text, f"each element once, not two of {twins[0]}",
                       "Number the elements: R1, R2 ...")


class _Reader:
    """A position in the text; `numbers` counts the elements without a number of their own."""

    def __init__(self, plain: str, text: str, numbers: Counter[str]) -> None:
        self.plain, self.text, self.numbers, self.at = plain, text, numbers, 0

    def wrong(self) -> BadInput:
        rest = self.plain[self.at:self.at + 20] or "the end"
        return BadInput("circuit", self.text, f"made of {', '.join(KINDS)} joined by '-' and "
                        "p(,), or by [] and ()", f"Cannot read on at {rest!r}. {EXAMPLE}")

    def series(self, depth: int) -> Series:
        """a-b-c, in the notation of impedance.py."""
        parts = [self._part(depth)]
        while self._take("-"):
            parts.append(self._part(depth))
        return Series(tuple(parts))

    def _part(self, depth: int) -> Node:
        if not self._take("p("):
            return self._element()
        self._deeper(depth)
        branches = [self.series(depth + 1)]
        while self._take(","):
            branches.append(self.series(depth + 1))
        if not self._take(")") or len(branches) < 2:
            raise self.wrong()
        return _parallel([_single(branch) for branch in branches])

    def code(self, depth: int, end: str) -> Node:
        """Elements one after another, in the notation of pyimpspec, up to `end`."""
        self._deeper(depth)
        parts: list[Node] = []
        while self.at < len(self.plain) and not self.plain.startswith(("]", ")"), self.at):
            if self._take("["):
                parts.append(self.code(depth + 1, "]"))
            elif self._take("("):
                parts.append(self.code(depth + 1, ")"))
            else:
                parts.append(self._element())
        if not parts or (end and not self._take(end)):
            raise self.wrong()
        if end == ")":
            if len(parts) < 2:
                raise self.wrong()
            return _parallel(parts)
        # What is in series with a series stands beside its parts.
        whole = Series(tuple(one for part in parts for one in _in_series(part)))
        return _single(whole) if end else whole

    def _element(self) -> Element:
        match = _ELEMENT.match(self.plain, self.at)
        if match is None:
            raise self.wrong()
        self.at = match.end()
        symbol = _ALIASES.get(match[1], match[1])
        number = match[2]
        if not number:
            number = str(self.numbers[symbol] + (symbol not in ("L",) and symbol != "R"))
            self.numbers[symbol] += 1
        return element(symbol, number)

    def _take(self, mark: str) -> bool:
        if not self.plain.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def _deeper(self, depth: int) -> None:
        if depth > DEEPEST:
            raise BadInput("circuit", self.text, f"nested at most {DEEPEST} deep", EXAMPLE)


def _in_series(node: Node) -> tuple[Node, ...]:
    """The parts of a series; any other node is one by itself."""
    return node.parts if isinstance(node, Series) else (node,)


def _single(series: Series) -> Node:
    return series.parts[0] if len(series.parts) == 1 else series


def _parallel(parts: list[Node]) -> Node:
    """A parallel node; a resistance with one CPE or capacitor is an arc."""
    symbols = [part.symbol if isinstance(part, Element) else "" for part in parts]
    if sorted(symbols) == ["CPE", "R"]:
        r = parts[symbols.index("R")]
        q = parts[symbols.index("CPE")]
        assert isinstance(r, Element) and isinstance(q, Element)
        return arc(r.label, q.label)
    return Parallel(tuple(parts))


def arc(resistor: str, constant_phase: str) -> Element:
    """A resistance parallel to a constant-phase element as one element."""
    number = resistor[1:]
    return Element("Zarc", f"p({resistor},{constant_phase})",
                   (resistor, f"tau{number}", f"alpha{number}"))
