"""`pressloop recommend`: the recipe to ship."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown

from flows.commands.stored import Stored, say_if_mixed, stored
from flows.console import emit
from optimizer.stopping import Assessment, assess

if TYPE_CHECKING:
    from optimizer.second_thoughts import SecondThoughts


def recommend(url: str, campaign: str | None, as_json: bool) -> None:
    """Prints the recommendation of a campaign in a ledger."""
    show(stored(url, campaign), as_json)


def show(found: Stored, as_json: bool) -> None:
    """The recommendation as JSON or for reading. Raises BadInput before the first intact stack."""
    from optimizer import recommend as choose
    from optimizer.drift import drift
    from views.markdown import recommendation_markdown

    settings = found.settings
    earlier, origin = found.earlier(), settings.origin
    say_if_mixed([*found.trials, *earlier])
    best = choose(found.trials, settings.space, caution=settings.caution,
                  reference=settings.reference, earlier=earlier, origin=origin,
                  thoughts=True, objective=settings.objective)
    controls = drift(found.trials, settings.reference, earlier=earlier)
    more = one_more(found, best.thoughts)
    text = recommendation_markdown(best, campaign=found.campaign, simulated=found.simulated,
                                   stopping=more.sentences,
                                   controls=controls.sentences if controls else ())
    emit({"campaign": found.campaign, "simulated": found.simulated,
          "stacks": len(found.trials), "recommendation": asdict(best),
          "stopping": asdict(more), "controls": None if controls is None else asdict(controls),
          "earlier": len(earlier)}, as_json,
         lambda: Console().print(Markdown(text)))


def one_more(found: Stored, thoughts: SecondThoughts | None = None) -> Assessment:
    """What speaks for pressing one more stack, and what against; `thoughts` of the recommendation
    spare the search for the best next stack."""
    settings = found.settings
    return assess(found.trials, settings.space, settings.stopping, caution=settings.caution,
                  objective=settings.objective, earlier=found.earlier(), origin=settings.origin,
                  budget=found.opened.target or settings.campaign.trials, thoughts=thoughts)
