"""`pressloop adopt`: what the press knows and the ledger lacks, written into the ledger."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pressloop.flows.campaign.asked_first import Lacking, entries_gone, lacking_in, told
from pressloop.flows.campaign.lab import open_press, order_of, prove_lasting
from pressloop.flows.console import emit, tell
from pressloop.flows.settings.campaign import Settings, from_plain, read_settings
from pressloop.flows.settings.renamed import renewed
from pressloop.hardware.locks.lock import press_lock
from pressloop.trials.entry import Commanded, Opened, Planned, Reconciled, Settled
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.queries import OrderedStack
from pressloop.trials.provenance import versions
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State
from pressloop.trials.wording import by_number, counted

ALIKE = 1e-4
"""How far, relatively, a recipe that a PLC reads back may be from the one that was planned."""


@dataclass(frozen=True, slots=True)
class _Press:
    """Who was asked."""

    serial: str
    boot_counter: int | None


def adopt(path: Path, reason: str, others: bool, ledger_url: str | None, as_json: bool,
          press_name: str = "") -> None:
    """Writes each cycle that the ledger lacks as a commanded trial.

    The next run collects and measures its stack, or has it settled. With `others`, records that
    they are other stacks.

    Presses nothing. Raises BadInput without a reason, PressHeld while a run has the press.
    """
    if not reason.strip():
        raise BadInput("--reason", repr(reason), "a text", "Say what happened to the ledger.")
    settings = read_settings(path).of_press(press_name)
    order = order_of(settings, ledger=ledger_url, press=press_name)
    prove_lasting(order.ledger_url)
    name = settings.campaign.name
    with open_press(settings, order) as press, press_lock(press.identify().serial), \
            closing(Ledger.open(order.ledger_url)) as ledger:
        ledger.prove(name)
        who = press.identify()
        found, gone = lacking_in(press, ledger, name), entries_gone(ledger)
        if gone:
            # The same may happen again, and be adopted again for the same reason.
            reason += (f" ({counted(gone, 'entry', 'entries')} up to number {ledger.given_out()} "
                       f"{by_number(gone, 'is', 'are')} gone)")
        if found or gone:
            _open(ledger, settings, order.seed, reason)
        scribe = _Scribe(ledger, settings, _Press(who.serial, who.boot_counter), reason)
        trials = scribe.close_namesakes(found) if others else scribe.adopt(found)
        if found or gone:
            scribe.record("others" if others else "adopted", found, trials)
    _tell(who.serial, found, trials, others, as_json)


def _open(ledger: Ledger, settings: Settings, seed: int, reason: str) -> None:
    """The campaign is on record, with the settings by which its stacks are described."""
    opened = ledger.opened(settings.campaign.name)
    if opened is None or opened.settings_digest != settings.digest:
        ledger.append(settings.campaign.name, None, Opened(
            settings.plain(), settings.digest, seed, versions(), f"adopt: {reason}"))


class _Scribe:
    """Writes what the press knows, each fact once: broken off, it is simply started again."""

    def __init__(self, ledger: Ledger, settings: Settings, press: _Press, reason: str) -> None:
        self._ledger, self._settings, self._press, self._reason = ledger, settings, press, reason
        self._first = {name: ledger.next_number(name)
                       for name in {settings.campaign.name, *ledger.campaigns()}}
        self._free = dict(self._first)
        self._orders: dict[str, dict[str, OrderedStack]] = {name: {} for name in self._first}
        for order in ledger.ordered():
            self._orders[order.campaign][order.stack.stack_id] = order

    def adopt(self, found: Sequence[Lacking]) -> list[dict[str, Any]]:
        """A commanded trial for each cycle whose stack and recipe are known."""
        trials = []
        for one in found:
            # A stack whose own number is taken gets one that no other stack is named by.
            self._free[one.campaign] = max(self._free[one.campaign], one.number + 1)
        for one in found:
            if one.stack and (number := self._adopted(one)) is not None:
                trials.append({"campaign": one.campaign, "trial": number, "stack": one.stack,
                               "cycle_id": one.cycle.cycle_id})
        return trials

    def close_namesakes(self, found: Sequence[Lacking]) -> list[dict[str, Any]]:
        """Closes plans of stacks that are called like those of somebody else.

        A meter that finds files by name would read theirs. Adopts none."""
        for one in found:
            planned = self._planned(one)
            if planned is not None:
                self._ledger.append(one.campaign, planned.trial, Settled(
                    f"not pressed: the press knows another stack of its name, {one}: "
                    f"{self._reason}"))
        return []

    def record(self, verdict: str, found: Sequence[Lacking], trials: Sequence[Any]) -> None:
        """The person's word, in each campaign that it is about."""
        name = self._settings.campaign.name
        parts = {key: tuple(some) for key, some in groupby(
            sorted(found, key=lambda one: one.campaign), key=lambda one: one.campaign)}
        for campaign, some in (parts or {name: ()}).items():
            nameless = sum(not one.stack for one in some) if verdict == "adopted" else 0
            free = max([self._first[campaign] + nameless, *(one.number + 1 for one in some)])
            self._ledger.append(campaign, None, Reconciled(
                self._press.serial, verdict, tuple(one.cycle.cycle_id for one in some),
                tuple(one.stack for one in some), free, self._reason))

    def _adopted(self, one: Lacking) -> int | None:
        """The number of the trial; None where no trial can be made of what is known."""
        mine = self._orders[one.campaign]
        planned = self._planned(one)
        if planned is not None:
            if _alike(planned.recipe, one.cycle.recipe):
                return self._command(one, planned.trial)
            # It lies on the shelf, pressed by another recipe: this plan must not press it again.
            self._ledger.append(one.campaign, planned.trial, Settled(
                f"{one} was pressed already, by another recipe: {self._reason}"))
        recipe = one.cycle.recipe
        if recipe is None or one.cycle.cycle_id in {o.cycle_id for o in mine.values()}:
            return None
        free = one.number and self._ledger.trial(one.campaign, one.number) is None
        number = one.number if free else max(self._free[one.campaign],
                                             self._ledger.next_number(one.campaign))
        stack = one.cycle.stack or self._settings_of(one.campaign).stack_named(one.stack)
        mine_own = one.campaign == self._settings.campaign.name
        self._ledger.append(one.campaign, number, Planned(
            stack, recipe, "adopted", {}, self._reason,
            press=self._settings.press_name or None if mine_own else None))
        mine[one.stack] = OrderedStack(one.campaign, number, stack, recipe, one.cycle.cycle_id,
                                self._press.serial)
        return self._command(one, number)

    def _planned(self, one: Lacking) -> OrderedStack | None:
        """The plan of this very stack, where it was not commanded yet."""
        order = self._orders[one.campaign].get(one.stack)
        trial = None if order is None else self._ledger.trial(one.campaign, order.trial)
        return order if trial is not None and trial.state is State.PLANNED else None

    def _command(self, one: Lacking, number: int) -> int:
        self._ledger.append(one.campaign, number, Commanded(
            one.cycle.cycle_id, self._press.serial, self._press.boot_counter))
        return number

    def _settings_of(self, campaign: str) -> Settings:
        if campaign == self._settings.campaign.name:
            return self._settings
        opened = self._ledger.opened(campaign)
        if opened is None:
            return self._settings
        return from_plain(renewed(opened.settings), f"campaign {campaign}")


