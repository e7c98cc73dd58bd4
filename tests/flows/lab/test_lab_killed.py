"""A lab whose keeper was killed: `lab up` alone goes on with it, from whatever folder."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from few_stacks import QUICK
from lab_files import write_settings
from lab_up import listens

from tests.flows.conftest import until
from tests.flows.lab.test_lab import SLOW, Place, place

__all__ = ["place"]
pytestmark = [*SLOW, pytest.mark.skipif(not Path("/proc/self/cwd").exists(),
                                        reason="it looks at folders of processes in /proc")]


def test_up_goes_on_where_the_lab_was_set_up(place: Place) -> None:
    write_settings(place.folder, "my.toml", **QUICK, campaign={"ledger": "sqlite:///here.db"})
    place.up("my.toml", "--port", place.port, "--database-port", place.database_port)
    os.kill(int((place.lab / "lab.lock").read_text()), signal.SIGKILL)
    until(lambda: not listens(place.port), "the end of the server", 60)
    assert listens(place.database_port), "the database of the lab outlives its keeper"
    elsewhere = place.folder / "else where"
    elsewhere.mkdir()
    answer = place("lab", "up", "--folder", place.lab, there=elsewhere)
    assert answer.returncode == 0, answer.stderr + place.log()
    for number, _ in json.loads((place.lab / "state.json").read_text())["workers"].values():
        # A ledger in a file is looked for from there, as the first time.
        assert Path(os.readlink(f"/proc/{number}/cwd")) == place.folder.resolve()
    answer = place("lab", "down")
    assert answer.returncode == 0, answer.stderr
    place.nothing_is_left()


def test_the_command_that_admits_a_shell_names_any_folder(place: Place) -> None:
    write_settings(place.folder, "my.toml", **QUICK)
    answer = place("lab", "up", "my.toml", "--folder", "das labor", "--port", place.port,
                   "--database-port", place.database_port)
    try:
        assert answer.returncode == 0, answer.stderr
        assert "pressloop lab env --folder 'das labor'" in answer.stderr
    finally:
        place("lab", "down", "--folder", "das labor")
