"""`pressloop recommend`: the recipe to ship."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import Console
from rich.markdown import Markdown

from flows.commands.stored import Stored, say_if_mixed, stored
from flows.console import emit


def recommend(url: str, campaign: str | None, as_json: bool) -> None:
    """Prints the recommendation of a campaign in a ledger."""
    show(stored(url, campaign), as_json)


def show(found: Stored, as_json: bool) -> None:
    """The recommendation as JSON or for reading. Raises BadInput before the first intact stack."""
    from optimizer import recommend as choose
    from optimizer.stopping import assess
    from views.markdown import recommendation_markdown

    settings = found.settings
    say_if_mixed(found.trials)
    best = choose(found.trials, settings.space, caution=settings.caution,
                  reference=settings.reference, thoughts=True)
    more = assess(found.trials, settings.space, settings.stopping, caution=settings.caution,
                  objective=settings.objective,
                  budget=found.opened.target or settings.campaign.trials)
    text = recommendation_markdown(best, campaign=found.campaign, simulated=found.simulated,
                                   stopping=more.sentences)
    emit({"campaign": found.campaign, "simulated": found.simulated,
          "stacks": len(found.trials), "recommendation": asdict(best),
          "stopping": asdict(more)}, as_json,
         lambda: Console().print(Markdown(text)))
