"""What goes into a real SQLite file comes out the same, bit for bit, for every kind of entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as np_arrays
from trial_stories import RECIPE, STACK, same

from pressloop.trials import (
    BadInput,
    Commanded,
    ControlPoint,
    Damage,
    Evaluated,
    Failed,
    FailureMode,
    Faulted,
    Imported,
    Intact,
    Ledger,
    LedgerProblem,
    Measured,
    MissingPoint,
    Opened,
    Planned,
    Pressed,
    Recipe,
    SetAside,
    Settled,
    Spectrum,
    Stack,
    Trace,
)
from pressloop.trials.ledger.codec import decode, encode
from pressloop.trials.ledger.rows import from_bytes, to_bytes

real = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=5e-324, allow_infinity=False)
not_negative = st.floats(min_value=0.0, allow_infinity=False)
ohm = st.builds(complex, real, real)
word = st.text(min_size=1, max_size=12).filter(str.strip)
plain = st.recursive(st.none() | st.booleans() | st.integers() | real | st.text(max_size=8),
                     lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(), x, max_size=3),
                     max_leaves=6)


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    n = draw(st.integers(1, 8))
    column = np_arrays(np.float64, n, elements=real)
    time = sorted(draw(st.sets(st.floats(-1e300, 1e300), min_size=n, max_size=n)))
    return Trace(time, *(draw(column) for _ in range(4)), draw(positive),
                 draw(maybe(np_arrays(np.float64, n, elements=not_negative))))


@st.composite
def spectra(draw: st.DrawFn) -> Spectrum:
    frequency = sorted(draw(st.sets(positive, min_size=1, max_size=8)))
    impedance = draw(st.lists(ohm, min_size=len(frequency), max_size=len(frequency)))
    optional = [draw(maybe(real)) for _ in range(4)]
    missing = draw(st.lists(st.builds(MissingPoint, positive, st.text()), max_size=2))
    controls = draw(st.lists(st.builds(ControlPoint, positive, ohm, ohm), max_size=2))
    return Spectrum(frequency, impedance, draw(positive), draw(word), *optional, tuple(missing),
                    tuple(controls), draw(st.lists(st.text(), max_size=2).map(tuple)))


recipes = st.builds(Recipe, positive, positive, real, maybe(positive), maybe(positive))
stacks = st.builds(Stack, word, word, word, positive, positive, maybe(not_negative),
                   maybe(not_negative))
damages = maybe(st.builds(Damage, st.floats(0, 1), not_negative))
outcomes = (
    st.builds(Intact, positive, maybe(not_negative), maybe(positive), maybe(not_negative), damages,
              maybe(not_negative), maybe(positive), maybe(positive), maybe(st.text()),
              st.lists(st.text(), max_size=3).map(tuple), maybe(real), maybe(real), maybe(real))
    | st.builds(Failed, st.sampled_from(FailureMode), word, damages)
    | st.builds(SetAside, word)
)
openings = st.builds(Opened, st.dictionaries(st.text(), plain, max_size=4), st.text(),
                     st.integers(), st.dictionaries(st.text(), st.text(), max_size=2), st.text())
plans = st.builds(Planned, stacks, recipes, st.text(),
                  st.dictionaries(st.text(), real, max_size=3))
sweeps = st.lists(spectra(), min_size=1, max_size=3).map(tuple)
ends = st.builds(Faulted, st.text(), st.text()) | st.builds(Settled, st.text())


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('codec') / 'ledger.db'}") as opened:
        yield opened


numbers = count(1)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.tuples(openings, plans, plans, traces(), sweeps, outcomes, ends))
def test_every_entry_comes_back_bit_for_bit(ledger: Ledger, drawn) -> None:
    opening, plan, other, trace, seen, outcome, end = drawn
    n = next(numbers)
    told = [(None, opening), (1, plan), (1, Commanded(n)), (1, Pressed(trace)),
            (1, Measured(1, seen)), (1, Evaluated(1, outcome)), (2, other), (2, end),
            (3, Imported(f"row {n}", "past.csv", other.stack, other.recipe, outcome))]
    for trial, entry in told:
        assert ledger.append(f"campaign {n}", trial, entry)
    assert same(ledger.facts(f"campaign {n}"), tuple(told))
    first = ledger.history(f"campaign {n}")[0]
    assert same((first.trace, first.spectra, first.outcome), (trace, seen, outcome))
    assert same(ledger.opened(f"campaign {n}"), opening)


@pytest.mark.parametrize("array", [np.array([-0.0, 5e-324, 1.7976931348623157e308]),
                                   np.array([complex(-0.0, 1e-310)], dtype=np.complex128),
                                   np.array([1.5, 2.5]).astype(">f8")])
def test_array_bytes(array: np.ndarray) -> None:
    columns = to_bytes(array)
    assert columns["dtype"] in ("float64", "complex128")
    back = from_bytes(**columns)  # type: ignore[arg-type]
    assert same(np.array(back), array.astype(array.dtype.newbyteorder("=")))


@pytest.mark.parametrize("kind, payload", [
    ("guessed", {}), ("commanded", {}), ("commanded", {"cycle": 1}),
    ("evaluated", {"reading": 1, "outcome": {"kind": "intact", "resistance_ohm_cm2": -1.0}}),
    ("evaluated", {"reading": 1, "outcome": {"kind": "perfect"}}),
])
def test_damaged_rows_are_refused(kind: str, payload: dict[str, object]) -> None:
    with pytest.raises(LedgerProblem, match=kind):
        decode(kind, payload, {})


def test_damaged_bytes_are_refused() -> None:
    for columns in [("float64", "[2]", b"12345678"), ("object", "[1]", b"12345678")]:
        with pytest.raises(LedgerProblem, match="stored array"):
            from_bytes(*columns)


@pytest.mark.parametrize("beliefs", [{"mean": float("nan")}, {"mean": object()}])
def test_what_json_cannot_say_is_refused(tmp_path: Path, beliefs) -> None:
    with Ledger.open(f"sqlite:///{tmp_path / 'l.db'}") as ledger:
        with pytest.raises(BadInput, match="planned entry"):
            ledger.append("c", 1, Planned(STACK, RECIPE, "", beliefs))
        assert ledger.log("c") == ()


def test_a_plan_keeps_its_reason_and_is_read_without_one() -> None:
    told = Planned(STACK, RECIPE, "explore", {"survival": 0.97}, "Explores: survives with 97 %.")
    kind, payload, arrays = encode(told)
    assert decode(kind, payload, arrays) == told
    older = {name: value for name, value in payload.items() if name != "reason"}
    assert decode(kind, older, arrays) == replace(told, reason="")


def test_spectra_kept_before_they_had_notes_come_back() -> None:
    f = np.geomspace(1e5, 1.0, 12)
    kind, payload, arrays = encode(Measured(1, (Spectrum(f, 10.0 - 1j * f / f, 1.0),)))
    del payload["spectra"][0]["notes"]
    back = decode(kind, payload, arrays)
    assert isinstance(back, Measured)
    assert back.spectra[0].notes == ()
