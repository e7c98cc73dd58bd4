"""`pressloop predict`: what is believed of a recipe that a person names."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pressloop.flows.campaign.stored import stored
from pressloop.flows.console import emit, tell
from pressloop.flows.preflight.dry_run import recipe_named
from pressloop.flows.settings.gauge import load_of
from pressloop.hardware.envelope import violations
from pressloop.optimizer.prediction import Prediction, predict
from pressloop.trials.outcome import label_of
from pressloop.views.prediction import prediction_sentences


def predict_recipe(recipe: str, url: str, campaign: str | None, as_json: bool) -> None:
    """Prints resistance with its interval, chances of failure, and what they rest on.

    Presses and records nothing. Raises BadInput before the first stack."""
    found = stored(url, campaign)
    asked = recipe_named(recipe, found.settings)
    told = predict(found.models(), asked)
    sentences = prediction_sentences(told, found.settings.limits, load_of(found.settings))
    outside = [] if found.settings.space.absent else [
        f"{v.name} = {v.value:g}: must be {v.bound}."
        for v in violations(asked, found.settings.envelope)]
    if outside:
        sentences.append(f"It can never be ordered, as it lies outside the envelope: "
                         f"{' '.join(outside)}")
    if found.simulated:
        sentences.insert(0, "SIMULATED: no real stack was pressed.")
    emit({"campaign": found.campaign, "simulated": found.simulated, **plain(told),
          "outside_envelope": outside}, as_json, lambda: tell("\n".join(sentences)))


def plain(told: Prediction) -> dict[str, Any]:
    """JSON values; of the stacks that it rests on, what was read."""
    near = [{"trial": n.trial.number, "stack": n.trial.stack.stack_id,
             "recipe": asdict(n.trial.recipe), "distance": n.distance,
             "outcome": label_of(n.trial.outcome),
             "resistance_ohm_cm2": getattr(n.trial.outcome, "resistance_ohm_cm2", None),
             "measured": [asdict(m) for m in getattr(n.trial.outcome, "measured", ())]}
            for n in told.near]
    names = [name for name in Prediction.__dataclass_fields__
             if name not in ("recipe", "near", "expected")]
    return {"recipe": asdict(told.recipe), "expected": [asdict(e) for e in told.expected],
            **{name: getattr(told, name) for name in names}, "near": near}
