"""Stacks of the inventory: what may follow what, which is next, and never one twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from trial_stories import RECIPE, STACK

from pressloop.trials import BadInput, Ledger, LedgerProblem, Planned
from pressloop.trials.entry import Drawn, Handled, Stocked
from pressloop.trials.inventory import (
    INVENTORY,
    Inventory,
    Wanted,
    inventory_of,
    left,
    next_of,
    prove_stocked,
    why_none,
)
from pressloop.trials.ledger.copying import copy_into
from pressloop.trials.ledger.verification import prove

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANY = Wanted()


def made(barcode: str, hours_ago: float = 1.0, **more: Any) -> Stocked:
    then = (NOW - timedelta(hours=hours_ago)).isoformat()
    return Stocked(barcode, more.pop("lot", "L-1"), then, more.pop("exposed", then), **more)


def planned(barcode: str) -> Planned:
    return Planned(replace(STACK, barcode=barcode), RECIPE, "reference")


def name_of(inventory: Inventory, wanted: Wanted = ANY, now: datetime = NOW) -> str | None:
    item = next_of(inventory, wanted, now)
    return None if item is None else item.made.barcode


def test_the_one_that_expires_first_is_drawn_first_and_an_expired_one_never() -> None:
    found = inventory_of([made("keeps"), made("late", 1, exposure_limit_h=48.0),
                          made("soon", 1, exposure_limit_h=2.0),
                          made("gone", 3, exposure_limit_h=2.0)])
    assert name_of(found) == "soon"
    assert name_of(found, now=NOW + timedelta(hours=1)) == "late", "at its hour it is expired"
    assert left(found, ANY, NOW) == 3
    assert name_of(found, now=NOW + timedelta(days=30)) == "keeps"


def test_exposure_counts_from_when_it_was_exposed() -> None:
    opened = (NOW - timedelta(hours=1)).isoformat()
    found = inventory_of([made("pouch", 500, exposed=opened, exposure_limit_h=2.0)])
    assert name_of(found) == "pouch"


def test_loaded_ones_are_drawn_where_and_as_they_were_loaded() -> None:
    found = inventory_of([made("a"), made("b"), made("c", lot="L-2"), Handled(
        "c", 1, "loaded", "p1"), Handled("b", 1, "loaded", "p1"), Handled("a", 1, "loaded", "p2")])
    assert name_of(found, Wanted(loaded=True, at="p1")) == "c"
    assert name_of(found, Wanted(loaded=True, at="p1", lots=("L-1",))) == "b"
    assert name_of(found, Wanted(loaded=True, at="p2")) == "a"
    assert name_of(found, Wanted(loaded=True, at="p3")) is None
    assert why_none(found, Wanted(loaded=True, at="p3"), NOW) == (
        "of 3 stacks, 3 not loaded at p3")
    found.take(Handled("c", 2, "unloaded"))
    assert name_of(found, Wanted(loaded=True, at="p1")) == "b"


def test_a_stack_in_quarantine_waits_for_its_release() -> None:
    found = inventory_of([made("a"), Handled("a", 1, "quarantined", reason="fell")])
    assert name_of(found) is None
    assert why_none(found, ANY, NOW) == "of 1 stack, 1 in quarantine"
    with pytest.raises(LedgerProblem, match=r"quarantine \(fell\)"):
        found.take(Drawn("a", "c", 1))
    found.take(Handled("a", 2, "released", reason="looked at"))
    assert name_of(found) == "a"


@pytest.mark.parametrize("entry, words", [
    (made("a"), "not in the inventory yet"), (Drawn("x", "c", 1), "stacks add"),
    (Drawn("used", "d", 7), "trial 3 of c has it"), (Handled("a", 2, "loaded", "p"), "step 1"),
    (Handled("used", 1, "loaded", "p"), "No stack is pressed twice"),
    (Handled("a", 1, "loaded"), "--at"), (Handled("a", 1, "unloaded"), "on the shelf"),
    (Handled("a", 1, "released"), "It is not"), (Handled("a", 1, "eaten"), "eaten"),
    (Drawn("a", "c", 1, "p1"), "loaded at p1")])
def test_what_cannot_have_happened_is_refused(entry: Any, words: str) -> None:
    found = inventory_of([made("a"), made("used"), Drawn("used", "c", 3)])
    with pytest.raises(LedgerProblem, match=words):
        found.take(entry)
    assert found.items["a"].steps == 0


@pytest.mark.parametrize("wrong", [
    made(""), made("x" * 81), made("a", lot=" "), made("a", exposure_limit_h=0.0),
    made("a", exposure_limit_h=float("nan")), made("a", area_cm2=-1.0),
    made("a", exposed="2001-01-01T00:00+00:00"), made("a", exposed="yesterday"),
    made("a", exposed="2026-03-02T12:00"), made("a", pre_press_mpa=-1.0)])
def test_values_that_no_stack_can_have_are_refused(wrong: Stocked) -> None:
    with pytest.raises(BadInput):
        prove_stocked([wrong])


HANDLINGS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(
    ["loaded", "unloaded", "quarantined", "released", "drawn"])), max_size=30)


@given(HANDLINGS)
def test_whatever_people_do_no_stack_is_drawn_twice_or_from_quarantine(
        steps: list[tuple[str, str]]) -> None:
    found = inventory_of([made(one) for one in "abc"])
    drawn: list[str] = []
    for barcode, what in steps:
        item = found.items[barcode]
        before = item.quarantine
        try:
            found.take(Drawn(barcode, "c", len(drawn) + 1) if what == "drawn" else
                       Handled(barcode, item.steps + 1, what, "p", "why"))
        except LedgerProblem:
            continue
        if what == "drawn":
            assert not before
            drawn.append(barcode)
    assert len(set(drawn)) == len(drawn)
    assert left(found, ANY, NOW) == sum(
        one.drawn is None and not one.quarantine for one in found.items.values())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'lab.db'}"
    return str(request.getfixturevalue("postgres").database())


def test_of_many_who_draw_one_stack_at_once_one_gets_it(url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.append(INVENTORY, None, made("a"))

        def draw(number: int) -> bool:
            try:
                ledger.append_drawn(number, planned("a"), Drawn("a", f"c{number % 2}", number))
            except LedgerProblem:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(draw, range(1, 17))) == 1
        assert sum(len(ledger.history(f"c{n}")) for n in (0, 1)) == 1
        assert all(prove(ledger, name).sound for name in ledger.chains())


def test_plan_and_drawing_are_both_on_record_or_neither(url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.append_all(INVENTORY, [(None, made("a")), (None, made("b"))])
        ledger.append_drawn(1, planned("a"), Drawn("a", "c", 1))
        with pytest.raises(LedgerProblem, match="recorded already"):
            ledger.append_drawn(1, planned("b"), Drawn("b", "c", 1))
        assert ledger.inventory().items["b"].drawn is None
        trial, = ledger.history("c")
        assert trial.stack.barcode == "a"


def test_the_inventory_is_no_campaign_and_is_copied_with_its_chain(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path / 'a.db'}") as ledger, \
            Ledger.open(f"sqlite:///{tmp_path / 'b.db'}") as copy:
        ledger.append_all(INVENTORY, [(None, made("a", thickness_um=580.0)), (
            None, Handled("a", 1, "quarantined", reason="fell"))])
        assert (ledger.campaigns(), ledger.chains()) == ((), (INVENTORY,))
        copy_into(ledger, copy)
        assert copy.inventory() == ledger.inventory()
        assert prove(copy, INVENTORY).head == ledger.head(INVENTORY)[1]


def test_a_stack_without_a_barcode_is_kept_as_before(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path / 'a.db'}") as ledger:
        ledger.append("c", 1, Planned(STACK, RECIPE, "reference"))
        assert "barcode" not in ledger.log("c")[0].payload["stack"]
    assert "barcode" not in repr(STACK)


def test_many_stacks_are_added_by_reading_the_inventory_once(url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.append(INVENTORY, None, made("first"))
        seen = list[str]()
        event.listen(ledger._engine, "before_cursor_execute",
                     lambda _c, _r, sql, *_: seen.append(sql))
        ledger.append_all(INVENTORY, [
            *((None, made(f"s{n}")) for n in range(20)), (None, Handled("s3", 1, "loaded", "p1")),
            (None, Handled("s3", 2, "unloaded"))])
        stories = [sql for sql in seen if "entries.payload" in sql.partition("FROM")[0]
                   and "ORDER BY entries.entry_id" in sql]
        assert len(stories) == 1
        assert ledger.inventory().items["s3"].steps == 2
        assert len(ledger.inventory().items) == 21
        with pytest.raises(LedgerProblem, match="recorded already"):
            ledger.append_all(INVENTORY, [(None, made("x")), (None, Handled("s3", 2, "unloaded"))])
        assert "x" not in ledger.inventory().items
