"""One stack in a sentence for each step."""

from __future__ import annotations

import numpy as np

from pressloop.trials import Failed, FailureMode, Intact, Recipe, Spectrum, Stack, State, Trial
from pressloop.trials.trace import Trace
from pressloop.views import happened

FORCE = np.array([0.0, 16650.0, 16682.0, 0.0])
TRACE = Trace(np.arange(4.0), FORCE, None, None, None, 78.54)
ASKED = Trial(7, Stack("stack 7", "L", "o", 0.785, 600.0), Recipe(212.0, 60.0, 25.0),
              State.PLANNED, purpose="explore")


def pressed(**more: object) -> Trial:
    return Trial(7, ASKED.stack, ASKED.recipe, State.EVALUATED, trace=TRACE,
                 **more)  # type: ignore[arg-type]


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_a_step_says_what_was_asked_and_what_was_reached() -> None:
    assert plain(happened.planned(ASKED)) == (
        "Stack stack 7: next is 212 MPa, 60 s, 25 °C (explore)")
    assert plain(happened.pressed(pressed())) == (
        "Stack stack 7: 212 MPa, 60 s, 25 °C asked, 212.4 MPa reached")
    assert plain(happened.ended(pressed(outcome=Intact(38.1, 0.4)))) == (
        "Stack stack 7: 212 MPa, 60 s, 25 °C asked, 212.4 MPa reached, 38.10 ± 0.40 Ω·cm²")


def test_a_failed_stack_says_why() -> None:
    words = happened.ended(pressed(outcome=Failed(FailureMode.CRUSHED, "31 % broke")))
    assert plain(words).endswith("212.4 MPa reached, crushed: 31 % broke")


def test_what_a_person_typed_and_the_gauge() -> None:
    typed = Trace(np.arange(4.0), FORCE, None, None, None, 78.54, peak_force_n=16700.0,
                  held_s=61.0, entered=True)
    trial = Trial(7, ASKED.stack, ASKED.recipe, State.PRESSED, trace=typed)
    assert plain(happened.pressed(trial, lambda mpa: f"{mpa / 100:.2f} t")) == (
        "Stack stack 7: 212 MPa (2.12 t), 60 s, 25 °C asked, 212.6 MPa and 61 s reached")


def test_a_sweep_says_its_range() -> None:
    hz = np.geomspace(1e6, 0.1, 57)
    words = happened.measured(ASKED, (Spectrum(hz, 1.0 / (1.0 + 1j * hz), 0.785),))
    assert words == "Stack stack 7 measured: 57 points from 1e+06 to 0.1 Hz"


def test_a_name_writes_no_second_line() -> None:
    odd = Trial(1, Stack("a\nb", "L", "o", 0.785, 600.0), ASKED.recipe, State.PLANNED)
    assert "\n" not in happened.planned(odd)
