"""`pressloop caution`: how much risk the search takes, changed by a person and recorded."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pressloop.flows.campaign.decisions.caution import CAUTION, cautious, told_limits
from pressloop.flows.campaign.decisions.word_of_people import change_caution
from pressloop.flows.campaign.standing import settings_as_opened
from pressloop.flows.campaign.stored import existing, named
from pressloop.flows.cli.records.put_right import changes_of
from pressloop.flows.console import emit, tell
from pressloop.flows.operator.typed import expected, number
from pressloop.trials.errors import BadInput


def caution(url: str, campaign: str | None, changes: Sequence[str], reason: str, as_json: bool
            ) -> None:
    """Changes limits of risk, if any is given, and shows those that count.

    Raises BadInput for a name or a value that cannot be, for none that changes, and without a
    reason."""
    wanted = {name: _value(name, given) for name, given in changes_of(changes, CAUTION).items()}
    with existing(url) as ledger:
        name = named(ledger, campaign)
        opened = ledger.opened(name)
        assert opened is not None
        settings = settings_as_opened(opened, url)
        now = cautious(ledger, settings)
        if wanted:
            ledger.prove(name)
            now = change_caution(ledger, settings, wanted, reason)
        last = ledger.cautioned(name)
    told, by_file = told_limits(now), told_limits(settings)
    why = "" if told == by_file or last is None else last.reason
    emit({"campaign": name, "caution": told, "settings": by_file, "reason": why,
          "changed": sorted(wanted)}, as_json, lambda: _show(told, by_file, why))


def _value(name: str, given: str) -> float:
    found = number(given, "")
    if found is None or not math.isfinite(found):
        raise BadInput(name, repr(given), expected(""), "Type it again.")
    return found


def _show(told: dict[str, float], by_file: dict[str, float], why: str) -> None:
    for name, value in told.items():
        other = "" if value == by_file[name] else f"  ({by_file[name]:g} in the settings)"
        tell(f"{name} = {value:g}{other}")
    if why:
        tell(f"Changed by a person: {why}")
