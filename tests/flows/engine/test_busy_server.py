"""A Prefect server that refuses the last word of a run, as a busy one does."""

import os
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import typer
from lab_files import settings_values

from pressloop.flows.campaign.campaign import press_all
from pressloop.flows.campaign.lab import order_of
from pressloop.flows.campaign.stop_requests import Stopped
from pressloop.flows.cli.commands.run import unheard
from pressloop.flows.console import Asked, terminable
from pressloop.flows.engine.server import temporary_server
from pressloop.flows.settings.campaign import from_plain
from pressloop.trials import Ledger
from pressloop.trials.entry import Ended
from pressloop.trials.errors import BadInput, Fault


def refusal(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "http://127.0.0.1:4200/api/flow_runs")
    return httpx.HTTPStatusError(f"{status} for /api", request=request,
                                 response=httpx.Response(status, request=request))


@pytest.fixture
def order(tmp_path: Path):
    return order_of(from_plain(settings_values(), "test"))


@pytest.fixture
def ledger(tmp_path: Path):
    with Ledger.open(f"sqlite:///{tmp_path / 'busy.db'}") as found:
        yield found


def end(ledger, order, error, asked=None):
    with unheard(ledger, "night", order, asked or Asked()):
        raise error


def test_a_complete_campaign_loses_nothing(ledger, order, capsys):
    ledger.append("night", None, Ended("finished", "There are enough stacks."))
    end(ledger, order, refusal(503))
    assert "the ledger has it all" in capsys.readouterr().err


def test_an_incomplete_one_says_how_to_go_on(ledger, order):
    with pytest.raises(Fault, match=r"does not answer \(503 for /api\).*start again"):
        end(ledger, order, refusal(503))


def test_a_stop_keeps_its_exit_code_even_before_the_first_entry(ledger, order):
    asked = Asked()
    asked.by = 15
    with pytest.raises(typer.Exit) as stop:
        end(ledger, order, refusal(500), asked)
    assert stop.value.exit_code == 143


@contextmanager
def cancelled_in_the_queue(_serial: str):
    raise Stopped
    yield


def test_a_cancel_keeps_its_exit_code_and_word(ledger, order, capsys):
    """Of a run that waits for the press, so that its ledger has nothing to say of it."""
    with terminable() as asked, pytest.raises(typer.Exit) as stop, \
            unheard(ledger, "night", order, asked):
        press_all(from_plain(settings_values(), "test"), order, cancelled_in_the_queue)
        raise refusal(503)
    assert stop.value.exit_code == 143
    assert "Cancelled in Prefect: no cycle was running. The Prefect server has not heard" in (
        capsys.readouterr().err)


def test_what_the_server_holds_against_us_is_told_as_it_is(ledger, order):
    with pytest.raises(httpx.HTTPStatusError):
        end(ledger, order, refusal(422))


class Slow(BaseHTTPRequestHandler):
    """Answers everything, for a while."""

    def do_GET(self):
        time.sleep(3.0)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """To nobody."""


@pytest.mark.slow
def test_one_that_is_slow_to_answer_is_used_all_the_same(own_place, capsys):
    """And that it asks nobody who they are is told all the same."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    os.environ["PREFECT_API_URL"] = address = f"http://127.0.0.1:{listening.server_port}/api"
    with temporary_server() as used:
        assert used == address
    listening.shutdown()
    assert "asks nobody who they are" in capsys.readouterr().err
    listening.server_close()
    began = time.monotonic()
    with pytest.raises(BadInput, match="that answers"), temporary_server():
        pass
    assert time.monotonic() - began < 20.0, "where nobody listens that is known at once"