def _alike(planned: Recipe, pressed: Recipe | None) -> bool:
    """True where the press may have been given this very recipe."""
    if pressed is None:
        return False
    return all(a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=ALIKE))
               for a, b in zip(astuple(planned), astuple(pressed), strict=True))


def _tell(serial: str, found: Sequence[Lacking], trials: Sequence[dict[str, Any]], others: bool,
          as_json: bool) -> None:
    left = [] if others else [one for one in found
                              if one.cycle.cycle_id not in {t["cycle_id"] for t in trials}]
    lines = [f"{t['stack']} (cycle {t['cycle_id']}) is trial {t['trial']} of {t['campaign']}: the "
             "next run collects and measures it, or asks what became of it." for t in trials]
    if others and found:
        lines.append(f"Recorded: {told(found)} on press {serial} are other stacks.")
    if left:
        lines.append(f"No trial can be made of {told(left)}: nobody remembers stack and recipe. "
                     "Their numbers are not used again; look for them on the shelf.")
    emit({"press": serial, "verdict": "others" if others else "adopted", "trials": list(trials),
          "cycles": [one.cycle.cycle_id for one in found],
          "not_adopted": [one.cycle.cycle_id for one in left]}, as_json,
         lambda: tell("\n".join(lines) or "The ledger has all that the press knows."))
