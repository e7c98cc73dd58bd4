"""The table of faults: for each, what the platens did, what the ledger says, what the user reads.

In every row the press accepted the stack at most once, the platens are open, and no reading is
made up. Rows that need other processes are in test_fault_processes.py, readings of the meter in
tests/hardware/scpi/test_scpi_faults.py and tests/evaluation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fault_lab import DIRECT, IMPATIENT, FaultLab, fault_lab

from pressloop.trials import State
from pressloop.trials.errors import Fault
from tests.flows.faults.happenings import (
    before_start,
    clock_back,
    edited,
    foreign,
    full_disk,
    ids_lost,
    injected,
    other_die,
    outside,
    power_back,
    silent,
    stands_still,
    started_over,
    tonnes,
    two_campaigns,
)

pytestmark = pytest.mark.sockets
PRESSED, FAULTED, COMMANDED, PLANNED = (
    State.PRESSED, State.FAULTED, State.COMMANDED, State.PLANNED)


@dataclass(frozen=True)
class Row:
    """One fault.

    `accepted` is how many cycles the press ever accepted, `told` a part of what the user reads,
    empty where the run goes on as if nothing were."""

    name: str
    happen: Callable[[FaultLab], object]
    accepted: int
    ledger: State | None
    told: str
    options: dict[str, Any] | None = None


ALWAYS = 1_000_000
ROWS = {
    "1": Row("answer to start lost", injected("lost answer", "start"), 1, PRESSED, ""),
    "1b": Row("start itself lost", injected("lost request", "start"), 0, COMMANDED,
              "did not reach the press, and can no longer"),
    "2": Row("run ended at each step", started_over, 1, PRESSED, ""),
    "6": Row("die of another area", other_die, 1, PRESSED, ""),
    "6b": Row("registers in tonnes and per cent", tonnes, 1, PRESSED, "",
              {"map": "scaled.toml"}),
    "7": Row("word order wrong", injected("wrong words", "now", IMPATIENT, count=ALWAYS), 0, None,
             "sends words in another order"),
    "8": Row("NaN, inf, negative, too much", outside, 1, PRESSED, ""),
    "9a": Row("guard open before start", before_start("guard opened"), 0, PLANNED,
              "guard closed: no"),
    "9b": Row("e-stop in ramp", injected("e-stop", "ramping"), 1, FAULTED, "e-stop pressed"),
    "9c": Row("remote off in dwell", injected("remote off", "dwelling"), 1, FAULTED,
              "remote switched off"),
    "10a": Row("computer silent, policy finish", silent("finish"), 1, PRESSED, ""),
    "10b": Row("computer silent, policy release", silent("release"), 1, FAULTED,
               "released early"),
    "11": Row("program stands still, socket good",
              injected("frozen program", "dwelling", seconds=3.0), 1, PRESSED, ""),
    "11b": Row("program stands still for good", stands_still, 1, COMMANDED, "stands still"),
    "12a": Row("press restarts in mid cycle", injected("reboot", "ramping", seconds=0.3), 1,
               FAULTED, "power lost in mid cycle"),
    "12b": Row("press restarts and forgets its ids", ids_lost, 1, COMMANDED, "settle"),
    "13a": Row("force leaks in dwell", injected("force leaks", "dwelling"), 1, FAULTED,
               "force lost"),
    "13b": Row("force over-shoots", injected("over-shoot", "dwelling"), 1, FAULTED, "over-force"),
    "13c": Row("force never reached", injected("force not reached", "ramping"), 1, FAULTED,
               "force not reached"),
    "13d": Row("stuck at release", injected("stuck at release", "releasing"), 1, FAULTED,
               "stuck at release"),
    "14a": Row("heater dead", injected("heater dead", "ramping"), 1, FAULTED,
               "temperature not reached"),
    "14b": Row("temperature sensor open", injected("sensor open", "dwelling"), 1, FAULTED,
               "sensor open"),
    "15a": Row("another device answers",
               injected("wrong device", "now", IMPATIENT, count=ALWAYS), 0, None,
               "is not a press"),
    "15b": Row("another map version",
               injected("wrong version", "now", IMPATIENT, count=ALWAYS), 0, None,
               "register map version"),
    "15c": Row("another press answers in mid cycle",
               injected("other press", "dwelling", count=5), 1, PRESSED, ""),
    "16": Row("another computer holds the lease", foreign, 0, PLANNED, "lease"),
    "17a": Row("busy to everything for a while", injected("busy", "ramping", count=20), 1, PRESSED,
               ""),
    "17b": Row("device failure to the start", injected("device failure", "start"), 0, COMMANDED,
               "did not reach the press"),
    "17c": Row("writes disabled at the panel", injected("write disabled", "start"), 0, COMMANDED,
               "writes disabled"),
    "17d": Row("link gone for a while", injected("drop link", "dwelling", seconds=1.5), 1, PRESSED,
               ""),
    "21": Row("disk full before the command", full_disk, 0, PLANNED, ""),
    "22": Row("clock stepped back an hour", clock_back, 1, PRESSED, ""),
    "23": Row("press clamps the force", injected("clamps", "start"), 1, FAULTED,
              "with another force"),
    "24": Row("power cut, power back", power_back, 1, FAULTED, "power lost"),
    "25": Row("two campaigns on one press", two_campaigns, 1, PRESSED, ""),
    "31": Row("settings edited while running", edited, 1, PRESSED, ""),
}
"""Numbers are those of docs/explanation/faults.md."""


@pytest.mark.parametrize("number", ROWS)
def test_fault(number: str, tmp_path: Path, monkeypatch) -> None:
    row = ROWS[number]
    scaled_map(tmp_path / "scaled.toml")
    with fault_lab(tmp_path, DIRECT, **(row.options or {})) as lab:
        row.happen(lab)
        found = lab.remains()
    assert len(found.accepted) == row.accepted, found
    assert len(set(found.accepted)) == len(found.accepted)
    assert found.force_n == 0.0
    assert found.state is row.ledger, found
    assert row.told in found.told, found
    assert bool(found.told) == bool(row.told) or number == "21"


def scaled_map(path: Path) -> None:
    """The generic map with force in tonnes and per cent, as integers."""
    from importlib import resources

    generic = (resources.files("pressloop.hardware.plc") / "maps/generic.toml").read_text("utf-8")
    path.write_text(generic.replace(
        '"force", type = "f32", unit = "N"', '"force", type = "u32", unit = "percent_of_maximum",'
        ' scale = 0.0001').replace(
        '"echo_force", type = "f32", unit = "N"', '"echo_force", type = "u32", unit = "t", '
        'scale = 0.00001').replace(
        '"peak_force", type = "f32", unit = "N"', '"peak_force", type = "u16", unit = "kN", '
        'scale = 0.01'))


def test_lost_request_is_cured_by_starting_again(tmp_path: Path) -> None:
    """The press is asked first, says it never heard of the cycle, and gets it under its own id."""
    with fault_lab(tmp_path) as lab:
        lab.press.inject("lost request", "start")
        lab.press_one()
        lab.press_one()
        found = lab.remains()
    assert (found.accepted, found.state, found.told) == ([1], PRESSED, "")


def test_a_press_that_lost_its_ids_is_not_believed_even_without_a_journal(tmp_path: Path) -> None:
    """The ledger knows under which boot of the press the command was given."""
    with fault_lab(tmp_path) as lab:
        with lab.run() as run:
            lab.start_one(run)
        lab.idle()
        for journal in tmp_path.glob("pressloop-*.jsonl"):
            journal.unlink()
        memory = lab.press.program.memory
        memory.last_accepted_id = memory.last_finished_id = 0
        memory.boot_counter += 1
        lab.press_one()
        found = lab.remains()
    assert (found.accepted, found.state) == ([1], COMMANDED)
    assert "restarted since cycle 1" in found.told


def test_a_release_that_nobody_confirms_says_where_to_go(tmp_path: Path) -> None:
    with fault_lab(tmp_path) as lab, lab.run(press=IMPATIENT) as run:
        lab.stand_still_in("dwelling")
        lab.start_one(run)
        lab.until(lambda: lab.press.phase == "dwelling")
        lab.press.inject("drop link", seconds=3600.0)
        with pytest.raises(Fault, match="go to the press"):
            run.press.release()


def test_every_row_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "faults.md").read_text()
    for number, row in ROWS.items():
        assert f"| {number} | {row.name} |" in page, number
