"""The live display ends with the final state, and never disturbs the campaign."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence

import pytest
from rich.console import Console

from pressloop.trials import Failed, FailureMode, Intact, Recipe, Stack, State, Trial
from pressloop.views.live.picture import picture
from pressloop.views.live.progress import LiveProgress


def trial(number: int, state: State, name: str = "S", **more: object) -> Trial:
    return Trial(number, Stack(f"{name}-{number}", "L", "o", 0.785, 600.0),
                 Recipe(200.0 + number, 60.0, 25.0), state, **more)  # type: ignore[arg-type]


DONE = [
    trial(1, State.EVALUATED, outcome=Intact(41.27, 0.5)),
    trial(2, State.EVALUATED, "[red]", outcome=Failed(FailureMode.CRUSHED, "31 % broke")),
    trial(3, State.FAULTED, fault="link lost\nat 3 kN"),
]


def log() -> Console:
    return Console(file=io.StringIO(), force_terminal=False, width=60)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().replace("\u00a0", " ")


def test_a_log_has_one_line_per_ended_trial_and_the_final_state() -> None:
    console = log()
    with LiveProgress(lambda: [*DONE, trial(4, State.COMMANDED)], 10, console=console):
        pass
    lines = shown(console).splitlines()
    assert lines == [
        "trial 1 (1 of 10 stacks)  S-1  201 MPa, 60 s, 25 °C  41.27 ± 0.50 Ω·cm²",
        "trial 2 (2 of 10 stacks)  [red]-2  202 MPa, 60 s, 25 °C  crushed: 31 % broke",
        "trial 3 (3 of 10 stacks)  S-3  203 MPa, 60 s, 25 °C  faulted: link lost at 3 kN",
        "3 of 10 stacks, 1 intact, 1 crushed, 1 faulted; "
        "best measured 41.3 Ω·cm² at 201 MPa, 60 s, 25 °C (trial 1)"]


def test_trials_that_end_after_the_last_poll_are_still_told() -> None:
    console = log()
    now: list[Trial] = []
    polled = threading.Event()

    def read() -> Sequence[Trial]:
        polled.set()
        return list(now)

    with LiveProgress(read, 3, console=console, every_s=30.0):
        assert polled.wait(150.0)
        now.extend(DONE)
    assert "3 of 3 stacks" in shown(console)


def test_a_terminal_ends_with_the_final_picture() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, force_interactive=True, width=110,
                      color_system=None)
    with LiveProgress(lambda: [*DONE, trial(4, State.PRESSED)], 10, console=console):
        pass
    picture = shown(console)
    assert "3 of 10 stacks" in picture and "1 crushed, 1 faulted" in picture
    assert "Trial 4 (S-4): pressed, measuring" in picture
    assert "[red]-2" in picture and "best measured 41.3 Ω·cm²" in picture


@pytest.mark.parametrize("interactive", [True, False])
def test_a_read_that_raises_is_told_once_and_stops_nothing(interactive: bool) -> None:
    console = Console(file=io.StringIO(), force_terminal=interactive,
                      force_interactive=interactive, width=110, color_system=None)
    failures = []

    def read() -> Sequence[Trial]:
        failures.append(1)
        raise OSError("ledger is locked")

    with LiveProgress(read, 3, console=console, every_s=0.01):
        while len(failures) < 3:
            pass
    words = shown(console)
    assert "OSError: ledger is locked" in words
    assert interactive or words.count("ledger is locked") == 1


def test_errors_of_the_campaign_pass_through() -> None:
    with pytest.raises(KeyboardInterrupt), LiveProgress(lambda: DONE, 3, console=log()):
        raise KeyboardInterrupt


def test_imported_stacks_are_no_part_of_the_budget() -> None:
    past = [trial(n, State.IMPORTED, outcome=Intact(50.0, 0.5)) for n in range(1, 13)]
    here = [trial(n, State.EVALUATED, outcome=Intact(41.0, 0.5)) for n in range(13, 16)]
    for interactive in (True, False):
        console = Console(file=io.StringIO(), force_terminal=interactive, width=160,
                          force_interactive=interactive, color_system=None)
        with LiveProgress(lambda: [*past, *here], 3, console=console):
            pass
        words = shown(console)
        assert "3 of 3 stacks (and 12 from elsewhere)" in words
        assert "15 of 3" not in words and "15/3" not in words
    assert words.splitlines()[-2].startswith("trial 15 (3 of 3 stacks)")
    assert "trial 1 " not in words


def test_a_budget_that_is_overdrawn_is_told_so() -> None:
    console = log()
    with LiveProgress(lambda: DONE, 2, console=console):
        pass
    assert "3 stacks, 1 more than the budget of 2, 1 intact" in shown(console)


def test_intact_stacks_are_not_blue_on_black() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=160, color_system="standard")
    console.print(picture([*DONE], 3))
    assert "\x1b[34m" not in shown(console)


def test_the_load_is_told_as_the_gauge_shows_it() -> None:
    console = log()
    with LiveProgress(lambda: DONE, 3, console=console, load=lambda mpa: f"{mpa / 100:.2f} t"):
        pass
    lines = shown(console).splitlines()
    assert "201 MPa (2.01 t), 60 s" in lines[0] and "201 MPa (2.01 t)" in lines[-1]
