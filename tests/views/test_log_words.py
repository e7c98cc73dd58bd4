"""What the log says of an entry."""

from __future__ import annotations

import pytest

from pressloop.views.log import _planned

PLANNED = {"stack": {"stack_id": "n-001"}, "purpose": "explore",
           "recipe": {"pressure_mpa": 200.0, "dwell_s": 60.0, "temperature_c": 90.0}}


@pytest.mark.parametrize(("more", "end"), [
    ({}, "(explore)"), ({"reason": ""}, "(explore)"),
    ({"reason": "Explores: survives with 97 %."}, "(explore). Explores: survives with 97 %.")])
def test_a_plan_is_told_with_its_reason_where_the_ledger_has_one(more, end):
    assert _planned(PLANNED | more).startswith("n-001: 200")
    assert _planned(PLANNED | more).endswith(end)


def test_a_plan_names_the_press_where_several_share_the_campaign():
    assert _planned(PLANNED | {"press": "north"}).startswith("n-001 on press north: 200")
