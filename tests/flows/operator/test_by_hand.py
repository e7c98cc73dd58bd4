"""What a person prepares before a press that moves by itself starts."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from lab_files import settings_values

from pressloop.flows.operator.by_hand import instructions, prove_prepared
from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.flows.settings.machine_steps import prove_set, unset
from pressloop.hardware.protocols import Place, PressIdentity
from pressloop.hardware.registry import connect_press
from pressloop.trials import Recipe, Stack, State, Trial
from pressloop.trials.errors import BadInput, NotReady

STACK = Stack("night-001", "L-1", "ana", 0.785, 600.0)
RECIPE = Recipe.of({"pressure_mpa": 140.0, "dwell_s": 180.0, "temperature_c": 25.0,
                    "collector": "SUS", "binder": 1.5, "ramp_mpa_per_s": 2.0})
REAL = PressIdentity("a press", "1", 78.54, 60e3, 160.0, simulated=False)


def settings(**space: object) -> Settings:
    named = {"collector": ["SUS", "C"], "ramp_mpa_per_s": [1, 5],
             "binder": {"low": 0, "high": 3, "unit": "percent", "set_by": "stack"}}
    return from_plain(settings_values(space=named | space, reference=None), "test")


class RealPress:
    """A press of which nothing but its identity is asked."""

    def __init__(self, identity: PressIdentity) -> None:
        self.identity = identity

    def identify(self) -> PressIdentity:
        return self.identity


def trial(recipe: Recipe = RECIPE) -> Trial:
    return Trial(1, STACK, recipe, State.PLANNED)


def answered(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSLOOP_ASK", "terminal")
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))


def test_what_the_person_is_told() -> None:
    assert instructions(settings(), trial()) == [
        "Set collector = SUS", "Stack with binder = 1.5 percent"]
    assert instructions(settings(), trial(Recipe(140.0, 180.0, 25.0))) == []


def test_the_press_starts_when_the_person_is_ready(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answered("ready\n", monkeypatch)
    prove_prepared(settings(), RealPress(REAL), trial())
    assert "Set collector = SUS" in capsys.readouterr().err


def test_nothing_moves_without_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    answered("not now\n", monkeypatch)
    with pytest.raises(NotReady, match="not prepared"):
        prove_prepared(settings(), RealPress(REAL), trial())
    answered("", monkeypatch)
    with pytest.raises(NotReady, match="nobody said"):
        prove_prepared(settings(), RealPress(REAL), trial())
    monkeypatch.delenv("PRESSLOOP_ASK")
    with pytest.raises(NotReady, match="nobody can be asked"):
        prove_prepared(settings(), RealPress(REAL), trial())


def test_who_needs_nobody() -> None:
    for identity in (replace(REAL, asks=True), replace(REAL, simulated=True)):
        prove_prepared(settings(), RealPress(identity), trial())
    prove_prepared(settings(), RealPress(REAL), trial(Recipe(140.0, 180.0, 25.0)))


def test_a_press_that_cannot_set_a_parameter_is_told_before_anything_moves(tmp_path: Path) -> None:
    asked = settings(presses={"low": 1, "high": 3, "integer": True, "set_by": "press"})
    wrong, = unset(asked, REAL)
    assert "space.presses.set_by" in str(wrong) and "ramp_mpa_per_s" in str(wrong)
    assert len(unset(asked, replace(REAL, sets=()))) == 2
    with pytest.raises(BadInput, match="presses"):
        prove_set(asked, REAL)
    simulated = connect_press("simulated", {}, Place(1, tmp_path / "bench")).identify()
    prove_set(asked, simulated)
