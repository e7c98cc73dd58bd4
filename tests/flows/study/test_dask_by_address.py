"""Studies on a Dask cluster that runs already, by the address of its scheduler."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_port
from test_study_files import write_study

from pressloop.flows.study.jobs import workers_of
from pressloop.flows.study.settings import read_study
from pressloop.trials.errors import BadInput

pytestmark = pytest.mark.slow
Start = Callable[..., "subprocess.Popen[str]"]
THREADS = 3


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler and its workers, in this process."""
    distributed = pytest.importorskip("distributed", reason="pressloop[dask] is not installed")
    with distributed.LocalCluster(n_workers=THREADS, threads_per_worker=1, processes=False,
                                  dashboard_address=":0", protocol="tcp://") as running:
        yield running


def study(folder: Path, address: str, repeats: int, out: str = "there") -> Path:
    where = f'workers = "dask"\ndask_address = "{address}"' if address else 'workers = "here"'
    path = write_study(folder, 'preset = "reference"\nstacks = 14',
                       study=f'{where}\nout = "{out}"', parts=(
                           '[replay]\nstrategies = ["random"]\nbudget = 4\nbatch = 2\n'
                           f'repeats = {repeats}'))
    return path.rename(folder / f"{out}.toml")


def test_the_scheduler_says_how_many_work(cluster: Any, tmp_path: Path) -> None:
    assert workers_of(read_study(study(tmp_path, cluster.scheduler_address, 2)).table) == THREADS


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path) -> None:
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), \
            pytest.raises(BadInput, match=r"study\.dask_address.*dask scheduler"):
        workers_of(read_study(study(tmp_path, f"tcp://127.0.0.1:{free_port()}", 2)).table)


@pytest.mark.parametrize("address", ["nonsense", "tcp://scheduler", "http://scheduler:8786",
                                     "tcp://scheduler:port", "tcp://two words:8786"])
def test_what_is_no_address_is_refused_before_anybody_is_asked(tmp_path: Path, address: str
                                                               ) -> None:
    with pytest.raises(BadInput, match=r"study\.dask_address.*tcp://scheduler:8786"):
        read_study(study(tmp_path, address, 2))


@pytest.mark.parametrize("address", ["tcp://10.0.0.7:8786", "scheduler.lab:8786",
                                     "tls://[::1]:8786"])
def test_addresses_of_schedulers_are_taken(tmp_path: Path, address: str) -> None:
    assert read_study(study(tmp_path, address, 2)).table.dask_address == address


@pytest.mark.prefect
def test_the_same_tables_as_in_one_process(cluster: Any, server: Any, pressloop: Any,
                                           in_background: Start, tmp_path: Path) -> None:
    process = in_background("study", study(tmp_path, cluster.scheduler_address, 6))
    assert process.wait(300) == 0, (tmp_path / "process-0.log").read_text()
    assert pressloop("study", study(tmp_path, "", 6, "here")).code == 0
    there, here = ({path.name: path.read_bytes() for path in (tmp_path / out).glob("*.parquet")}
                   for out in ("there", "here"))
    assert there == here != {}


@pytest.mark.nightly
@pytest.mark.prefect
def test_ctrl_c_in_a_thousand_replays_leaves_nothing_on_the_cluster(
        cluster: Any, server: Any, in_background: Start, eventually: Callable[..., Any],
        tmp_path: Path) -> None:
    def tasks() -> int:
        return len(cluster.scheduler.tasks)

    process = in_background("study", study(tmp_path, cluster.scheduler_address, 1000))
    eventually(lambda: tasks() > THREADS, "jobs on the cluster")
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert process.wait(120) == 130, (tmp_path / "process-0.log").read_text()
    assert time.monotonic() - began < 60.0
    said = (tmp_path / "process-0.log").read_text()
    assert "stopped" in said and "Traceback" not in said
    # What a worker has begun it ends; nothing waits behind it.
    eventually(lambda: tasks() == 0, "an empty cluster")
