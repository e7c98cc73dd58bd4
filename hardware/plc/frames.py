"""Orders and snapshots in the project's own units, to and from the words of a register map.

Driver and emulated press use the same functions, so that a map is tried in both directions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from pressloop.hardware.plc.quantities import inward, outward, quantity_of
from pressloop.hardware.plc.register_map import Block, Register, RegisterMap
from pressloop.hardware.plc.words import crc16, pack, unpack
from pressloop.hardware.units import Machine
from pressloop.trials.errors import BadInput
from pressloop.trials.wording import in_percent

FINISH, RELEASE = 0, 1
"""Codes of `on_link_loss`."""
ROUNDING = 0.01
"""How far, relatively, a coarse register may take a set point from what was asked."""
EXACT = frozenset({"sequence", "command", "on_link_loss", "cycle_id", "owner", "stack_tag"})


@dataclass(frozen=True, slots=True)
class PressOrder:
    """What is written to the mailbox, in N, N/s, s, degC, mm2; field names are register names.

    `ramp` and `release_rate` of 0 mean the machine's own. The platens do not open by themselves
    while hotter than `open_below`.
    """

    sequence: int
    command: int
    on_link_loss: int = FINISH
    cycle_id: int = 0
    owner: int = 0
    stack_tag: int = 0
    force: float = 0.0
    dwell: float = 0.0
    temperature: float = 0.0
    ramp: float = 0.0
    release_rate: float = 0.0
    over_force: float = 0.0
    open_below: float = 1000.0
    die_area: float = 0.0


Snapshot = Mapping[str, float]
"""What one read tells: register name to value in the project's own units. A measured value may be
NaN, where its sensor is."""


def mailbox_words(of: RegisterMap, machine: Machine, order: PressOrder) -> tuple[int, ...]:
    """The one frame that commands the press, its CRC-16 last.

    Raises BadInput where a register cannot hold a set point within 1 %.
    """
    values = asdict(order)
    registers = [r for r in of.mailbox.registers.values() if r.name != "crc"]
    words = _encoded(of, machine, registers, values)
    for register in registers:
        _prove_faithful(of, machine, register, values[register.name], words)
    crc = of.mailbox.registers["crc"]
    return (*words[:crc.offset], *pack("crc", crc16(words[:crc.offset]), crc.type))


def read_mailbox(of: RegisterMap, machine: Machine, words: Sequence[int]) -> PressOrder | None:
    """The order in a frame; None where its CRC is wrong.

    A register that the map lacks keeps the order's default."""
    crc = of.mailbox.registers["crc"]
    if crc16(words[:crc.offset]) != words[crc.offset]:
        return None
    read = _decoded(of, machine, of.mailbox, words)
    del read["crc"]
    return PressOrder(**{name: int(value) if name in EXACT else value
                    for name, value in read.items()})  # type: ignore[arg-type]


def snapshot_words(of: RegisterMap, machine: Machine, snapshot: Snapshot) -> list[int]:
    """The words of a snapshot; what it lacks is 0, and a CRC that the map asks for comes last."""
    values = {name: snapshot.get(name, 0.0) for name in of.snapshot.registers}
    words = list(_encoded(of, machine, list(of.snapshot.registers.values()), values))
    if (crc := of.snapshot.registers.get("crc")) is not None:
        words[crc.offset:crc.end] = pack("crc", crc16(words[:crc.offset]), crc.type)
    return words


def read_snapshot(of: RegisterMap, machine: Machine, words: Sequence[int]) -> Snapshot:
    """The snapshot in these words."""
    return _decoded(of, machine, of.snapshot, words)


def accepted_order(of: RegisterMap, machine: Machine, words: Sequence[int], order: PressOrder
                   ) -> tuple[str, ...]:
    """Names of the set points that the press reads back otherwise than `order` said them.

    Compared word by word: a tolerance would hide a clamped limit."""
    values, wrong = asdict(order), []
    for name in of.mailbox.registers:
        echo = of.snapshot.registers.get(f"echo_{name}")
        if echo is None:
            continue
        said = _words_of(of, machine, echo, values[name])
        if tuple(words[echo.offset:echo.end]) != said:
            wrong.append(name)
    return tuple(wrong)


def _encoded(of: RegisterMap, machine: Machine, registers: Sequence[Register],
             values: Mapping[str, float]) -> tuple[int, ...]:
    words = [0] * max(register.end for register in registers)
    for register in registers:
        words[register.offset:register.end] = _words_of(of, machine, register,
                                                        values[register.name])
    return tuple(words)


def _words_of(of: RegisterMap, machine: Machine, register: Register, value: float
              ) -> tuple[int, ...]:
    shown = outward(quantity_of(register.name), value, register.unit, machine) if math.isfinite(
        value) else value
    if register.type == "f32" and math.isnan(shown):
        # Only the emulated press sends this: a broken sensor in a float register.
        return (0x7FC0, 0)
    return pack(register.name, shown / register.scale, register.type, of.low_word_first)


def _decoded(of: RegisterMap, machine: Machine, block: Block, words: Sequence[int]
             ) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, register in block.registers.items():
        raw = unpack(words[register.offset:register.end], register.type, of.low_word_first)
        value = raw * register.scale if register.scale != 1.0 else raw
        found[name] = inward(quantity_of(name), value, register.unit, machine) if math.isfinite(
            value) else value
    return found


def _prove_faithful(of: RegisterMap, machine: Machine, register: Register, asked: float,
                    words: Sequence[int]) -> None:
    raw = unpack(words[register.offset:register.end], register.type, of.low_word_first)
    kept = inward(quantity_of(register.name), raw * register.scale, register.unit, machine)
    if not abs(kept - asked) <= ROUNDING * max(abs(asked), 1e-9):
        raise BadInput(register.name, asked, "what its register can hold within "
                       f"{in_percent(ROUNDING)} (it would become {kept:g})",
                       "Use a finer scale in the register map.")
