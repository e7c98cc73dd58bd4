"""A person at the press: asked in a terminal, through a pipe, or by the form of a paused run."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attended_lab import attended_lab
from lab_files import SETTINGS
from prefect_form import Forms
from press_memory import trials_of
from rich.console import Console

from pressloop.flows.operator.people import person_for
from pressloop.flows.operator.terminal import TerminalPerson, parsed, stepping_aside
from pressloop.hardware.person import Blank, Question
from pressloop.trials import Intact, Recipe, State, Trial
from pressloop.trials.errors import Fault
from pressloop.views.live.progress import LiveProgress

ROOT = str(Path(__file__).parents[3])
LEDGER = Path("lab.db")
ASKED = Question("Stack [a]", "Give the numbers.", (
    Blank("answer", "Answer", choices=("pressed", "not pressed", "given up")),
    Blank("peak", "Peak", "t"), Blank("reason", "Reason")))


# What a person types.


@pytest.mark.parametrize("typed, value", [
    ("1.2", 1.2), ("1,2", 1.2), ("12", 12.0), (".5", 0.5), ("-3", -3.0), ("1e3", 1000.0),
    ("", None), ("1_2", None), ("nan", None), ("inf", None), ("1.2 t", None), ("1.2.3", None),
    ("1.234,5", None), ("\u0661", None), ("0x10", None)])
def test_numbers_as_people_type_them(typed: str, value: float | None) -> None:
    assert parsed(ASKED.blanks[1], typed) == value


@pytest.mark.parametrize("typed, choice", [
    ("pressed", "pressed"), ("P", "pressed"), ("not", "not pressed"), ("GIVEN UP", "given up"),
    ("", None), ("x", None), ("pressed!", None)])
def test_choices_may_be_cut_short(typed: str, choice: str | None) -> None:
    assert parsed(ASKED.blanks[0], typed) == choice


def test_a_start_that_two_choices_share_is_no_choice() -> None:
    assert parsed(Blank("a", "A", choices=("left", "lower")), "l") is None


def test_the_terminal_asks_until_the_kind_is_right(monkeypatch: pytest.MonkeyPatch,
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("maybe\np\nmuch\n1,2\nleak\n"))
    assert TerminalPerson().ask(ASKED) == {"answer": "pressed", "peak": 1.2, "reason": "leak"}
    out, err = capsys.readouterr()
    assert out == "", "standard output is for results"
    assert "Stack [a]" in err
    assert "'maybe'" in err and "'much'" in err
    with pytest.raises(Fault, match="input has ended"):
        TerminalPerson().ask(ASKED)


def test_the_display_steps_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    @contextmanager
    def aside() -> Iterator[None]:
        told.append("away")
        yield
        told.append("back")

    monkeypatch.setattr(sys, "stdin", io.StringIO("p\n1\nx\np\n1\nx\n"))
    with stepping_aside(aside):
        TerminalPerson().ask(ASKED)
    TerminalPerson().ask(ASKED)
    assert told == ["away", "back"]


def test_a_paused_display_writes_nothing(eventually: Callable[..., Any]) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    with LiveProgress(lambda: (), 3, console=console, every_s=0.01) as shown:
        eventually(screen.getvalue, "the picture")
        with shown.paused():
            before = screen.getvalue()
            time.sleep(0.05)
            assert screen.getvalue() == before
        eventually(lambda: len(screen.getvalue()) > len(before), "the next picture")


def test_who_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert person_for() is None
    monkeypatch.setenv("PRESSLOOP_ASK", "terminal")
    assert isinstance(person_for(), TerminalPerson)
    monkeypatch.setenv("PRESSLOOP_ASK", "form")
    assert person_for() is None, "there is no form outside a flow run"


def test_a_form_has_the_kinds_and_is_checked_on_our_side() -> None:
    from pressloop.flows.operator.paused_form import PrefectPerson, form

    asked = form(ASKED, "peak was odd")
    schema = asked.model_json_schema()
    assert schema["properties"]["answer"]["enum"] == list(ASKED.blanks[0].choices)
    peak = schema["properties"]["peak"]
    assert (peak["title"], peak["type"]) == ("Peak (t)", "string"), "a browser makes 19 of 1,9"
    assert re.search(peak["pattern"], "1,9") and not re.search(peak["pattern"], "much")
    assert schema["required"] == ["answer", "peak", "reason"]
    assert schema["additionalProperties"] is False
    assert str(asked._description).startswith("**peak was odd**")
    with pytest.raises(Fault, match="cannot be paused"):
        PrefectPerson().ask(ASKED)


# Whole stacks.


def pressed_by_hand(trial: Trial) -> None:
    """Proves that the entered values of the one stack went all the way."""
    assert (trial.state, trial.recipe) == (State.EVALUATED, Recipe(140.0, 180.0, 25.0))
    assert trial.trace is not None
    assert trial.trace.entered
    assert trial.trace.peak_force_n == pytest.approx(1.12 * 9806.65)
    assert trial.trace.held_s == 181.0
    assert trial.spectra[0].stack_pressure_mpa == 20.0
    assert isinstance(trial.outcome, Intact)
    assert trial.outcome.damage is None


@pytest.mark.prefect
def test_a_form_whose_request_is_repeated_is_written_once(server: Any) -> None:
    from prefect import flow
    from prefect.client.orchestration import get_client

    from pressloop.flows.operator.paused_form import form

    asked, keys = form(ASKED, "peak was odd"), {name: f"twice-{name}" for name in (
        "schema", "description", "response")}
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(flow(lambda: None, name="asks"))
        # As where the answer to the first of the two requests was lost.
        client.create_flow_run_input(run.id, keys["schema"], json.dumps({"type": "object"}))
        for _ in range(2):
            asked.save(keys, run.id)
        kept = client.read_flow_run_input(run.id, keys["description"])
    assert "peak was odd" in kept


@pytest.mark.prefect
def test_a_stack_through_a_pipe(server: Any, tmp_path: Path) -> None:
    attended_lab(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pressloop", "run", SETTINGS, "--json"], text=True,
        input="start\npressed\n12\n180\n1,12\n181\n", capture_output=True, timeout=300,
        env={**os.environ, "PYTHONPATH": ROOT, "PRESSLOOP_ASK": "terminal"}, check=False)
    assert done.returncode == 0, done.stderr
    pressed_by_hand(*trials_of(LEDGER))
    assert "1.12 t on the gauge" in done.stderr
    assert "peak = 12 t would be 1498 MPa" in done.stderr


@pytest.mark.prefect
def test_a_stack_in_a_terminal_stopped_and_gone_on(server: Any, tmp_path: Path) -> None:
    attended_lab(tmp_path)
    with terminal("run", SETTINGS) as (process, screen):
        screen.answer("Your answer", "start")
        screen.answer("What became of stack night-001?", "")
        process.send_signal(signal.SIGKILL)
        process.wait(150)
    with terminal("run", SETTINGS) as (process, screen):
        screen.answer("earlier run", "pressed")
        screen.answer("Highest reading", "1,12")
        screen.answer("Time held", "3:01")
        screen.until("1 of 1 stack")
        assert process.wait(150) == 0
    pressed_by_hand(*trials_of(LEDGER))


class Screen:
    """What a terminal shows, and its keyboard."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._shown, self._from = descriptor, "", 0

    def until(self, words: str, seconds: float = 150.0) -> None:
        """Waits for words after those found last."""
        deadline = time.monotonic() + seconds
        while (at := self._shown.find(words, self._from)) < 0:
            assert time.monotonic() < deadline, (words, self._shown)
            if select.select([self._descriptor], [], [], 0.1)[0]:
                try:
                    self._shown += os.read(self._descriptor, 4096).decode(errors="replace")
                except OSError:
                    raise AssertionError((words, self._shown)) from None
        self._from = at + len(words)

    def answer(self, question: str, typed: str) -> None:
        """Types a line once the question stands there."""
        self.until(question)
        os.write(self._descriptor, typed.encode() + b"\n")


