"""A whole campaign through sockets, with faults of press and analyser all along."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from crash_lab import emulator, printed_by

from pressloop.trials import Ledger, State

pytestmark = pytest.mark.sockets


@pytest.mark.nightly
@pytest.mark.prefect
@pytest.mark.slow
def test_twenty_stacks_through_sockets_with_faults(tmp_path: Path, in_background: Any,
                                                   eventually: Any) -> None:
    """The example campaign, unattended, however many stacks in a row are lost.

    A random fault in four of ten cycles and one of ten sweeps or so. Every stack is accounted for,
    and the press's own memory has each at most once."""
    text = (Path(__file__).parents[3] / "examples" / "emulated_lab.toml").read_text()
    press = emulator(in_background, tmp_path, 0, "--fault-rate", 0.4, "--speed", 300)
    in_background("emulate", "meter", "--bench", tmp_path / "bench.jsonl", "--port", 0,
                  "--fault-rate", 0.1, "--json")
    meter = printed_by(tmp_path / "process-1.log")["port"]
    path = tmp_path / "lab.toml"
    path.write_text(text.replace("5020", str(press)).replace("5025", str(meter)).replace(
        "[campaign]", "[campaign]\nnothing_learned_in_a_row = 0"))
    run = in_background("run", path, "--json")
    assert run.wait(800) == 0, (tmp_path / "process-2.log").read_text()
    with closing(Ledger.open(f"sqlite:///{tmp_path}/pressloop-emulated.db")) as ledger:
        trials = ledger.history("emulated-lab")
    assert [t.number for t in trials] == list(range(1, 21))
    assert not any(t.is_open for t in trials)
    accepted = json.loads((tmp_path / "plc.json").read_text())["accepted"]
    assert len(set(accepted)) == len(accepted)
    assert {t.cycle_id for t in trials if t.trace is not None} <= set(accepted)
    assert all(t.outcome is None for t in trials if t.state is State.FAULTED)
    assert sum(t.state is State.EVALUATED for t in trials) >= 8
