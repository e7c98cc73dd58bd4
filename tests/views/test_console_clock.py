"""Times and units on the console are those that people at a press use."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pressloop.trials.ledger.log import LogRow
from pressloop.views.console.clock import at_the_clock, whose_clock

REASON = {"reason": "Explores: expected 41 ohm cm2 (26.8 to 62.6 with 95 %)."}
PLANNED = {"stack": {"stack_id": "n-001"}, "purpose": "explore", **REASON,
           "recipe": {"pressure_mpa": 200.0, "dwell_s": 60.0, "temperature_c": 90.0}}


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def row(utc: str) -> LogRow:
    return LogRow(1, utc, 1, "planned", PLANNED, "ana", "bench", "1", "d", {}, "h")


@pytest.mark.parametrize(("name", "shown", "whose"), [
    ("Europe/Berlin", ["2026-10-25 02:30:00", "2026-10-25 02:30:00"],
     "Times are those of this computer: CEST, CET."),
    ("UTC", ["2026-10-25 00:30:00", "2026-10-25 01:30:00"], "Times are UTC.")])
def test_an_entry_has_the_time_of_the_clock_on_the_wall(
        zone: pytest.MonkeyPatch, name: str, shown: list[str], whose: str) -> None:
    zone.setenv("TZ", name)
    time.tzset()
    rows = [row(f"2026-10-25T{hour}:30:00+00:00") for hour in ("00", "01")]
    assert [one.utc for one in at_the_clock(rows)] == shown
    assert whose_clock(rows) == whose


def test_a_unit_is_spelt_by_its_sign_wherever_a_reason_stands() -> None:
    told = at_the_clock([row("2026-10-25T00:30:00+00:00")])[0].told
    assert "41 Ω·cm²" in told and "ohm" not in told
