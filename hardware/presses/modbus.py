"""A press behind a PLC that speaks Modbus TCP or RTU, with the register map as data.

`docs/reference/register-map.md` describes the map. The link lives in a supervisor process.
"""

from __future__ import annotations

import socket
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pressloop.hardware.network import prove_target
from pressloop.hardware.options import read_options
from pressloop.hardware.plc.journal import journal_name
from pressloop.hardware.plc.journal_tail import tail_of
from pressloop.hardware.plc.link import Target
from pressloop.hardware.plc.press import Habits, PlcPress
from pressloop.hardware.plc.register_map import GENERIC, map_text, read_map
from pressloop.hardware.plc.steps import steps_of
from pressloop.hardware.protocols import Place
from pressloop.hardware.state_files import state_path
from pressloop.hardware.units import Machine
from pressloop.hardware.watching import Seen
from pressloop.trials.checks import positive, within
from pressloop.trials.errors import BadInput

BRIEF_S = 12.0
"""How long whoever has a single order to give waits for the first answer."""


@dataclass(frozen=True, slots=True)
class Options:
    """`[press]` keys of this driver.

    host, port: where the PLC listens.
    serial_device: such as /dev/ttyUSB0, for Modbus RTU in place of host and port.
    baud: of the serial line.
    device: Modbus device number, mostly 1.
    map: the register map: "generic", or the path of a TOML file (docs/reference/register-map.md).
    public_target: true allows an address outside private networks.
    poll_hz: how often the press is looked at.
    heartbeat_s: how often it is told that somebody watches.
    timeout_s: how long an answer may take.
    patience_s: how long a lost link is waited for.
    linger_s: how long the link stays open once nobody uses it.
    owner: number that tells computers apart on the press; 0 derives it from this one.
    """

    host: str = "127.0.0.1"
    port: int = 502
    serial_device: str = ""
    baud: int = 19200
    device: int = 1
    map: str = GENERIC
    public_target: bool = False
    poll_hz: float = 20.0
    heartbeat_s: float = 0.5
    timeout_s: float = 1.0
    patience_s: float = 30.0
    linger_s: float = 30.0
    owner: int = 0


def station(options: Mapping[str, object]) -> str:
    """The name of the press's address: one supervisor each. Raises BadInput."""
    target = _target(_chosen(options))
    if target.serial_device:
        return f"modbus {Path(target.serial_device).resolve()}"
    try:
        return f"modbus {socket.gethostbyname(target.host)}:{target.port}"
    except OSError:
        return f"modbus {target}"


def fingerprint(options: Mapping[str, object]) -> str:
    """What else than the options shapes this press: the text of its register map."""
    return map_text(_chosen(options).map)


def steps(options: Mapping[str, object], die_area_mm2: float) -> dict[str, float]:
    """The step of each set point that the register map tells, without asking the press.

    Of a register in per cent only where the map says the largest force. Raises BadInput."""
    of = read_map(_chosen(options).map)
    return steps_of(of, Machine(die_area_mm2, of.constants.get("max_force", 0.0),
                                of.constants.get("piston_area_mm2")))


def connect(options: Mapping[str, object], place: Place) -> PlcPress:
    """Opens the link in this process; the registry calls it in the supervisor's.

    Raises BadInput, or Fault when the press does not answer or is another."""
    chosen = _chosen(options)
    target = _target(chosen)
    if not chosen.serial_device:
        prove_target("press.host", chosen.host, chosen.public_target)
    habits = Habits(1.0 / chosen.poll_hz, chosen.heartbeat_s, chosen.timeout_s, chosen.patience_s,
                    min(chosen.patience_s, BRIEF_S) if place.brief else None)
    return PlcPress(target, read_map(chosen.map), chosen.owner or this_computer(), habits,
                    envelope=place.envelope, on_link_loss=place.on_link_loss)


def watched(options: Mapping[str, object], place: Place, serial: str, cycle_id: int
            ) -> Seen | None:
    """The cycle as its supervisor's journal has it so far; None for one that is over."""
    area = _chosen_area(options, place)
    return tail_of(state_path(journal_name(serial))).seen(cycle_id, area)


def _chosen_area(options: Mapping[str, object], place: Place) -> float:
    """The area that force becomes pressure by: that of the campaign's die, else of the map."""
    if place.envelope is not None:
        return place.envelope.die_area_mm2
    return read_map(_chosen(options).map).constants.get("die_area", 100.0)


def this_computer() -> int:
    """A number from 1 on that stays with this computer."""
    return zlib.crc32(f"{socket.gethostname()} {uuid.getnode()}".encode()) or 1


def _chosen(options: Mapping[str, object]) -> Options:
    chosen = read_options(Options, options, "press")
    for name in ("poll_hz", "heartbeat_s", "timeout_s", "patience_s"):
        positive(f"press.{name}", getattr(chosen, name))
    within("press.poll_hz", chosen.poll_hz, 1.0, 100.0, "10 to 20 looks a second are plenty.")
    within("press.port", chosen.port, 1, 65535, "Modbus TCP listens on 502.")
    within("press.device", chosen.device, 0, 255, "The Modbus device number, mostly 1.")
    within("press.owner", chosen.owner, 0, 2**32 - 1, "0 derives it from this computer.")
    if not chosen.serial_device and not chosen.host:
        raise BadInput("press.host", "", "a host name or address", "Or give serial_device.")
    read_map(chosen.map)
    return chosen


def _target(chosen: Options) -> Target:
    return Target(chosen.host, chosen.port, chosen.serial_device, chosen.baud, chosen.device)