@contextmanager
def terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], Screen]]:
    """A command with a terminal of its own."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pressloop", *arguments], stdin=theirs, stdout=theirs,
        stderr=theirs, start_new_session=True,
        env={**os.environ, "PYTHONPATH": ROOT, "TERM": "xterm", "COLUMNS": "200"})
    os.close(theirs)
    try:
        yield process, Screen(ours)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(150)
        os.close(ours)


@pytest.mark.prefect
def test_a_stack_by_the_form_of_a_paused_run(
        server: Any, tmp_path: Path, in_background: Callable[..., subprocess.Popen[str]],
        eventually: Callable[..., Any]) -> None:
    name = f"hand {tmp_path.name}"
    attended_lab(tmp_path, name)
    in_background("serve", SETTINGS, "--cron", f"0 {(datetime.now(UTC).hour + 12) % 24} * * *",
                  PREFECT_RUNNER_POLL_FREQUENCY="1", PRESSLOOP_FORM_POLL_S="1")
    deployment, = eventually(lambda: server("deployments/filter", {
        "deployments": {"name": {"any_": [name]}}}), "the deployment")
    run = server(f"deployments/{deployment['id']}/create_flow_run",
                 {"parameters": {"trials": 1}, "state": {"type": "SCHEDULED"}})["id"]
    forms = Forms(server, run, eventually)
    forms.refused(answer="perhaps")
    assert "1.12 t on the gauge" in forms.answer(answer="start")
    forms.answer(answer="pressed")
    forms.refused(peak="much", dwell="180")
    forms.refused(peak="1,12")
    assert "must be" not in forms.answer(peak="12", dwell="180")
    assert "1498 MPa" in forms.answer(peak="1,12", dwell="3:01")
    state = eventually(lambda: (s := server(f"flow_runs/{run}")["state"])["type"] in (
        "COMPLETED", "FAILED", "CRASHED") and s, "the end of the run")
    assert state["type"] == "COMPLETED", state
    pressed_by_hand(*trials_of(LEDGER, name))
