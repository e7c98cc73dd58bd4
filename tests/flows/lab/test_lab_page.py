"""docs/how-to/lab.md and harden.md, followed literally: what stands in their blocks is typed.

Only the two ports, and the name of the computer, are this test's own."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK, press_few
from free_ports import free_port
from lab_files import write_settings
from lab_up import lab_folder

from pressloop.trials import Ledger, LedgerProblem, State
from tests.conftest import programs, user
from tests.flows.conftest import Ask
from tests.flows.lab.test_lab import ROOT, SLOW, Place, secrets_of

PAGES = ROOT / "docs" / "how-to"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(page: str) -> list[str]:
    """What the page tells a reader to type, block by block."""
    return BLOCK.findall((PAGES / page).read_text(encoding="utf-8"))


class Reader:
    """Somebody who types all of a page into one shell, in the folder of a lab."""

    def __init__(self, place: Place) -> None:
        self.place, self.typed = place, list[str]()

    def types(self, *texts: str) -> str:
        """Types blocks, after all that was typed before and has changed the shell."""
        mine = [text.replace("5433", str(self.place.database_port)).replace(
            "pressloop lab up my.toml", f"pressloop lab up my.toml --port {self.place.port} "
            f"--database-port {self.place.database_port}") for text in texts]
        admitted = [line for text in self.typed for line in text.splitlines()
                    if line.startswith("eval ")]
        self.typed += mine
        here = Path(sys.executable).parent
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join([*admitted, *mine])],
            cwd=self.place.folder, capture_output=True, text=True, check=False, timeout=900,
            stdin=subprocess.DEVNULL, env=self.place.environment | {
                "PATH": f"{here}{os.pathsep}{os.environ['PATH']}"})
        assert done.returncode == 0, "\n".join([*mine, done.stdout, done.stderr, self.place.log()])
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    with lab_folder() as folder:
        place = Place(folder)
        monkeypatch.chdir(folder)
        press_few(folder, 2, campaign={"ledger": "sqlite:///my.db", "trials": 5})
        write_settings(folder, "my.toml", campaign={"ledger": "sqlite:///my.db", "trials": 5},
                       **QUICK)
        yield Reader(place)
        place("lab", "down", "--stop")


class TestPages:
    """Both pages in one lab."""

    pytestmark = SLOW

    @pytest.mark.nightly
    def test_lab_and_harden_are_followed_literally(self, reader: Reader) -> None:
        place = reader.place
        up, ledger, order, notices, down = blocks("lab.md")
        told = reader.types(up)
        assert "worker of press-my" in told and "down" not in told
        assert "equal" in reader.types(ledger)
        owned = place.environment | place.admitted()
        os.environ["PGPASSFILE"] = owned["PGPASSFILE"]
        # The bench's memory lies beside the ledger's file: the lab's is another simulated one.
        os.rename("my.db.press.jsonl", "pressloop.press.jsonl")
        reader.types(order)
        with closing(Ledger.open(place.ledger)) as opened:
            trials = opened.history("night")
        assert [t.state for t in trials] == [State.EVALUATED] * 4, "two came along, two are new"
        reader.types(notices)

        read, renew, _ = blocks("harden.md")
        reader.types(read)
        assert (place.folder / "for-everybody" / "report.html").exists()
        reads_only = place.ledger.replace("pressloop_writer", "pressloop_reader")
        with closing(Ledger.open(reads_only)) as opened, pytest.raises(
                LedgerProblem, match="permission"):
            opened.append("night", None, opened.facts("night")[0][1])

        before = secrets_of(place)
        reader.types(renew)
        after = secrets_of(place)
        assert not set(before[:-1]) & set(after), "every password is another one"
        asked = Ask(f"http://127.0.0.1:{place.port}/api",
                    place.admitted()["PREFECT_API_AUTH_STRING"])
        assert asked("deployments/count", {}) == 6
        with closing(Ledger.open(place.ledger)) as opened:
            assert len(opened.history("night")) == 4

        reader.types(down)
        place.nothing_is_left()


@pytest.mark.prefect
@pytest.mark.slow
def test_programs_reach_the_server_over_tls_and_prove_it(
        server: Ask, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    certificate = blocks("harden.md")[2].replace("lab.example.org", "localhost")
    subprocess.run(["bash", "-ec", certificate], check=True, stderr=subprocess.DEVNULL)
    write_settings(tmp_path, "my.toml", campaign={"name": f"tls {tmp_path.name}"}, **QUICK)
    inside = int(server.address.rpartition(":")[2].partition("/")[0])
    here = {name: value for name, value in os.environ.items()
            if not name.startswith(("PREFECT_", "SSL_"))} | {
        "PREFECT_API_AUTH_STRING": server.key, "PYTHONPATH": str(ROOT)}
    with tls_proxy(tmp_path, inside) as port:
        def deploy(**more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-P", "-m", "pressloop", "deploy", "my.toml", "--pool",
                 tmp_path.name], capture_output=True, text=True, check=False, env=here | more)

        address = f"https://localhost:{port}/api"
        done = deploy(PREFECT_API_URL=address)
        assert done.returncode == 2 and "CERTIFICATE_VERIFY_FAILED" in done.stderr
        trusted = str(tmp_path / "lab.pem")
        done = deploy(PREFECT_API_URL=address, PREFECT_API_SSL_CERT_FILE=trusted,
                      SSL_CERT_FILE=trusted)
        assert done.returncode == 0, done.stderr
    found = server("deployments/filter", {"deployments": {"name": {"any_": [
        f"tls {tmp_path.name}: campaign"]}}})
    assert len(found) == 1


def as_system(folder: Path, words: list[str]) -> None:
    """As the user who runs PostgreSQL, in this folder."""
    told: dict[str, Any] = {"user": user(), "cwd": folder}
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **told)


@pytest.mark.slow
@pytest.mark.skipif(programs() is None, reason="PostgreSQL's server is not installed")
def test_postgresql_is_encrypted_as_the_page_says(tmp_path: Path) -> None:
    """The page's lines in a cluster of the test's own, on loopback."""
    text = (PAGES / "harden.md").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines()]
    where, port = programs(), free_port()
    with lab_folder() as folder:
        if os.geteuid() == 0:
            folder.chmod(0o777)
        as_system(folder, [f"{where}/initdb", "-D", "data", "-A", "trust", "-N"])
        data = folder / "data"
        certificate = blocks("harden.md")[2].replace("lab.example.org", "localhost")
        as_system(folder, ["bash", "-ec", f"cd data\n{certificate}"])
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{line}\n" for line in lines
                            if line.startswith("ssl") and " = " in line)
        rules = [line.replace("192.168.7.0/24", "127.0.0.1/32").replace("scram-sha-256", "trust")
                 for line in lines if line.startswith("host")]
        assert len(rules) == 2
        local = "local all all trust"
        (data / "pg_hba.conf").write_text("\n".join([local, *rules]) + "\n")
        as_system(folder, [f"{where}/pg_ctl", "-D", "data", "-w", "-l", "log", "-o",
                        f"-p {port} -h localhost -k {folder}", "start"])
        try:
            socket_address = f"?host={folder}&port={port}"
            for sql in ("CREATE DATABASE ledger", "CREATE ROLE pressloop_writer LOGIN SUPERUSER"):
                as_system(folder, [f"{where}/psql", "-h", str(folder), "-p", str(port), "-d",
                                "postgres", "-qc", sql])
            owner = f"postgresql+psycopg://{user()}@/ledger{socket_address}"
            Ledger.open(owner).close()
            address = f"postgresql+psycopg://pressloop_writer@localhost:{port}/ledger"
            proved = f"{address}?sslmode=verify-full&sslrootcert={data}/lab.pem"
            if os.geteuid() == 0:
                data.chmod(0o700)
            with closing(Ledger.open(proved)) as opened:
                assert opened.campaigns() == ()
            for refused in (f"{address}?sslmode=disable",
                            f"{proved.replace('localhost', '127.0.0.1')}"):
                with pytest.raises(LedgerProblem):
                    Ledger.open(refused)
        finally:
            as_system(folder, [f"{where}/pg_ctl", "-D", "data", "-w", "-m", "fast", "stop"])


class tls_proxy:
    """What the page lets nginx do: TLS in front of the server, which hears its own name."""

    def __init__(self, folder: Path, inside: int) -> None:
        self._inside = inside
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "lab.pem", folder / "lab.key")
        self._listening = context.wrap_socket(socket.create_server(("127.0.0.1", 0)),
                                              server_side=True)
        self._port = self._listening.getsockname()[1]

    def __enter__(self) -> int:
        threading.Thread(target=self._accept, daemon=True).start()
        return self._port

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except ssl.SSLError:
                continue
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._inside))
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, inward: bool) -> None:
        outside = f"localhost:{self._port}".encode()
        inside = f"127.0.0.1:{self._inside}".encode()
        with suppress(OSError):
            while data := source.recv(65536):
                if inward:
                    data = re.sub(rb"(?i)(\r\nhost: )" + re.escape(outside),
                                  lambda found: found[1] + inside, data)
                sink.sendall(data)
        with suppress(OSError):
            sink.close()
