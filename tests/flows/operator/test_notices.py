"""`pressloop notify`: Prefect's automations tell people, and say when they do not."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from few_stacks import QUICK
from lab_files import write_settings

from pressloop.flows.deployments.starting import SETTINGS_VARIABLE
from pressloop.flows.operator.notify import WEBHOOK_VARIABLE

SECRET = "T0-very-secret-part"
NAMES = ("a person is needed", "fault of the press", "a campaign has ended", "readings drift",
         "a run is late or was skipped as late")


class Hook:
    """A webhook on this computer, and what it was sent."""

    def __init__(self) -> None:
        self.got: list[str] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.got.append(told["text"])
                self.send_response(200 if self.path == f"/{SECRET}" else 410)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self, path: str = SECRET) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{path}"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_an_address_is_asked_for_and_one_thing_is_done_at_a_time(
        pressloop: Callable[..., Any]) -> None:
    os.environ.pop(WEBHOOK_VARIABLE, None)
    pressloop("notify").refused(WEBHOOK_VARIABLE, "not set", "--block")
    os.environ[WEBHOOK_VARIABLE] = f"file:///{SECRET}"
    assert SECRET not in pressloop("notify").refused("https://")
    pressloop("notify", "--test", "--remove").refused("--remove")


@pytest.mark.prefect
@pytest.mark.slow
def test_people_are_told_of_five_things_and_the_address_is_shown_to_nobody(
        server: Any, pressloop: Callable[..., Any], hook: Hook, tmp_path: Path,
        eventually: Callable[..., Any]) -> None:
    os.environ[WEBHOOK_VARIABLE] = hook.address()
    for _ in range(2):
        answer = pressloop("notify", "--json")
        assert answer.code == 0, answer.err
        assert len(answer.json["automations"]) == 8
    made = [one for one in server("automations/filter", {}) if one["name"].startswith(
        "pressloop tells: ")]
    assert len(made) == 8, "set up twice, there once"
    try:
        answer = pressloop("notify", "--test", "--json")
        assert answer.json["sent"] == dict.fromkeys(NAMES, True)
        assert answer.code == 0
        assert len(hook.got) == 5
        assert all("This is a test." in one for one in hook.got)

        # An address that does not work is told, and not shown.
        os.environ[WEBHOOK_VARIABLE] = hook.address("gone")
        assert pressloop("notify").code == 0
        answer = pressloop("notify", "--test", "--json")
        assert answer.code == 1
        assert True not in answer.json["sent"].values()
        assert "gone" not in answer.out + answer.err

        os.environ[WEBHOOK_VARIABLE] = hook.address()
        assert pressloop("notify").code == 0
        for path in ("block_documents/filter", "automations/filter", "artifacts/filter"):
            assert SECRET not in json.dumps(server(path, {})), path

        # The campaign itself: its end and why.
        hook.got.clear()
        del os.environ[WEBHOOK_VARIABLE]
        os.environ[SETTINGS_VARIABLE] = str(write_settings(tmp_path, campaign={
            "name": "told", "trials": 1}, **QUICK))
        from pressloop.flows.deployments.forms import CampaignOrder
        from pressloop.flows.deployments.pool_campaign import pool_campaign

        assert pool_campaign(CampaignOrder(stacks=1), return_state=True).name == "Completed"
        eventually(lambda: any("told: a campaign has ended. It has finished. 1 stack" in one
                               for one in hook.got), "word of the end")
    finally:
        assert pressloop("notify", "--remove", "--json").json == {"removed": 8}


@pytest.mark.prefect
@pytest.mark.slow
def test_the_test_says_what_is_missing(server: Any, pressloop: Callable[..., Any]) -> None:
    pressloop("notify", "--remove")
    pressloop("notify", "--test").refused("set up on this server")
    pressloop("notify", "--block", "slack-webhook/nobody").refused("--block", "Blocks")


@pytest.mark.prefect
@pytest.mark.slow
def test_a_test_is_seen_after_a_season_of_notices(
        server: Any, pressloop: Callable[..., Any], hook: Hook,
        eventually: Callable[..., Any]) -> None:
    os.environ[WEBHOOK_VARIABLE] = hook.address()
    assert pressloop("notify").code == 0
    try:
        ended, = (one["id"] for one in server("automations/filter", {})
                  if one["name"] == "pressloop tells: a campaign has ended")
        resource = {"prefect.resource.id": f"prefect.automation.{ended}"}
        server("events", [{"id": str(uuid4()), "occurred": datetime.now(UTC).isoformat(),
                           "event": "prefect.automation.action.executed", "resource": resource}
                          for _ in range(60)])
        eventually(lambda: server("events/filter", {"filter": {"resource": {
            "id": [resource["prefect.resource.id"]]}}})["total"] >= 60, "the notices")
        assert pressloop("notify", "--test", "--json").json["sent"] == dict.fromkeys(NAMES, True)
    finally:
        pressloop("notify", "--remove")
