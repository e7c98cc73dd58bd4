"""Orders to the press: each is sent once, and what the press made of it is read back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.plc.frames import FINISH, RELEASE, PressOrder, accepted_order, mailbox_words
from pressloop.hardware.plc.link import Refused
from pressloop.hardware.plc.register_decoding import NEVER_HOT_C, told, word
from pressloop.hardware.plc.register_map import ANOTHER_CYCLE, RegisterMap
from pressloop.hardware.plc.station import ProvedSnapshot, Station
from pressloop.hardware.protocols import OnStop
from pressloop.trials.errors import Fault, NotReady, OtherCycle, OutcomeUnknown, PressloopError
from pressloop.trials.recipe import Recipe

TRIP_MARGIN = 1.10
"""The press trips at this multiple of the force asked for."""
PASSING = frozenset({"interlock", "busy", "foreign lease", "bad crc"})
"""Refusals that say nothing against the order itself: it may be given later."""
NOT_DONE = frozenset({1, 2, 3, 6})
"""Modbus exceptions after which a request has surely not been carried out."""
ACK_WITHIN_S = 2.0
"""How long the press's program may take to acknowledge a command it has received."""
ASK_WITHIN_S = 8.0
"""How long a lost link is waited for before a command counts as unknown."""


def order_for(of: RegisterMap, seen: ProvedSnapshot, command: str, cycle_id: int, recipe: Recipe, *,
              tag: int, owner: int, on_link_loss: OnStop, envelope: Envelope | None) -> PressOrder:
    """The order for a recipe on the die that the press has. It is numbered when it is sent."""
    area = told(of, seen, "die_area")
    open_below = envelope.open_below_c if envelope is not None else None
    return PressOrder(
        sequence=0, command=of.commands[command],
        on_link_loss=RELEASE if on_link_loss == "release" else FINISH, cycle_id=cycle_id,
        owner=owner, stack_tag=tag, force=recipe.pressure_mpa * area, dwell=recipe.dwell_s,
        temperature=recipe.temperature_c, ramp=(recipe.ramp_mpa_per_s or 0.0) * area,
        release_rate=(recipe.release_mpa_per_s or 0.0) * area,
        over_force=min(TRIP_MARGIN * recipe.pressure_mpa * area, told(of, seen, "max_force")),
        open_below=NEVER_HOT_C if open_below is None else open_below,
        die_area=area if envelope is None else envelope.die_area_mm2)


async def start(station: Station, order: PressOrder,
                record: Callable[[PressOrder, ProvedSnapshot], None]) -> None:
    """Sends the order once, after `record` has it on disk.

    Returns when the press has accepted and reads back the same order.

    Raises NotReady where it surely was not done and may be given later (nothing has moved), Fault
    where the press refuses the order itself or accepted another (then it is released),
    OutcomeUnknown where nobody can say.
    """
    sent: list[PressOrder] = []

    def noted(numbered: PressOrder, seen: ProvedSnapshot) -> None:
        record(numbered, seen)
        sent.append(numbered)

    try:
        await _sent(station, order, noted)
    except Fault as trouble:
        # Sent or not, done or not: after a lost link, and after the exceptions of gateways and
        # tripped couplers, only the press can say.
        done = not isinstance(trouble, Refused) or trouble.code not in NOT_DONE
        if not sent or isinstance(trouble, NotReady) or not done:
            raise NotReady(f"the press refuses cycle {order.cycle_id}: {trouble}. Nothing has "
                           "moved; see its panel.") from None
    order = sent[-1]
    seen = await _answer(station, order)
    if seen is None:
        await _fence(station, order)
        raise NotReady(f"cycle {order.cycle_id} did not reach the press, and can no longer: a "
                       "release was sent after it. Nothing has moved; start again.")
    try:
        _judge(station, order, seen)
    except Fault:
        # Ours was accepted otherwise than it was sent; somebody else's cycle is not ours to end.
        if seen.snapshot["last_accepted_id"] == order.cycle_id:
            await release(station, ASK_WITHIN_S)
        raise


async def _sent(station: Station, order: PressOrder,
                record: Callable[[PressOrder, ProvedSnapshot], None] | None = None, *,
                repeat: bool = False) -> PressOrder:
    """Looks, gives the order its sequence, records it, writes it; the order as it was sent.

    All on one connection whose press has just been recognised. A start that finds another state
    than its caller saw is not sent: NotReady.
    """
    async with station.mailbox:
        seen = await station.look()
        if order.command == station.of.commands["release"]:
            _prove_no_other(seen, order.cycle_id)
            if not station.of.compares_releases:
                # As programs without that answer have always been told.
                order = replace(order, cycle_id=0)
        order = replace(order, sequence=station.next_sequence(int(seen.snapshot["ack_sequence"])))
        assert station.machine is not None
        words = mailbox_words(station.of, station.machine, order)
        if record is not None:
            if seen.snapshot["cycle_id"] > 0 or (
                    not order.cycle_id > seen.snapshot["last_accepted_id"]):
                raise NotReady("the press has begun another cycle meanwhile. Nothing was sent.")
            record(order, seen)
            station.prover.ordered = order.cycle_id
            if not station.link.alive:
                raise NotReady("the link broke before the order was sent. Nothing has moved.")
        await station.link.write(station.of.mailbox.address, words, repeat=repeat)
        return order


