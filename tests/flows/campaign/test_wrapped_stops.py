"""A stop that comes while a library's compiled part runs, which makes an error of its own of it."""

from __future__ import annotations

import os
import signal
import time
import weakref
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer
from few_stacks import QUICK
from lab_files import write_settings
from odd_lab.slow_model import Slow
from odd_lab.wrapping_meter import SWEEPING
from prefect.exceptions import TerminationSignal
from prefect.utilities.engine import capture_sigterm
from press_memory import pressed_stacks, stacks
from pydantic_core import PydanticSerializationError

from pressloop.flows.campaign.stop_requests import (
    CANCELLED,
    Stopped,
    obey_lost_stop,
    remembered_sigterm,
    unwrapped,
    why,
)
from pressloop.flows.console import STOPPED, TERMINATED, Terminated, plain_errors, terminable
from pressloop.trials import Ended, Ledger
from pressloop.trials.errors import Fault


@pytest.mark.parametrize("number, code", [
    (signal.SIGINT, STOPPED), (signal.SIGTERM, TERMINATED), (signal.SIGHUP, TERMINATED)])
def test_it_is_a_stop_all_the_same(number: int, code: int, capsys: Any) -> None:
    with pytest.raises(typer.Exit) as left, plain_errors(), terminable():
        Slow(number=number).model_dump()
    assert left.value.exit_code == code
    assert "stopped. Nothing is lost" in capsys.readouterr().err


def test_the_second_of_two_stops_says_what_the_first_one_brought_about() -> None:
    """It can come after the press has obeyed, and before that is written down."""
    first = KeyboardInterrupt()
    first.add_note("cycle 2 was released, the platens are open")
    second = KeyboardInterrupt()
    second.__context__ = first
    assert why(second) == "Stopped by Ctrl-C: cycle 2 was released, the platens are open."


def test_an_error_of_a_run_that_is_asked_to_stop_is_still_an_error() -> None:
    with pytest.raises(PydanticSerializationError, match="another"), terminable() as asked:
        asked.by = signal.SIGTERM
        raise PydanticSerializationError("another")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_got_lost_is_obeyed_before_the_next_stack(number: int) -> None:
    """As in a destructor, where Python prints what is raised and goes on."""
    obey_lost_stop()
    with pytest.raises(BaseException) as stopped, terminable() as asked:
        obey_lost_stop()
        with pytest.raises(BaseException) as lost:
            os.kill(os.getpid(), number)
        assert lost.type is asked.stop
        obey_lost_stop()
    assert stopped.type is asked.stop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_that_python_drops_comes_again(number: int, capsys: Any) -> None:
    """In whatever command: imports end weak references at any moment."""
    class Thing:
        """Something that ends."""

    with pytest.raises(BaseException) as stopped, terminable() as asked:
        thing = Thing()
        watch = weakref.ref(thing, lambda _: os.kill(os.getpid(), number))
        del thing
        assert watch() is None
        time.sleep(10.0)
    assert stopped.type is asked.stop
    assert "Traceback" not in capsys.readouterr().err


def test_one_that_prefect_raises_where_python_drops_it_is_obeyed_too(capsys: Any) -> None:
    """SIGTERM is Prefect's within a flow run; a weak reference ends in the middle of the work."""
    class Thing:
        """Something that ends."""

    with pytest.raises(BaseException) as stopped, terminable() as asked, capture_sigterm(), \
            remembered_sigterm():
        thing = Thing()
        watch = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM))
        del thing
        assert watch() is None
        obey_lost_stop()
    assert stopped.type is asked.stop
    assert asked.code == TERMINATED
    assert "Traceback" not in capsys.readouterr().err


def test_one_that_meets_prefect_before_it_has_begun_a_task_is_one_too() -> None:
    """SIGTERM, which is Prefect's within a flow run; its error says nothing of it."""
    def met() -> None:
        try:
            raise TerminationSignal(signal.SIGTERM)
        except TerminationSignal:
            raise ValueError("Task run is not set")  # noqa: B904

    with pytest.raises(TerminationSignal), unwrapped():
        met()
    with pytest.raises(Terminated), terminable():
        met()
    with pytest.raises(Terminated), terminable():
        raise TerminationSignal(signal.SIGTERM)


def test_a_cancel_in_prefect_is_one_too() -> None:
    with pytest.raises(Stopped), unwrapped():
        raise PydanticSerializationError(f"Error serializing to JSON: Stopped: {CANCELLED}")


@pytest.mark.parametrize("said", ["Stopped: the pump", "KeyboardInterrupt", "Terminated"])
def test_an_error_that_sounds_like_one_is_an_error(said: str) -> None:
    with pytest.raises(PydanticSerializationError), unwrapped():
        raise PydanticSerializationError(said)


def test_what_goes_wrong_while_a_stop_is_obeyed_is_told() -> None:
    with pytest.raises(Fault, match="the link is gone"), unwrapped():
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise Fault("the link is gone")  # noqa: B904


@pytest.mark.prefect
@pytest.mark.parametrize("by, code", [
    ("SIGTERM", 143), pytest.param("SIGINT", 130, marks=pytest.mark.nightly),
    pytest.param("Prefect", 143, marks=pytest.mark.nightly)])
def test_a_run_says_that_it_was_stopped_not_that_it_failed(
        by: str, code: int, server: Any, in_background: Callable[..., Any],
        eventually: Callable[..., Any], pressloop: Callable[..., Any], tmp_path: Path) -> None:
    """To Prefect, to the ledger, and to whoever reads the terminal."""
    path = write_settings(tmp_path, **QUICK, meter={
        "driver": "odd_lab.wrapping_meter", "glitch_fraction": None})
    process = in_background("run", path)
    eventually(SWEEPING.exists, "the second stack at the meter")
    run, = server("flow_runs/filter", {"flow_runs": {"name": {"any_": [f"{path}: 4 stacks"]}}})
    if by == "Prefect":
        server(f"flow_runs/{run['id']}/set_state", {"state": {"type": "CANCELLING"}})
    else:
        os.kill(process.pid, getattr(signal, by))
    assert process.wait(150) == code
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        word = ledger.facts("night")[-1][1]
    assert isinstance(word, Ended)
    assert word.how == "stopped"
    assert server(f"flow_runs/{run['id']}")["state"]["type"] == "CANCELLED"
    said = (tmp_path / "process-0.log").read_text()
    assert "Nothing is lost" in said
    assert "Traceback" not in said
    assert pressloop("run", path).code == 0
    assert pressed_stacks(Path("lab.db")) == stacks(1, 2, 3, 4)
