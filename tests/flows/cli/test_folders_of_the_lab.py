"""A lab's folder may hold files and folders by any name: none is taken for one of the product's."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, write_settings

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

RAISES = 'raise RuntimeError("a file of the lab, taken for a library")\n'
NAMES = ("flows", "hardware", "trials", "views", "optimizer", "surrogates")

ENDED = ("COMPLETED", "FAILED", "CRASHED")


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A folder of a lab that has used these names for its own purposes."""
    for name in NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(RAISES)
    (tmp_path / "prefect.py").write_text(RAISES)
    write_settings(tmp_path, campaign={"name": f"among {tmp_path.name}", "trials": 1})
    return tmp_path


def test_check_and_run_with_a_server_of_their_own(lab: Path, in_background: Any) -> None:
    assert in_background("check", SETTINGS).wait(300) == 0, _said(lab)
    assert in_background("run", SETTINGS).wait(300) == 0, _said(lab)
    assert "a file of the lab" not in _said(lab)


def test_a_supervised_press(lab: Path, in_background: Any, eventually: Any) -> None:
    """Its supervisor is a process that starts in the lab's folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    in_background("emulate", "press", "--port", port, "--speed", "200", "--state", "plc.json",
                  "--bench", "bench.jsonl")
    eventually(lambda: str(port) in _said(lab), "the emulated press")
    write_settings(lab, press={"driver": "modbus", "host": "127.0.0.1", "port": port})
    assert in_background("check", SETTINGS).wait(300) == 0, _said(lab)


def test_serve(lab: Path, server: Any, in_background: Any, eventually: Any) -> None:
    in_background("serve", SETTINGS)
    name = f"among {lab.name}"
    deployment, = eventually(lambda: server("deployments/filter", {
        "deployments": {"name": {"any_": [name]}}}), "the deployment")
    run = server(f"deployments/{deployment['id']}/create_flow_run", {})
    state = eventually(lambda: server(f"flow_runs/{run['id']}")["state_type"] in ENDED,
                       "the end of the run") and server(f"flow_runs/{run['id']}")["state"]
    assert state["type"] == "COMPLETED", (state, _said(lab))


def _said(lab: Path) -> str:
    return "\n".join(log.read_text() for log in sorted(lab.glob("process-*.log")))
