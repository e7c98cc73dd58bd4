"""Forms of a campaign with named parameters and measured quantities, without a server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from press_memory import trials_of

from pressloop.flows.deployments.people_forms import attached, own_recipe, prediction
from pressloop.flows.deployments.starting import SETTINGS_VARIABLE
from pressloop.trials import Intact, Ledger, Recipe
from pressloop.trials.errors import BadInput
from pressloop.trials.quantity import Measurement

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "examples" / "conductivity_by_hand.toml").read_text()
URL, LEDGER = "sqlite:///pellets.db", Path("pellets.db")
CORE = {"pressure_mpa": 200.0, "dwell_s": 60.0, "temperature_c": 25.0}


@pytest.fixture(autouse=True)
def pellets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "pellets.toml"
    path.write_text(EXAMPLE)
    monkeypatch.setenv(SETTINGS_VARIABLE, str(path))
    with closing(Ledger.open(URL)):
        pass
    return path


def test_a_stack_is_attached_with_all_that_the_campaign_knows_of_one() -> None:
    done = attached.fn(**CORE, stack="guest", reason="from next door",
                       parameters="collector=carbon-Al, ramp_mpa_per_s=2",
                       measured="conductivity=1,9 ± 0,1; density_percent=91")
    assert done.message == "guest is trial 1."
    trial, = trials_of(LEDGER, "pellets")
    assert trial.recipe == Recipe(200.0, 60.0, 25.0, 2.0, others=(("collector", "carbon-Al"),))
    assert isinstance(trial.outcome, Intact)
    assert trial.outcome.measured == (Measurement("conductivity", 1.9, 0.1, "mS/cm"),
                                      Measurement("density_percent", 91.0, None, "percent"))


def test_what_is_not_named_is_as_in_the_reference() -> None:
    own_recipe.fn(**CORE, reason="to see", parameters="collector=MoS2-SUS")
    own_recipe.fn(**CORE, reason="to see")
    with closing(Ledger.open(URL)) as ledger:
        first, second = (one.recipe for one in ledger.queue("pellets").waiting.values())
    assert first == Recipe(200.0, 60.0, 25.0, 5.0, others=(("collector", "MoS2-SUS"),))
    assert second == Recipe(200.0, 60.0, 25.0, 5.0, others=(("collector", "bare-SUS"),))


@pytest.mark.parametrize("form, values, names", [
    (own_recipe, {"parameters": "collector=copper"}, ("collector", "copper", "carbon-Al")),
    (own_recipe, {"parameters": "colector=bare-SUS"}, ("colector", "collector")),
    (own_recipe, {"parameters": "ramp_mpa_per_s=fast"}, ("ramp_mpa_per_s", "fast")),
    (prediction, {"parameters": "collector"}, ("collector",)),
    (attached, {"stack": "a", "measured": "conductivity=high"}, ("conductivity", "high")),
    (attached, {"stack": "a", "measured": "porosity=3"}, ("porosity", "conductivity")),
    (attached, {"stack": "a", "measured": "conductivity"}, ("conductivity", "NAME=VALUE")),
    (attached, {"stack": "a", "measured": "conductivity=1;conductivity=2"}, ("given once",)),
    (attached, {"stack": "a"}, ("conductivity", "failed"))])
def test_a_name_or_value_that_the_campaign_does_not_have_adds_nothing(
        form: Any, values: dict[str, str], names: tuple[str, ...]) -> None:
    reason = {} if form is prediction else {"reason": "why"}
    with pytest.raises(BadInput) as wrong:
        form.fn(**CORE, **reason, **values)
    assert all(name in str(wrong.value) for name in names), wrong.value
    with closing(Ledger.open(URL)) as ledger:
        assert not ledger.history("pellets")
        assert not ledger.queue("pellets").waiting


def test_named_parameters_and_readings_are_put_right(pressloop: Callable[..., Any]) -> None:
    attached.fn(**CORE, stack="guest", reason="from next door", measured="conductivity=1.9",
                parameters="collector=carbon-Al")
    at = ("--ledger", URL, "--trial", "1", "--reason", "read the label again")
    pressloop("correct", *at, "--set", "collector=copper").refused("collector", "bare-SUS")
    pressloop("correct", *at, "--set", "ramp_mpa_per_s=-1").refused("ramp_mpa_per_s", "above 0")
    answer = pressloop("correct", *at, "--set", "collector=MoS2-SUS", "--set", "ramp_mpa_per_s=8")
    assert answer.code == 0, answer.err
    assert "ramp_mpa_per_s 5 -> 8" in answer.out
    trial, = trials_of(LEDGER, "pellets")
    assert trial.recipe.named == {"ramp_mpa_per_s": 8.0, "collector": "MoS2-SUS"}
    assert trial.as_recorded.recipe.named == {"ramp_mpa_per_s": 5.0, "collector": "carbon-Al"}
