"""`pressloop recommend`: the recipe to press from now on."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import Console
from rich.markdown import Markdown

from pressloop.flows.campaign.stored import Stored, say_if_mixed, stored
from pressloop.flows.console import emit, plain_pairs
from pressloop.optimizer.stopping import assess


def recommend(url: str, campaign: str | None, as_json: bool) -> None:
    """Prints the recommendation of a campaign in a ledger."""
    show(stored(url, campaign), as_json)


def show(found: Stored, as_json: bool) -> None:
    """The recommendation as JSON or for reading. Raises BadInput before the first intact stack."""
    from pressloop.optimizer import recommend as choose
    from pressloop.optimizer.history.drift import drift
    from pressloop.views.markdown import recommendation_markdown

    models = found.models()
    say_if_mixed([*found.trials, *models.earlier])
    best = choose(models, analysis=True)
    controls = drift(found.trials, found.settings.reference, earlier=models.earlier)
    more = assess(models, found.settings.stopping, budget=found.budget, analysis=best.analysis)
    text = recommendation_markdown(best, campaign=found.campaign, simulated=found.simulated,
                                   stopping=more.sentences,
                                   controls=controls.sentences if controls else ())
    emit({"campaign": found.campaign, "simulated": found.simulated,
          "stacks": len(found.trials), "recommendation": asdict(best, dict_factory=plain_pairs),
          "stopping": asdict(more), "controls": None if controls is None else asdict(controls),
          "earlier": len(models.earlier)}, as_json,
         lambda: Console().print(Markdown(text)))
