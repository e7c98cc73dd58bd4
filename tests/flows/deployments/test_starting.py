"""When a run of a pool presses nothing, and says why: blackouts, no stack, a busy press."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from few_stacks import QUICK
from hypothesis import given
from hypothesis import strategies as st
from lab_files import write_settings
from press_memory import pressed_stacks, stacks

from pressloop.flows.campaign.blackout import blackout, blackouts, now_in
from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.resting import why_rest
from pressloop.flows.campaign.trial import plan
from pressloop.flows.deployments.nights import interval_of
from pressloop.flows.deployments.starting import SETTINGS_VARIABLE
from pressloop.flows.settings.campaign import read_settings
from pressloop.hardware.locks.lock import press_lock
from pressloop.trials import BadInput, Ledger
from pressloop.trials.entry import Stocked
from pressloop.trials.inventory import INVENTORY

LEDGER = Path("lab.db")
ZONE = ZoneInfo("Europe/Berlin")


def at(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=ZONE)


@pytest.mark.parametrize("window, inside, outside", [
    ("Mon-Fri 08:00-18:00", ["2026-03-02T08:00", "2026-03-06T17:59"],
     ["2026-03-02T07:59", "2026-03-02T18:00", "2026-03-07T12:00"]),
    ("22:00-06:00", ["2026-03-02T22:00", "2026-03-03T05:59"], ["2026-03-02T21:59",
                                                              "2026-03-03T06:00"]),
    ("Fri 22:00-06:00", ["2026-03-06T23:00", "2026-03-07T05:00"],
     ["2026-03-06T05:00", "2026-03-07T23:00"]),
    ("sat, Sunday 00:00-24:00", ["2026-03-07T00:00", "2026-03-08T23:59"], ["2026-03-09T00:00"]),
    ("Sat-Mon 10:00-11:00", ["2026-03-07T10:00", "2026-03-09T10:30"], ["2026-03-10T10:30"]),
    ("2026-12-24 to 2027-01-02", ["2026-12-24T00:00", "2027-01-02T23:59"],
     ["2026-12-23T23:59", "2027-01-03T00:00"]),
    ("2026-05-01", ["2026-05-01T12:00"], ["2026-05-02T12:00"])])
def test_a_window_holds_when_it_says(window: str, inside: list[str], outside: list[str]) -> None:
    found = blackout(window)
    assert [found.holds(at(one)) for one in inside] == [True] * len(inside)
    assert [found.holds(at(one)) for one in outside] == [False] * len(outside)


@pytest.mark.parametrize("wrong", [
    "", "never", "8-18", "Mon-Fri", "Mon-Fry 08:00-18:00", "08:00-08:00", "25:00-26:00",
    "24:00-06:00", "08:00-24:30", "2026-13-01", "2026-05-02 to 2026-05-01", "Mon 08:61-09:00"])
def test_a_window_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput, match="blackout = "):
        blackout(wrong)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 7 * 1440 - 1))
def test_hours_and_the_hours_beside_them_fill_the_week(start: int, end: int, minute: int) -> None:
    if start == end:
        return
    hours = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    beside = f"{end // 60:02}:{end % 60:02}-{start // 60:02}:{start % 60:02}"
    now = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=minute)
    assert blackout(hours).holds(now) is not blackout(beside).holds(now)
    assert now_in(blackouts((hours, beside)), now) is not None


@pytest.mark.parametrize("told, minutes", [("90min", 90), ("6h", 360), ("1d", 1440), ("1.5h", 90)])
def test_an_interval_is_read(told: str, minutes: int) -> None:
    assert interval_of(told) == timedelta(minutes=minutes)
    for wrong in ("", "6", "-1h", "0min", "5s", "400d", "1e9d"):
        with pytest.raises(BadInput, match="--interval"):
            interval_of(wrong)


def order(**said: Any) -> Any:
    """How a run ends that is asked for this, in this process."""
    from pressloop.flows.deployments.forms import CampaignOrder
    from pressloop.flows.deployments.pool_campaign import pool_campaign

    return pool_campaign(CampaignOrder(**said), return_state=True)


@pytest.fixture
def campaign(tmp_path: Path) -> Callable[..., None]:
    def write(**changes: Any) -> None:
        path = write_settings(tmp_path, **(QUICK | changes))
        os.environ[SETTINGS_VARIABLE] = str(path)

    return write


def test_a_run_at_work_begins_no_stack_once_a_blackout_holds(tmp_path: Path) -> None:
    from pressloop.flows.campaign.campaign import numbers
    from pressloop.flows.campaign.enough import assessed, told

    settings = read_settings(write_settings(tmp_path, **QUICK))
    order = replace(order_of(settings), blackouts=blackouts(("00:00-24:00",)))
    with open_run(settings, order) as run:
        assert list(numbers(run)) == []
        assert told(assessed(run), why_rest(run)).startswith(
            "0 stacks. The blackout 00:00-24:00 has begun")
        # A stack that is in work already is carried to its end.
        plan.fn(run, 1)
        assert list(numbers(run)) == [1]


@pytest.mark.prefect
def test_a_run_in_a_blackout_is_skipped_and_presses_outside(
        server: Any, campaign: Callable[..., None]) -> None:
    campaign(campaign={"timezone": "Asia/Tokyo"})
    state = order(stacks=2, blackouts=("00:00-24:00",))
    assert (state.name, state.type.value) == ("Blackout", "COMPLETED")
    assert not LEDGER.exists()
    tomorrow = datetime.now(ZoneInfo("Asia/Tokyo")).date() + timedelta(days=2)
    assert order(stacks=2, blackouts=(f"{tomorrow}",)).name == "Completed"
    assert pressed_stacks(LEDGER) == stacks(1, 2)


@pytest.mark.prefect
def test_a_run_without_a_stack_says_so_and_wakes_no_press(
        server: Any, campaign: Callable[..., None]) -> None:
    campaign(inventory={"draw": "loaded"})
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        then = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        ledger.append(INVENTORY, None, Stocked("G-1", "L-1", then, then))
    state = order(stacks=2)
    assert state.name == "NoStack"
    assert "of 1 stack, 1 not loaded" in str(state.message)
    assert pressed_stacks(LEDGER) == []


@pytest.mark.prefect
def test_a_run_beside_one_that_has_the_press_is_skipped(
        server: Any, campaign: Callable[..., None]) -> None:
    campaign()
    assert order(stacks=1).name == "Completed"
    serial = _serial()
    with press_lock(serial):
        state = order(stacks=1)
    assert state.name == "SkippedBusy"
    assert "Nothing was pressed" in str(state.message)
    assert pressed_stacks(LEDGER) == stacks(1)


def _serial() -> str:
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        return ledger.ordered()[0].press_serial


def test_forms_are_checked_again_on_our_side() -> None:
    from pydantic import ValidationError

    from pressloop.flows.deployments.forms import BackupOrder, CampaignOrder, ReportOrder

    for wrong in ({"stacks": 2.0}, {"stacks": True}, {"stacks": "2"}, {"trials": 2},
                  {"blackouts": ("whenever",)}, {"seed": 2**31}):
        with pytest.raises(ValidationError):
            CampaignOrder.model_validate(wrong)
    with pytest.raises(ValidationError):
        BackupOrder(keep=0)
    for folder in ("../up", "/etc", "a/b", "", "..", "."):
        with pytest.raises(ValidationError):
            ReportOrder(folder=folder)
