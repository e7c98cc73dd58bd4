"""Recipes as a person names them: `--recipe NAME=VALUE`, with kinds of any name."""

from __future__ import annotations

from lab_files import settings_values

from pressloop.flows.preflight.dry_run import recipe_named
from pressloop.flows.settings.campaign import from_plain


def test_a_kind_with_a_comma_in_its_name() -> None:
    settings = from_plain(settings_values(
        space={"foil": ["Al", "Ni, sprayed"], "wait_s": [0, 60]},
        reference={"foil": "Al", "wait_s": 5}), "test")
    recipe = recipe_named("pressure_mpa=200, foil=Ni, sprayed, wait_s=10", settings)
    assert recipe.named == {"foil": "Ni, sprayed", "wait_s": 10.0}
    assert recipe.pressure_mpa == 200.0
