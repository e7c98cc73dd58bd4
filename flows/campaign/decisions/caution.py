"""How cautious the search is: the settings' limits of risk, or what a person has chosen since."""

from __future__ import annotations

from pressloop.flows.settings.campaign import Settings
from pressloop.trials.ledger.ledger import Ledger

CAUTION = ("max_crush_probability", "max_crush_probability_exploring", "max_failure_probability",
           "losses", "survival_exponent")
"""Keys of [risk_limits] that may be changed while a campaign goes on."""


def cautious(ledger: Ledger, settings: Settings) -> Settings:
    """The settings with the caution that a person has chosen since, where one has.

    A file that says other limits than at that time counts again."""
    last = ledger.cautioned(settings.campaign.name)
    if last is None or last.instead_of != told_limits(settings):
        return settings
    table = settings.limits_table.model_copy(  # type: ignore[attr-defined]
        update=last.limits)
    return settings.model_copy(update={"limits_table": table})


def told_limits(settings: Settings) -> dict[str, float]:
    """What the settings say of caution."""
    return {name: float(getattr(settings.limits_table, name)) for name in CAUTION}
