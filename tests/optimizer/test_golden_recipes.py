"""With the three core parameters alone, the same history and seed give the recipes on record."""

from __future__ import annotations

import json
from typing import Any

import golden_recipes as golden
import pytest

ON_RECORD: dict[str, Any] = json.loads(golden.KEPT.read_text(encoding="utf-8"))
PANEL = 0.1 + 1e-9
"""A machine that sums otherwise may round a set point to the next one of the panel, no further."""


@pytest.fixture(scope="module")
def now() -> dict[str, Any]:
    return dict(golden.found())


def test_every_case_is_on_record(now):
    assert list(now) == list(ON_RECORD)


@pytest.mark.parametrize("name", list(ON_RECORD))
def test_the_same_history_and_seed_give_the_same_proposals(now, name):
    for found, kept in zip(now[name]["proposals"], ON_RECORD[name]["proposals"], strict=True):
        assert [row[-1] for row in found] == [row[-1] for row in kept]
        for row, other in zip(found, kept, strict=True):
            assert row[:-1] == pytest.approx(other[:-1], abs=PANEL)


@pytest.mark.parametrize("name", [n for n, case in ON_RECORD.items() if "recommended" in case])
def test_the_same_recipe_is_recommended(now, name):
    *recipe, resistance = now[name]["recommended"]
    *kept, resistance_kept = ON_RECORD[name]["recommended"]
    assert recipe == pytest.approx(kept, abs=PANEL)
    assert resistance == pytest.approx(resistance_kept, rel=1e-3)
