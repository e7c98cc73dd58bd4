"""`pressloop lab`: up, a campaign, down, and then nothing listens and nothing runs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK
from free_ports import free_port
from lab_files import write_settings
from lab_up import dumped, lab_folder, listens, processes_of

from pressloop.flows.console import FAILED
from pressloop.flows.engine.server_door import basic
from pressloop.flows.lab import updown
from pressloop.flows.lab.folder import Folder, Lab
from pressloop.flows.lab.postgres import programs
from pressloop.trials import BadInput, Ledger, State
from tests.conftest import programs as installed
from tests.flows.conftest import Ask, until

ROOT = Path(__file__).parents[3]
SLOW = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.skipif(
    installed() is None, reason="PostgreSQL's server is not installed")]
WEBHOOK = "https://hooks.example.org/T0/very-secret-part"


class Place:
    """A folder, two free ports and a command line in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lab = folder, folder / "lab"
        self.port, self.database_port = free_port(), free_port()
        (folder / "own").mkdir(mode=0o700)
        self.ledger = (f"postgresql+psycopg://pressloop_writer@127.0.0.1:{self.database_port}"
                       "/ledger")

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("PREFECT_", "PG"))}
        return kept | {"PRESSLOOP_RUNTIME": str(self.folder / "own"), "OMP_NUM_THREADS": "1",
                       "PRESSLOOP_LOCKS": str(self.folder / "own"), "PYTHONPATH":
                       f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'support'}",
                       "PRESSLOOP_NOTIFY_WEBHOOK": WEBHOOK, "PREFECT_WORKER_QUERY_SECONDS": "1"}

    def __call__(self, *words: object, there: Path | None = None, **more: str
                 ) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-P", "-m", "pressloop", *map(str, words)],
                              cwd=there or self.folder, env=self.environment | more, text=True,
                              capture_output=True, check=False, timeout=600)

    def up(self, *words: object) -> None:
        done = self("lab", "up", *words)
        assert done.returncode == 0, done.stderr + self.log()

    def log(self) -> str:
        path = self.lab / "lab.log"
        return path.read_text() if path.exists() else ""

    def nothing_is_left(self) -> None:
        assert not listens(self.port) and not listens(self.database_port)
        assert processes_of(str(self.lab), f":{self.port}", f"-p {self.database_port}") == []
        assert not (self.lab / "lab.lock").exists()
        assert not (self.folder / "own" / f"server-{self.port}.auth").exists()

    def admitted(self) -> dict[str, str]:
        """What `lab env` gives a shell."""
        told = self("lab", "env").stdout.removeprefix("export ").split()
        return {name: value.strip("'") for name, value in (one.split("=", 1) for one in told)}


@pytest.fixture
def place() -> Iterator[Place]:
    with lab_folder() as folder:
        made = Place(folder)
        yield made
        made("lab", "down", "--stop")


def server_of(place: Place) -> Ask:
    return Ask(f"http://127.0.0.1:{place.port}/api", place.admitted()["PREFECT_API_AUTH_STRING"])


def deployment(server: Ask, name: str) -> str:
    found, = server("deployments/filter", {"deployments": {"name": {"any_": [name]}}})
    return str(found["id"])


def ordered(server: Ask, deployment_id: str, parameters: Any = None) -> str:
    run = server(f"deployments/{deployment_id}/create_flow_run",
                 {"parameters": parameters or {}, "state": {"type": "SCHEDULED"}})
    return str(run["id"])


def ended(server: Ask, run: str) -> dict[str, Any]:
    def look() -> Any:
        state = server(f"flow_runs/{run}")["state"]
        return state if state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

    return dict(until(look, "the end of the run", 300))


def refused(address: str, header: dict[str, str]) -> int:
    request = urllib.request.Request(f"{address}/deployments/filter", b"{}", {
        "Content-Type": "application/json", **header})
    try:
        with urllib.request.urlopen(request, timeout=30):
            return 0
    except urllib.error.HTTPError as error:
        return error.code


def secrets_of(place: Place) -> list[str]:
    return [*json.loads((place.lab / "secrets.json").read_text()).values(), WEBHOOK]