async def judged(station: Station, order: PressOrder) -> tuple[str, ...]:
    """Why the press would refuse; () when it would accept. Nothing moves. Raises Fault."""
    order = await _sent(station, order)
    seen = await _answer(station, order)
    if seen is None:
        raise Fault("the press does not acknowledge the check")
    said = word(station.of, "ack", seen.snapshot["ack_code"])
    return () if said == "would accept" else (f"the press says: {said}",)


async def release(station: Station, patience_s: float, cycle_id: int = 0) -> None:
    """Unloads, asking until the press confirms; with a cycle id, not while another cycle runs.

    Raises OtherCycle then, and Fault when it is not confirmed in time."""
    deadline = time.monotonic() + patience_s
    trouble = "no answer"
    while time.monotonic() < deadline:
        try:
            if await _released(station, cycle_id):
                return
            trouble = "not acknowledged"
        except OtherCycle:
            raise
        except PressloopError as error:
            trouble = str(error)
        if station.seen is not None:
            _prove_no_other(station.seen, cycle_id)
        try:
            # The coil acts even where the program does not answer; whether it did is not known.
            await _abort(station)
        except PressloopError as error:
            trouble = f"{trouble}; {error}"
        await asyncio.sleep(0.1)
    raise Fault(f"the release is not confirmed ({trouble}): go to the press")


async def _released(station: Station, cycle_id: int = 0) -> bool:
    """Sends one release, which is harmless, and waits for its acknowledgement.

    Raises OtherCycle where the press, or the last look at it, says that another cycle runs."""
    order = await _sent(station, PressOrder(0, station.of.commands["release"], cycle_id=cycle_id,
                                            owner=station.owner), repeat=True)
    # The cycle was accepted long ago: this order is known by its sequence alone.
    seen = await _answer(station, replace(order, cycle_id=0))
    if seen is None or seen.snapshot["ack_sequence"] != order.sequence:
        return False
    said = word(station.of, "ack", seen.snapshot["ack_code"])
    if said == ANOTHER_CYCLE and cycle_id:
        raise OtherCycle(f"the press says that another cycle than {cycle_id} is in it; it goes on")
    return said == "accepted"


def _prove_no_other(seen: ProvedSnapshot, cycle_id: int) -> None:
    """Raises OtherCycle where a release is for one cycle and another one was seen to run."""
    running = int(seen.snapshot["cycle_id"])
    if cycle_id and running not in (0, cycle_id):
        raise OtherCycle(f"cycle {running} is in the press, not {cycle_id}; it goes on")


async def _abort(station: Station) -> None:
    coil = station.of.abort_coil
    if coil is None:
        raise Fault("not acknowledged, and the map has no abort coil")
    await station.link.write_coil(coil, True)
    await station.link.write_coil(coil, False)


async def _answer(station: Station, order: PressOrder) -> ProvedSnapshot | None:
    """The snapshot in which the press speaks of this order.

    None where it answers but never heard of it. Raises OutcomeUnknown where it does not answer."""
    patience = time.monotonic() + ASK_WITHIN_S
    heard_until: float | None = None
    while time.monotonic() < patience:
        try:
            seen = await station.fresh(0.5)
        except Fault:
            heard_until = None
            continue
        if seen.snapshot["ack_sequence"] == order.sequence or (
                order.cycle_id and seen.snapshot["last_accepted_id"] == order.cycle_id):
            return seen
        heard_until = heard_until or time.monotonic() + ACK_WITHIN_S
        if time.monotonic() > heard_until:
            return None
    raise OutcomeUnknown(
        f"the link broke while cycle {order.cycle_id} was sent, and the press does not answer: "
        f"{station.trouble}. Start again when it does; it is asked first, nothing is sent twice.")


async def _fence(station: Station, order: PressOrder) -> None:
    """A release with a later sequence.

    An order that is still under way is then an old one, which the press does not act upon. Raises
    OutcomeUnknown where that cannot be proved."""
    try:
        fenced = await _released(station)
    except Fault as fault:
        raise OutcomeUnknown(f"cycle {order.cycle_id} may still reach the press: {fault}. Go "
                             "there, then start again; it is asked first.") from None
    accepted = station.seen is not None and (
        station.seen.snapshot["last_accepted_id"] >= order.cycle_id)
    if accepted or not fenced:
        raise OutcomeUnknown(f"cycle {order.cycle_id} reached the press late and was released. "
                             "Start again; the press is asked first.")


def _judge(station: Station, order: PressOrder, seen: ProvedSnapshot) -> None:
    of = station.of
    taken = seen.snapshot["last_accepted_id"] == order.cycle_id
    if not taken:
        said = word(of, "ack", seen.snapshot["ack_code"])
        kind = NotReady if said in PASSING else Fault
        raise kind(f"the press refuses cycle {order.cycle_id}: {said}. Nothing has moved.")
    assert station.machine is not None
    if other := accepted_order(of, station.machine, seen.words, order):
        raise Fault(f"the press accepted cycle {order.cycle_id} with another {', '.join(other)} "
                    "than it was sent; it is released. Compare its limits with the settings.")

