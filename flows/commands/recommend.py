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
    from views.markdown import recommendation_markdown

    settings = found.settings
    say_if_mixed(found.trials)
    best = choose(found.trials, settings.space, caution=settings.caution,
                  reference=settings.reference, thoughts=True)
    text = recommendation_markdown(best, campaign=found.campaign, simulated=found.simulated)
    emit({"campaign": found.campaign, "simulated": found.simulated,
          "stacks": len(found.trials), "recommendation": asdict(best)}, as_json,
         lambda: Console().print(Markdown(text)))
