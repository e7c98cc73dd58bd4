"""Whose file it is: named as a whole, fresh, used once, one or two."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.hardware.exports.names import has_token, in_file_names
from pressloop.hardware.protocols import Place
from pressloop.trials.errors import Fault
from tests.hardware.meters.exported import export, meter_at, stack, sweep_text


def test_a_bar_code_in_the_file(at: Place, exports: Path) -> None:
    export(exports, "scan_7.csv", sweep_text(10.0, comment="# sample: night-0011"))
    export(exports, "scan_8.csv", sweep_text(20.0, comment="# sample: night-001"))
    found, = meter_at(at, exports, barcode_in_file=True).sweep(stack())
    assert found.impedance_ohm.real.max() == pytest.approx(25.0, rel=0.01)


def test_a_match_of_ones_own(at: Place, exports: Path) -> None:
    export(exports, "night-001_before.csv", sweep_text(10.0))
    export(exports, "night-001_after.csv", sweep_text(20.0))
    found, = meter_at(at, exports, match="{stack_id}_after").sweep(stack())
    assert found.impedance_ohm.real.max() == pytest.approx(25.0, rel=0.01)


def test_nothing_comes_and_foreign_files_are_named(at: Place, exports: Path) -> None:
    export(exports, "night-002.csv")
    with pytest.raises(Fault, match=r"no complete file of stack night-001 .* of other stacks: "
                                    r"night-002\.csv"):
        meter_at(at, exports, patience_s=0.05).sweep(stack())


def test_two_different_files_are_refused_and_both_named(at: Place, exports: Path) -> None:
    export(exports, "night-001_a.csv")
    export(exports, "night-001_b.csv", sweep_text(60.0))
    meter = meter_at(at, exports)
    with pytest.raises(Fault, match=r"night-001_a\.csv and night-001_b\.csv"):
        meter.sweep(stack())
    (exports / "night-001_b.csv").write_text(sweep_text())
    os.utime(exports / "night-001_b.csv", (time.time() + 5, time.time() + 5))
    assert meter.sweep(stack()), "copies of one file are one file"


def test_a_file_is_used_once_also_after_a_restart(at: Place, exports: Path) -> None:
    export(exports, "night-001_a.csv")
    first, = meter_at(at, exports).sweep(stack())
    with pytest.raises(Fault, match="used before, for stack night-001"):
        meter_at(at, exports, patience_s=0.1).sweep(stack())
    export(exports, "night-001_b.csv", sweep_text(60.0))
    second, = meter_at(at, exports).sweep(stack())
    assert second.impedance_ohm[-1] != first.impedance_ohm[-1]


def test_a_copy_under_another_stacks_name_is_not_its_spectrum(at: Place, exports: Path) -> None:
    export(exports, "night-001.csv")
    meter_at(at, exports).sweep(stack())
    export(exports, "night-002.csv", ahead_s=50.0)
    with pytest.raises(Fault, match="used before, for stack night-001"):
        meter_at(at, exports, patience_s=0.1).sweep(stack("night-002"))


def test_a_reading_that_was_lost_is_given_again_when_saved_again(at: Place, exports: Path) -> None:
    export(exports, "night-001.csv")
    meter_at(at, exports).sweep(stack())
    export(exports, "night-001.csv", ahead_s=50.0)
    assert meter_at(at, exports).sweep(stack())


def test_a_file_older_than_the_request_is_refused_with_its_age(at: Place, exports: Path) -> None:
    export(exports, "night-001.csv", ahead_s=-3600.0)
    with pytest.raises(Fault, match=r"36\d\d s older than the request"):
        meter_at(at, exports, patience_s=0.1).sweep(stack())
    assert meter_at(at, exports, not_older_than_s=3700.0).sweep(stack())


def test_after_a_restart_the_first_request_counts(at: Place, exports: Path) -> None:
    with pytest.raises(Fault):
        meter_at(at, exports, patience_s=0.02).sweep(stack())
    export(exports, "night-001.csv", ahead_s=0.5)
    time.sleep(0.6)
    assert meter_at(at, exports).sweep(stack())


@pytest.mark.parametrize("name, whole", [
    ("night-001.mpt", True), ("night-001_02_PEIS_C01.mpt", True), ("x night-001 (2).z", True),
    ("2026-03-02_night-001.txt", True), ("night-0011.mpt", False), ("anight-001.mpt", False),
    ("last-night-001.mpt", False), ("night-001-2.mpt", False), ("Night-001.mpt", False),
    ("night-00.mpt", False)])
def test_names_are_whole_tokens(name: str, whole: bool) -> None:
    assert has_token(name, "night-001") == whole


def test_names_that_no_file_can_have() -> None:
    assert has_token("Nacht 3_7-001.csv", in_file_names("Nacht 3/7-001"))


@given(st.text("ab1-_. ", min_size=1), st.integers(0, 2000), st.integers(0, 2000))
def test_no_stack_of_a_campaign_is_taken_for_another(campaign: str, one: int, other: int) -> None:
    name = f"{campaign}-{one:03d}"
    assert has_token(f"{name}.mpt", name)
    if one != other:
        assert not has_token(f"{campaign}-{other:03d}.mpt", name)
