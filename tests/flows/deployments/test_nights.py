"""A night without people.

Time zone and daylight saving, budget, stacks that teach nothing, and who is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from another_user import as_nobody, as_root, open_folder
from few_stacks import QUICK, press_few
from lab_files import settings_values, write_settings
from press_memory import pressed_stacks, stacks, trials_of

from pressloop.flows.campaign.fruitless import in_a_row
from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.deployments.nights import lab_timezone, next_starts, schedule_of
from pressloop.flows.operator.notify import WEBHOOK_VARIABLE, notify
from pressloop.flows.preflight.ledger import ledger_row
from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.trials import Failed, Intact, Ledger, Recipe, SetAside, Stack, State, Trial
from pressloop.trials.errors import BadInput
from tests.flows.preflight.test_check_table import refused, rows  # noqa: F401 - a fixture

LEDGER = Path("lab.db")
BERLIN = ZoneInfo("Europe/Berlin")


# When.


def starts(cron: str, after: datetime, count: int) -> list[datetime]:
    return next_starts(schedule_of(cron, "Europe/Berlin"), count, after)


@pytest.mark.parametrize("before, utc_hours", [
    (datetime(2026, 3, 27, tzinfo=BERLIN), [19, 19, 18, 18]),
    (datetime(2026, 10, 23, tzinfo=BERLIN), [18, 18, 19, 19])])
def test_a_night_begins_at_the_lab_s_hour_on_both_sides_of_a_change_of_clocks(
        before: datetime, utc_hours: list[int]) -> None:
    found = starts("0 20 * * *", before, 4)
    assert [one.hour for one in found] == [20] * 4
    assert [one.astimezone(UTC).hour for one in found] == utc_hours
    assert [(b.date() - a.date()).days for a, b in pairwise(found)] == [1] * 3


@pytest.mark.parametrize("before", [datetime(2026, 3, 28, tzinfo=BERLIN),
                                    datetime(2026, 10, 24, tzinfo=BERLIN)])
def test_an_hour_that_is_left_out_or_comes_twice_starts_one_run_a_night(before: datetime) -> None:
    found = starts("30 2 * * *", before, 3)
    assert [one.date() for one in found] == [before.date() + timedelta(days=n) for n in range(3)]


def test_the_zone_is_the_computer_s_unless_another_is_asked_for() -> None:
    assert lab_timezone("America/New_York") == "America/New_York"
    here = subprocess.run(
        [sys.executable, "-c", "from pressloop.flows.deployments.nights import lab_timezone\n"
         "print(lab_timezone())"],
        env={**os.environ, "TZ": "Asia/Tokyo", "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True, text=True, check=True)
    assert here.stdout.strip() == "Asia/Tokyo"
    for wrong in ("Berlin", "../../etc/passwd", "Europe/", "x" * 500):
        with pytest.raises(BadInput, match="timezone = "):
            lab_timezone(wrong)


def test_help_names_the_zone_that_a_schedule_means() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pressloop", "serve", "--help"], capture_output=True, text=True,
        check=True, env={**os.environ, "TZ": "Asia/Tokyo", "COLUMNS": "200",
                         "PYTHONPATH": str(Path(__file__).parents[3])})
    assert "else that of this computer, Asia/Tokyo" in " ".join(told.stdout.split())


def test_a_zone_and_a_cron_line_that_are_none_are_refused_before_a_server_is_waited_for(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    pressloop("serve", path, "--timezone", "Berlin").refused("timezone", "Europe/Berlin")
    pressloop("serve", path, "--cron", "0 20 * *").refused("--cron")
    assert pressloop("serve", path, "--per-run", 0).code == 2


def test_check_shows_the_zone_and_who_is_told(rows: Callable[..., Any], tmp_path: Path  # noqa: F811
                                              ) -> None:
    code, found = rows(campaign={"timezone": "Asia/Kolkata"}, notify={"command": ["true"]})
    assert code == 0
    assert "Asia/Kolkata time ([campaign] timezone)" in found["schedules"]["found"]
    assert "IST now" in found["schedules"]["found"]
    assert found["notify"]["found"] == "by true"
    code, found = rows(campaign={"timezone": "Mars/Base"}, notify={"command": ["no-such-program"]})
    assert (code, refused(found)) == (2, ["schedules", "notify"])


@pytest.mark.slow
def test_check_opens_the_ledger_it_would_use(rows: Callable[..., Any], tmp_path: Path,  # noqa: F811
                                             postgres: Any) -> None:
    for url in ("sqlite:///no/such/folder/lab.db",
                "postgresql://nobody@127.0.0.1:9/lab?connect_timeout=2"):
        code, found = rows(campaign={"ledger": url})
        assert (code, refused(found)) == (2, ["ledger"]), url
    there = postgres.database()
    code, found = rows(campaign={"ledger": there})
    assert code == 0, found["ledger"]
    assert "made by the first run" in found["ledger"]["found"]
    assert rows(campaign={"ledger": there})[1] == found, "nothing was made"
    assert not (tmp_path / "no").exists()


@as_root
def test_check_refuses_a_ledger_that_this_user_cannot_write() -> None:
    with open_folder() as folder:
        url = f"sqlite:///{folder}/lab.db"
        Ledger.open(url).close()
        assert ledger_row(url).ok
        there = as_nobody(lambda: asdict(ledger_row(url)))
        fresh = as_nobody(lambda: asdict(ledger_row(f"sqlite:///{folder}/new.db")))
    for row in (there, fresh):
        assert (row["ok"], row["code"]) == (False, 2), row
        assert "writ" in row["found"]


# Stacks that teach nothing.


def trial(number: int, outcome: Any, pressure_mpa: float = 200.0,
          state: State = State.EVALUATED) -> Trial:
    return Trial(number, Stack(f"s-{number}", "L", "ana", 0.785, 600.0),
                 Recipe(pressure_mpa, 60.0, 25.0), state, outcome=outcome, fault="no link")


ASIDE, GOOD = SetAside("noise", True), Intact(40.0)
SHORT, CRUSHED = Failed("shorted", "1 ohm"), Failed("crushed", "12%")


@pytest.mark.parametrize("outcomes, count", [
    ([], 0), ([GOOD], 0), ([ASIDE], 1), ([ASIDE, ASIDE, ASIDE], 3), ([ASIDE, GOOD, ASIDE], 1),
    ([ASIDE, CRUSHED], 0), ([SHORT, SHORT, SHORT], 3), ([SHORT, ASIDE, SHORT], 3)])
def test_how_many_in_a_row_taught_nothing(outcomes: list[Any], count: int) -> None:
    trials = [trial(n, outcome) for n, outcome in enumerate(outcomes, 1)]
    assert len(in_a_row(trials, 0)) == count


def test_a_short_above_every_intact_stack_teaches() -> None:
    past = [trial(1, GOOD, 300.0)]
    assert len(in_a_row([*past, trial(2, SHORT, 250.0), trial(3, SHORT, 300.0)], 0)) == 2
    assert in_a_row([*past, trial(2, SHORT, 301.0)], 0) == []


def test_faults_count_and_what_a_person_settled_or_saw_does_not() -> None:
    faulted = [trial(n, None, state=State.FAULTED) for n in (1, 2, 3)]
    assert len(in_a_row(faulted, 0)) == 3
    assert len(in_a_row(faulted, 2)) == 1
    assert in_a_row([*faulted, trial(4, None, state=State.SETTLED)], 0) == []
    assert len(in_a_row([*faulted, trial(4, None, state=State.PLANNED)], 0)) == 3


@pytest.mark.nightly
@pytest.mark.prefect
def test_a_campaign_that_learns_nothing_stops_says_why_and_goes_on_when_a_person_starts_it(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    narrow = {"pressure_mpa": [140, 150], "dwell_s": [50, 120], "temperature_c": 25}
    path = write_settings(
        tmp_path, **QUICK | {"space": narrow}, campaign={"trials": 8, "max_sweeps": 1},
        meter={"glitch_fraction": 1.0}, evaluation={"leave_out_points": 0},
        notify={"command": ["tee", "told"]})
    answer = pressloop("run", path)
    assert answer.code == 1
    assert "3 stacks in a row taught nothing (stack 1: set aside" in answer.err
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3)
    assert "night has failed. 3 stacks in a row taught nothing" in Path("told").read_text()
    assert pressloop("run", path).code == 1
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, 5, 6)
    path = write_settings(
        tmp_path, **QUICK | {"space": narrow}, meter={"glitch_fraction": 1.0},
        evaluation={"leave_out_points": 0},
        campaign={"trials": 8, "max_sweeps": 1, "nothing_learned_in_a_row": 0})
    assert pressloop("run", path).code == 0
    assert len(trials_of(LEDGER)) == 8


@pytest.mark.slow
def test_the_budget_ends_an_order_for_more(tmp_path: Path) -> None:
    press_few(tmp_path, 3)
    settings = read_settings(tmp_path / "lab.toml")
    for more, target in ((1, 4), (6, 4)):
        with open_run(settings, replace(order_of(settings), more=more)) as run:
            assert run.order.trials == target
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        assert ledger.openings("night")[-1].target == 4


# Who is told.


def settings_with(**notify_table: Any) -> Any:
    return from_plain(settings_values(notify=notify_table), "test")


NASTY = "it's $(touch hit) `touch hit` ; touch hit && \"x\" | cat > hit\n--help \0 %s {campaign}"


def test_no_word_of_a_message_reaches_a_shell(tmp_path: Path) -> None:
    script = tmp_path / "told.sh"
    script.write_text('#!/bin/sh\nprintf "%s|" "$#" "$1" "$PRESSLOOP_HOW" "$PRESSLOOP_CAMPAIGN"'
                      ' "$PREFECT_API_AUTH_STRING" > args\nprintf "%s" "$PRESSLOOP_DETAIL" > detail'
                      '\ncat > text\n')
    script.chmod(0o755)
    os.environ["PREFECT_API_AUTH_STRING"] = "secret"
    assert notify(settings_with(command=[str(script), "a b; touch hit"]), "failed", NASTY) == []
    assert Path("args").read_text() == (
        "1|a b; touch hit|failed|night||")
    assert Path("detail").read_text() == NASTY.replace("\0", "")
    assert Path("text").read_text() == f"pressloop: night has failed. {NASTY}\n"
    assert not Path("hit").exists()


def test_a_command_that_fails_or_is_not_there_ends_nothing() -> None:
    assert "exit code 3" in notify(settings_with(command=["sh", "-c", "exit 3"]), "failed", "")[0]
    assert "no-such" in notify(settings_with(command=["no-such-program"]), "failed", "x")[0]
    assert notify(settings_with(command=["no-such-program"], on=["failed"]), "finished", "") == []


def test_a_webhook_gets_json_and_its_address_is_shown_to_nobody() -> None:
    got: list[Any] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200 if self.path == "/good" else 410)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        os.environ[WEBHOOK_VARIABLE] = f"{address}/good"
        assert notify(settings_with(), "finished", NASTY) == []
        os.environ[WEBHOOK_VARIABLE] = f"{address}/secret"
        refusal, = notify(settings_with(), "finished", "")
        server.shutdown()
    assert got[0] == {"campaign": "night", "how": "finished", "detail": NASTY,
                      "text": f"pressloop: night has finished. {NASTY}"}
    assert refusal == f"{WEBHOOK_VARIABLE}: status 410"
    os.environ[WEBHOOK_VARIABLE] = "file:///etc/passwd"
    assert "https://" in notify(settings_with(), "finished", "")[0]


@pytest.mark.parametrize("table", [{"command": "mail ana"}, {"on": ["failure"]}, {"shell": True},
                                   {"command": [1]}])
def test_a_notify_table_that_makes_no_sense_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="notify"):
        settings_with(**table)
