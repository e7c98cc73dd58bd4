"""Runs that the console starts: what they ask is answered here, and a press is unloaded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attended_lab import attended_lab
from console_lab import NAME, Desk, console
from few_stacks import QUICK
from lab_files import write_settings

from pressloop.trials import Intact, LedgerProblem, State

pytestmark = [pytest.mark.slow, pytest.mark.prefect]


def state_of(desk: Desk, number: int) -> State | None:
    """How far a trial has come; None before there is a ledger."""
    with suppress(LedgerProblem), desk.ledger() as ledger:
        found = ledger.trial(NAME, number)
        return None if found is None else found.state
    return None


def test_an_attended_press_is_led_from_the_console(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    attended_lab(tmp_path, NAME)
    with console(tmp_path) as desk:
        desk.do("start", file="lab.toml")
        asks(desk, eventually, "Press stack night-001")
        assert "waits for a person" in desk.part("head")
        answer(desk, answer="start")
        asks(desk, eventually, "What became of stack night-001")
        assert "since it began" in desk.part("press")
        assert "tell the run" not in desk.refusal("release", reason="stop")
        answer(desk, answer="pressed")
        asks(desk, eventually, "as it was pressed")
        key = question(desk)
        for peak, why in (("1,9,", "a number in t"), ("NaN", "a number in t"), ("", "a number")):
            assert why in desk.refusal("answer", question=key, peak=peak, dwell="180")
        assert "something else by now" in desk.refusal(
            "answer", question="stale", peak="1.1", dwell="180")
        # Ten times too much: the product's own dialogue asks again, and says why.
        answer(desk, peak="11", dwell="180")
        asks(desk, eventually, "would be")
        told = desk.ask("answer", {"question": question(desk), "peak": "1,12", "dwell": "3:00"})
        assert told["confirm"] == ("Highest reading of the gauge: 1.12 t; Time held at it: 180 s. "
                                   "As ana."), told
        answer(desk, peak="1,12", dwell="3:00")
        eventually(lambda: state_of(desk, 1) is State.EVALUATED, "the outcome", 150)
        with desk.ledger() as ledger:
            trial = ledger.trial(NAME, 1)
            notes = [one.text for one in ledger.noted(NAME)]
        assert trial is not None and isinstance(trial.outcome, Intact)
        assert trial.trace is not None and trial.trace.entered
        assert any('Answered "Press stack night-001"' in one for one in notes), notes
        eventually(lambda: "has finished" in desk.part("notice"), "the end", 60)
        assert "none" in desk.refusal("answer", question="x")


def asks(desk: Desk, eventually: Callable[..., Any], words: str) -> None:
    """Waits until the run asks this."""
    eventually(lambda: words in desk.part("question"), words, 150)


def question(desk: Desk) -> str:
    """The key of the question that waits."""
    return desk.part("question").partition('data-given-question="')[2].partition('"')[0]


def answer(desk: Desk, **values: str) -> None:
    """Answers the question that waits."""
    desk.do("answer", question=question(desk), **values)


def test_a_press_is_unloaded_and_the_stack_is_written_off(
        server: Any, tmp_path: Path, eventually: Callable[..., Any]) -> None:
    write_settings(tmp_path, **QUICK, press={"time_scale": 0.5})
    with console(tmp_path) as desk:
        desk.do("start", file="lab.toml")
        eventually(lambda: state_of(desk, 1) is State.COMMANDED, "the command", 150)
        assert "at work already" in desk.refusal("start", file="lab.toml")
        desk.do("stop", reason="enough for today")
        assert "stopping after this stack" in desk.part("head")
        assert "Reason" in desk.refusal("release", trial=1, reason="")
        assert "Which press" in desk.refusal("release", reason="smell")
        told = desk.ask("release", {"trial": 1, "reason": "smell of hydrogen sulfide"})
        assert "stack night-001 is lost" in told["confirm"]
        desk.do("release", trial=1, reason="smell of hydrogen sulfide")
        eventually(lambda: state_of(desk, 1) is State.FAULTED, "the fault", 60)
        eventually(lambda: "not running" in desk.part("head"), "the end of the run", 60)
        with desk.ledger() as ledger:
            log = [(row.kind, row.payload.get("what"), row.operator) for row in ledger.log(NAME)]
        assert [what for kind, what, _ in log if kind == "requested"] == ["stop", "release"]
        kinds = [kind for kind, *_ in log]
        assert kinds.index("requested") < kinds.index("faulted")
        assert all(who.startswith("ana (") for kind, _, who in log if kind != "opened"), log


def test_a_run_stops_after_its_stack(server: Any, tmp_path: Path, eventually: Callable[..., Any]
                                     ) -> None:
    write_settings(tmp_path, **QUICK, press={"time_scale": 0.02})
    with console(tmp_path) as desk:
        desk.do("start", file="lab.toml")
        eventually(lambda: state_of(desk, 1) not in (None, State.PLANNED), "the first stack", 150)
        desk.do("stop", reason="enough for today")
        eventually(lambda: "not running" in desk.part("head"), "the end of the run", 100)
        assert state_of(desk, 1) is State.EVALUATED
        assert "Stopped after a stack, as a person asked" in desk.part("notice")
        with desk.ledger() as ledger:
            stacks = len(ledger.history(NAME, arrays=False))
        assert stacks < 4
