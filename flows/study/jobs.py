"""The jobs of a study as Prefect tasks: in worker processes, on Dask, or one after the other."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner

from pressloop.flows.engine.deaf import deaf_to_ctrl_c
from pressloop.flows.study.progress import StudyProgress
from pressloop.flows.study.settings import StudyTable
from pressloop.studies.executor import Each, one_by_one
from pressloop.trials.errors import BadInput

Job = TypeVar("Job")
Done = TypeVar("Done")
CHUNKS = 6
"""Tasks for each worker. A task costs a few tenths of a second whatever is in it, and the last one
keeps the other workers waiting."""
DRAIN_S = 10.0
CONNECT_S = 30.0
PATIENCE = "300s"
"""How long a scheduler may be silent before it counts as lost."""
INSTALL = 'pip install "pressloop[dask]"'


@task(name="jobs", task_run_name="{what}, part {part}", persist_result=False,
      cache_policy=NO_CACHE)
def some_jobs(packed: bytes, what: str, part: int) -> bytes:
    """A few jobs, one after the other.

    They come and go as bytes: Prefect would look through every job for other tasks to wait for, and
    Dask makes plain tuples of named ones."""
    work, jobs = pickle.loads(packed)  # noqa: S301 - written a moment ago, by ourselves
    return pickle.dumps([work(job) for job in jobs])


def workers_of(table: StudyTable) -> int:
    """How many jobs are worked on at once: those of a Dask cluster are counted by its scheduler.

    Raises BadInput where no scheduler answers."""
    if table.workers == "here":
        return 1
    if table.workers == "dask" and table.dask_address and not table.processes:
        return _threads_at(table.dask_address)
    return table.processes or len(os.sched_getaffinity(0))


def _threads_at(address: str) -> int:
    """Of all workers that the scheduler has now; one where they are still to come."""
    from distributed import Client

    try:
        with Client(address, timeout=CONNECT_S, set_as_default=False) as client:
            return max(1, sum(client.nthreads().values()))
    except (OSError, ValueError) as error:
        raise BadInput("study.dask_address", address, "that of a Dask scheduler that answers "
                       f"({type(error).__name__})", "Start it by `dask scheduler`, and its workers "
                       "where pressloop is installed.") from None


def runner_of(table: StudyTable) -> TaskRunner[Any] | None:
    """Prefect's task runner for `workers`; None where all is done in this process.

    Raises BadInput for Dask where it is not installed, or its scheduler does not answer."""
    if table.workers == "here":
        return None
    if table.workers == "processes":
        return ProcessPoolTaskRunner(max_workers=workers_of(table), initializer=for_workers)
    # What its parts say to one another while they start and stop is nobody's business.
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")
    # The scheduler loads pressloop when it is first sent a job, and answers nobody meanwhile.
    for name in ("TCP", "CONNECT"):
        os.environ.setdefault(f"DASK_DISTRIBUTED__COMM__TIMEOUTS__{name}", PATIENCE)
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError:
        raise BadInput("study.workers", "dask", "installed", f"Run: {INSTALL}") from None
    if table.dask_address:
        _threads_at(table.dask_address)
        return DaskTaskRunner(address=table.dask_address)
    return DaskTaskRunner(cluster_kwargs={
        "n_workers": workers_of(table), "threads_per_worker": 1, "dashboard_address": None})


def for_workers() -> None:
    """Sets what worker processes take over.

    Matrices are small: more threads than one make each worker slower. What a stopped worker leaves
    behind, Python's own tracker clears up; that it had to is no news."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ.setdefault("PYTHONWARNINGS",
                          "ignore::UserWarning:multiprocessing.resource_tracker")


@contextmanager
def stopped_at_once(table: StudyTable) -> Iterator[None]:
    """Whoever stops a study does not wait for the jobs that are under way.

    They are thrown away, as they change nothing."""
    try:
        yield
    except BaseException as stop:
        if table.workers == "processes" and not isinstance(stop, Exception):
            for worker in multiprocessing.active_children():
                worker.kill()
        raise


@contextmanager
def known_to_threads() -> Iterator[None]:
    """Tells threads that Prefect starts itself which server is meant.

    They know no other settings than those of the process, and start a server of their own where
    these name none."""
    from prefect import context
    from prefect.events.worker import EventsWorker

    before = context.GLOBAL_SETTINGS_CONTEXT
    context.refresh_global_settings_context()
    try:
        yield
    finally:
        # What these threads still have to send is sent while there is a server that takes it.
        EventsWorker.drain_all(timeout=DRAIN_S, at_exit=False)
        context.GLOBAL_SETTINGS_CONTEXT = before


def each_of(table: StudyTable, shown: StudyProgress) -> Each:
    """Does jobs as `workers` says, from within a flow whose task runner is that of `runner_of`."""
    if table.workers == "here":
        def here(work: Callable[[Job], Done], jobs: Sequence[Job], what: str) -> Iterator[Done]:
            return shown.counted(one_by_one(work, jobs, what), len(jobs), what)

        return here

    def spread(work: Callable[[Job], Done], jobs: Sequence[Job], what: str) -> Iterator[Done]:
        return shown.counted(_spread(work, jobs, what, workers_of(table)), len(jobs), what)

    return spread


def _spread(work: Callable[[Job], Done], jobs: Sequence[Job], what: str, workers: int
            ) -> Iterator[Done]:
    size = max(1, -(-len(jobs) // (CHUNKS * workers)))
    # A worker that hears Ctrl-C prints where it was, and Prefect's pool waits for it for ever.
    with deaf_to_ctrl_c():
        waiting = [some_jobs.submit(pickle.dumps((work, tuple(jobs[at:at + size]))), what,
                                    1 + at // size) for at in range(0, len(jobs), size)]
    for one in waiting:
        yield from pickle.loads(one.result())  # noqa: S301
