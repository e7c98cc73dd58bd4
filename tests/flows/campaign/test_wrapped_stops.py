"""A stop that comes while a library's compiled part runs, which makes an error of its own of it."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
import typer
from pydantic import BaseModel, model_serializer
from pydantic_core import PydanticSerializationError

from pressloop.flows.console import STOPPED, TERMINATED, plain_errors, terminable


class Slow(BaseModel):
    """Its serialisation meets a signal."""

    number: int

    @model_serializer
    def plain(self) -> dict[str, Any]:
        """See pydantic."""
        os.kill(os.getpid(), self.number)
        return {}


@pytest.mark.parametrize("number, code", [
    (signal.SIGINT, STOPPED), (signal.SIGTERM, TERMINATED), (signal.SIGHUP, TERMINATED)])
def test_it_is_a_stop_all_the_same(number: int, code: int, capsys: Any) -> None:
    with pytest.raises(typer.Exit) as left, plain_errors(), terminable():
        Slow(number=number).model_dump()
    assert left.value.exit_code == code
    assert "stopped. Nothing is lost" in capsys.readouterr().err


def test_an_error_of_a_run_that_is_asked_to_stop_is_still_an_error() -> None:
    with pytest.raises(PydanticSerializationError, match="another"), terminable() as asked:
        asked.by = signal.SIGTERM
        raise PydanticSerializationError("another")
