"""The press is asked first: what it remembers is held against the ledger at every start.

A ledger that was set back, emptied or replaced would order the same stacks again. The press, or the
record that is kept for it, knows better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pressloop.hardware.protocols import CycleState, KnownCycle, Press, stack_tag
from pressloop.trials.entry import Reconciled
from pressloop.trials.errors import Fault, LedgerBehind, shown
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.queries import OrderedStack

ASKED = 1000
"""How many of its newest cycles a driver is asked about that does not list them."""
TO_COME = 2000
"""How far beyond a campaign's last number a stack is still known by its tag."""
NAMED = 4
"""How many cycles a message names."""
WAYS_ON = ("Nothing was pressed. Put the newer ledger back. Or `pressloop adopt SETTINGS.toml "
           "--reason TEXT` writes what the press knows into this one; with --others it records "
           "your word that they are other stacks.")


@dataclass(frozen=True, slots=True)
class Memory:
    """What a press remembers."""

    serial: str
    cycles: tuple[KnownCycle, ...]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A cycle that the press has accepted and the ledger has no word of.

    It is stack `number` of `campaign`; `stack` is "" and `number` 0 where nobody remembers
    which."""

    cycle: KnownCycle
    campaign: str
    stack: str = ""
    number: int = 0

    def __str__(self) -> str:
        return f"{self.stack or 'a stack nobody can name'} (cycle {self.cycle.cycle_id})"


def prove_up_to_date(press: Press, ledger: Ledger, campaign: str, shown_url: str) -> None:
    """Raises LedgerBehind where the press, or the ledger's own count, knows more than it."""
    found = lacking_in(press, ledger, campaign)
    if found:
        raise LedgerBehind(
            "ledger", shown_url, f"as far as press {shown(press.identify().serial)}, which knows "
            f"{told(found)}", f"The ledger was set back, emptied or replaced. {WAYS_ON}")
    if gone := entries_gone(ledger):
        raise LedgerBehind("ledger", shown_url, f"with its {gone} newest entries, which are gone",
                           f"The database has given out their numbers. {WAYS_ON}")


def entries_gone(ledger: Ledger) -> int:
    """How many of the newest entries are surely gone, by the database's own count."""
    if not ledger.counts_exactly:
        return 0
    # Counted first: what another run writes meanwhile is not gone.
    given_out = ledger.given_out()
    return max(given_out - ledger.newest(), 0)


def lacking_in(press: Press, ledger: Ledger, campaign: str) -> tuple[Lacking, ...]:
    """Cycles of this press that the ledger has no word of, the oldest first."""
    # The press before the ledger: what another run of this ledger presses meanwhile is on record
    # before it is pressed.
    memory = memory_of(press, campaign, ledger.ordered())
    orders, campaigns = ledger.ordered(), {campaign, *ledger.campaigns()}
    words = [word for name in sorted(campaigns) for word in ledger.reconciled(name)]
    return lacking(memory, campaign, orders, words)


def memory_of(press: Press, campaign: str, orders: Iterable[OrderedStack]) -> Memory:
    """What the press remembers.

    Cycles without a known stack count where the campaign has pressed here before, and from its last
    one on: to a new campaign they are somebody else's."""
    serial, last = press.identify().serial, press.last_accepted_id()
    mine = [order.cycle_id or 0 for order in orders
            if order.campaign == campaign and order.press_serial == serial]
    after = max(mine, default=last)
    if hasattr(press, "known_cycles"):
        return Memory(serial, press.known_cycles(after))
    return Memory(serial, tuple(_reported(press, after, last)))


def lacking(memory: Memory, campaign: str, orders: Sequence[OrderedStack],
            words: Iterable[Reconciled]) -> tuple[Lacking, ...]:
    """What the ledger, with these orders and these words of people, lacks of the memory."""
    names = _Names(campaign, orders)
    known = {(order.cycle_id, order.stack.stack_id) for order in orders}
    numbered = {order.cycle_id for order in orders}
    for word in words:
        known |= set(zip(word.cycle_ids, word.stacks, strict=True))
        if word.press_serial == memory.serial:
            numbered |= set(word.cycle_ids)
    found = []
    for cycle in memory.cycles:
        stack = names.of(cycle)
        if stack is None:
            if cycle.cycle_id not in numbered:
                found.append(Lacking(cycle, campaign))
        elif (whose := names.owner(stack)) and (cycle.cycle_id, stack) not in known:
            found.append(Lacking(cycle, *whose))
    return tuple(found)


def told(found: Sequence[Lacking]) -> str:
    """Cycles in a few words."""
    words = ", ".join(str(one) for one in found[:NAMED])
    more = f" and {len(found) - NAMED} more, up to {found[-1]}" if len(found) > NAMED else ""
    return words + more


class _Names:
    """Stacks of the ledger's campaigns, by name and by tag."""

    def __init__(self, campaign: str, orders: Sequence[OrderedStack]) -> None:
        last = {campaign: 0}
        for order in orders:
            last[order.campaign] = max(last.get(order.campaign, 0), order.trial)
        self._tags = {stack_tag(name): name for one, number in last.items()
                      for name in _named(one, number + TO_COME)}
        self._tags |= {stack_tag(o.stack.stack_id): o.stack.stack_id for o in orders}
        self._patterns = {one: re.compile(re.escape(one) + r"-(\d{3,9})") for one in last}
        self._ordered = {o.stack.stack_id: (o.campaign, o.stack.stack_id, o.trial) for o in orders}

    def of(self, cycle: KnownCycle) -> str | None:
        """The cycle's stack; "" for a stranger's, None where nobody remembers."""
        if cycle.stack_id is not None:
            return cycle.stack_id
        return None if cycle.stack_tag is None else self._tags.get(cycle.stack_tag, "")

    def owner(self, stack: str) -> tuple[str, str, int] | None:
        """Campaign, name and number of a stack of this ledger; None for somebody else's."""
        for campaign, pattern in self._patterns.items():
            if match := pattern.fullmatch(stack):
                return campaign, stack, int(match[1])
        return self._ordered.get(stack)


def stack_name(campaign: str, number: int) -> str:
    """What the stack of a trial is called."""
    return f"{campaign}-{number:03d}"


def _named(campaign: str, upto: int) -> Iterator[str]:
    return (stack_name(campaign, number) for number in range(1, upto + 1))


def _reported(press: Press, after: int, last: int) -> Iterator[KnownCycle]:
    """Of a driver that does not list its cycles: what it says of each of the newest ones."""
    for cycle_id in range(max(1, last - ASKED + 1), last + 1):
        try:
            found = press.report(cycle_id)
        except Fault:
            continue
        nameless = found.stack_id is None and found.stack_tag is None
        if found.state is not CycleState.NEVER_ACCEPTED and not (nameless and cycle_id <= after):
            yield KnownCycle(cycle_id, found.stack_id, found.stack_tag, found.recipe)
