"""`pressloop recommend`: the recipe to ship."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import Console
from rich.markdown import Markdown

from flows.commands.stored import stored
from flows.console import emit
from optimizer import Recommendation


def recommend(url: str, campaign: str | None, as_json: bool) -> None:
    """Prints the recommendation of a campaign in a ledger."""
    from optimizer import recommend as choose

    found = stored(url, campaign)
    settings = found.settings
    best = choose(found.trials, settings.space, caution=settings.caution,
                  reference=settings.reference)
    show(found.campaign, best, as_json, stacks=len(found.trials))


def show(campaign: str, best: Recommendation, as_json: bool, stacks: int) -> None:
    """The recommendation as JSON or for reading."""
    from views.markdown import recommendation_markdown

    result = {"campaign": campaign, "stacks": stacks, "recommendation": asdict(best)}
    emit(result, as_json, lambda: Console().print(Markdown(recommendation_markdown(best))))
