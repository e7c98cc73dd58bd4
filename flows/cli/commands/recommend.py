"""`pressloop recommend`: the recipe to press from now on."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markdown import Markdown

from pressloop.flows.campaign.stored import Stored, stored
from pressloop.flows.console import emit, plain_pairs
from pressloop.flows.settings.gauge import load_of
from pressloop.optimizer.stopping import assess
from pressloop.trials.corrections import differences
from pressloop.views.plain_console import PlainConsole

if TYPE_CHECKING:
    from pressloop.optimizer import Models
    from pressloop.optimizer.corrected import Effect


def recommend(url: str, campaign: str | None, as_json: bool) -> None:
    """Prints the recommendation of a campaign in a ledger."""
    show(stored(url, campaign), as_json)


def show(found: Stored, as_json: bool) -> None:
    """The recommendation as JSON or for reading. Raises BadInput before the first intact stack."""
    plain, text = told(found, found.models())
    emit(plain, as_json, lambda: PlainConsole().print(Markdown(text)))


def told(found: Stored, models: Models) -> tuple[dict[str, Any], str]:
    """The recommendation as plain values and as Markdown.

    Raises BadInput before the first intact stack."""
    from pressloop.optimizer import recommend as choose
    from pressloop.optimizer.corrected import effect_of
    from pressloop.optimizer.history.drift import drift
    from pressloop.views.corrections import effect_sentences
    from pressloop.views.markdown import recommendation_markdown

    best = choose(models, analysis=True)
    controls = drift(found.trials, found.settings.reference, earlier=models.earlier)
    more = assess(models, found.settings.stopping, budget=found.budget, analysis=best.analysis)
    effect = effect_of(models)
    text = recommendation_markdown(best, campaign=found.campaign, simulated=found.simulated,
                                   stopping=more.sentences,
                                   controls=controls.sentences if controls else (),
                                   corrections=effect_sentences(effect, best),
                                   load=load_of(found.settings))
    return {"campaign": found.campaign, "simulated": found.simulated,
            "stacks": len(found.trials),
            "recommendation": asdict(best, dict_factory=plain_pairs), "stopping": asdict(more),
            "controls": None if controls is None else asdict(controls),
            "earlier": len(models.earlier), "corrections": _plain(effect)}, text


def _plain(effect: Effect | None) -> dict[str, Any] | None:
    """What was corrected, and what would be recommended without; None where nothing was."""
    if effect is None:
        return None
    return {"trials": [{"trial": t.number, "stack": t.stack.stack_id,
                        "changed": differences(t),
                        "reason": t.correction.reason if t.correction else ""}
                       for t in effect.corrected],
            "recommendation_without": None if effect.before is None else asdict(effect.before)}