def told_nowhere(place: Place, server: Ask) -> None:
    """No secret in ledger, logs, artifacts, deployments, settings, report or command lines."""
    address = place.database_port, place.lab / "pgpass"
    places = {name: dumped(programs(), address[0], name, address[1])
              for name in ("ledger", "prefect")}
    assert "stack 1" in places["prefect"] and "planned" in places["ledger"], "it was looked at"
    places |= {str(path): path.read_text(errors="replace") for path in (
        place.lab / "lab.log", place.lab / "lab.json", place.lab / "state.json",
        *place.folder.glob("reports/*/report.html"), *place.folder.glob("*.toml"))}
    places["processes"] = "\n".join(processes_of("pressloop", "prefect", "postgres"))
    places["artifacts"] = json.dumps(server("artifacts/filter", {}))
    for where, text in places.items():
        for secret in secrets_of(place):
            assert secret not in text, where


def test_what_a_lab_cannot_be_made_of_is_refused_before_anything_starts(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path = write_settings(tmp_path, **QUICK)
    pressloop("lab", "up").refused("lab up SETTINGS.toml")
    pressloop("lab", "up", path, "--cron", "at noon").refused("--cron")
    pressloop("lab", "up", path, "--blackout", "sometimes").refused("blackout")
    pressloop("lab", "up", path, "--database", "sqlite:///x.db").refused("PostgreSQL")
    answer = pressloop("lab", "up", path, "--database", "postgresql://prefect:hunter2@h/prefect")
    assert "hunter2" not in answer.refused("PGPASSFILE")
    pressloop("lab", "down").refused("--folder")
    pressloop("lab", "status").refused("--folder")
    assert not (tmp_path / "lab" / "lab.lock").exists()


def test_a_database_that_is_given_must_answer(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path, port = write_settings(tmp_path, **QUICK), free_port()
    lab = ("lab", "up", path, "--port", free_port(), "--database",
           f"postgresql+asyncpg://prefect@127.0.0.1:{port}/prefect")
    pressloop(*lab).refused("--database", f"127.0.0.1:{port}", "answers")
    folder = tmp_path / "lab"
    folder.mkdir(exist_ok=True)
    (folder / "lab.json").write_text(json.dumps(asdict(Lab(
        (str(path),), 4200, f"postgresql+asyncpg://prefect@127.0.0.1:{port}/prefect"))))
    _, database, *_ = updown.parts(Folder(folder))
    assert not database.up and "no answer" in database.words
    with socket.create_server(("127.0.0.1", port)):
        _, database, *_ = updown.parts(Folder(folder))
    assert database.up and f"127.0.0.1:{port}" in database.words
    assert not database.own, "it stays when the lab is down"


@pytest.mark.slow
@pytest.mark.prefect
def test_a_lab_that_does_not_come_up_says_why_this_time(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    """Not why it did not come up before."""
    path = write_settings(tmp_path, **QUICK)
    folder = tmp_path / "lab"
    folder.mkdir(exist_ok=True)
    (folder / "lab.log").write_text("pressloop: an older trouble\n")
    with socket.create_server(("127.0.0.1", 0)) as no_postgresql:
        answer = pressloop("lab", "up", path, "--port", free_port(), "--database",
                           f"postgresql+asyncpg://p@127.0.0.1:{no_postgresql.getsockname()[1]}/p")
    assert answer.code == 1
    assert "did not come up" in answer.err and "older trouble" not in answer.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL runs as another user")
def test_a_folder_that_postgresql_cannot_enter_is_refused_before_anything_starts(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path = write_settings(tmp_path, **QUICK)
    tmp_path.chmod(0o700)
    answer = pressloop("lab", "up", path, "--folder", tmp_path / "lab", "--port", free_port(),
                       "--database-port", free_port())
    answer.refused("may enter", "/var/lib/pressloop")
    assert not (tmp_path / "lab" / "postgres").exists()


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_secrets_that_others_could_read_are_not_used(tmp_path: Path, mode: int) -> None:
    from pressloop.flows.lab.folder import Folder

    folder = Folder(tmp_path)
    first = folder.secret("server")
    assert folder.secret("server") == first != folder.secret("prefect")
    assert folder.secrets.stat().st_mode & 0o777 == 0o600
    folder.secrets.chmod(mode)
    with pytest.raises(BadInput, match="0600"):
        folder.secret("server")


def test_what_is_shipped_is_what_a_lab_runs() -> None:
    from pressloop.flows.lab.postgres import roles_sql

    assert roles_sql() == (ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8")
    done = subprocess.run(["git", "ls-files", "-s", "deploy/roles.sql"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.stdout.startswith("120000") or not done.stdout, "a link, so that they never differ"


class TestALab:
    """One lab, from its first start to its last end."""

    pytestmark = SLOW

    def test_up_a_campaign_down_and_nothing_is_left(self, place: Place) -> None:
        write_settings(place.folder, "my.toml", **QUICK, campaign={
            "name": "lab", "trials": 2, "ledger": place.ledger})
        write_settings(place.folder, "held.toml", **QUICK, press={
            "driver": "odd_lab.held_press"}, campaign={"name": "held", "trials": 1,
                                                       "ledger": place.ledger})
        place.up("my.toml", "held.toml", "--port", place.port, "--database-port",
                 place.database_port)
        server = server_of(place)
        assert refused(server.address, {}) == 401
        assert refused(server.address, {"Authorization": basic("pressloop:guessed")}) == 401
        assert refused(server.address, {"Authorization": basic(server.key)}) == 0

        run = ordered(server, deployment(server, "lab: campaign"))
        assert ended(server, run)["name"] == "Completed"
        assert ended(server, ordered(server, deployment(server, "lab: report")))[
            "type"] == "COMPLETED"
        assert ended(server, ordered(server, deployment(server, "lab: backup")))[
            "type"] == "COMPLETED"
        os.environ["PGPASSFILE"] = place.admitted()["PGPASSFILE"]
        with closing(Ledger.open(place.ledger)) as ledger:
            assert [t.state for t in ledger.history("lab")] == [State.EVALUATED] * 2
        told_nowhere(place, server)

        status = json.loads(place("lab", "status", "--json").stdout)
        assert status["up"] and status["last_backup"].startswith("ledger-lab-")
        worker = json.loads((place.lab / "state.json").read_text())["workers"]["press-my"][0]
        os.kill(worker, signal.SIGKILL)
        until(lambda: self.worker_of(place) not in (None, worker), "another worker", 60)

        # A run in work is not ended by the way. The press has finished two cycles, and holds more.
        (place.folder / "pressloop.press.may_end").write_text("2")
        ordered(server, deployment(server, "held: campaign"))
        until(lambda: json.loads(place("lab", "status", "--json").stdout)["runs_in_work"] == 1,
              "the run", 120)
        until(lambda: self.commanded(place), "the stack on the press", 120)
        answer = place("lab", "down")
        assert (answer.returncode, "runs in work = 1" in answer.stderr) == (2, True), answer.stderr
        answer = place("lab", "down", "--stop")
        assert answer.returncode == 0, answer.stderr + place.log()
        place.nothing_is_left()
        assert place("lab", "status").returncode == FAILED

        # Up again, by what it is made of; killed, and still taken down.
        place.up()
        server = server_of(place)
        assert ended(server, ordered(server, deployment(server, "lab: campaign")))[
            "name"] == "BudgetSpent"
        keeper = int((place.lab / "lab.lock").read_text())
        os.kill(keeper, signal.SIGKILL)
        until(lambda: not listens(place.port), "the end of the server", 60)
        assert listens(place.database_port)
        answer = place("lab", "down", "--stop")
        assert answer.returncode == 0, answer.stderr
        place.nothing_is_left()

    @staticmethod
    def worker_of(place: Place) -> int | None:
        workers = json.loads((place.lab / "state.json").read_text())["workers"]
        return int(workers["press-my"][0]) if "press-my" in workers else None

    @staticmethod
    def commanded(place: Place) -> bool:
        with closing(Ledger.open(place.ledger)) as ledger:
            return any(t.state is State.COMMANDED for t in ledger.history("held"))
