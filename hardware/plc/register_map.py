"""Which register of a press means what: one TOML file per machine, no code.

`maps/generic.toml` is the documented reference; a lab copies it and changes addresses, types,
scales and units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pressloop.hardware.plc.quantities import quantity_of, units_of
from pressloop.hardware.plc.words import FORMATS, size
from pressloop.trials.errors import BadInput
from pressloop.trials.toml_files import toml

GENERIC = "generic"
MOST_WORDS = 125
"""What one Modbus read can bring."""
ORDER = ("sequence", "command", "cycle_id", "force", "dwell", "crc")
"""Without these in its mailbox a press cannot be commanded safely."""
STATUS = ("magic", "map_version", "word_order", "serial", "boot_counter", "state", "interlocks",
          "ack_sequence", "ack_code", "heartbeat_echo", "cycle_id", "last_accepted_id",
          "last_finished_id", "last_result", "elapsed", "duration", "force", "peak_force",
          "dwell_held")
"""Without these in its snapshot it cannot be asked what became of a command."""
COMMANDS = ("start", "release", "check")
ANOTHER_CYCLE = "another cycle"
"""The acknowledgement that a map need not have: a release was for another cycle than the running
one. Where it has, releases say the cycle that they are for."""


@dataclass(frozen=True, slots=True)
class Register:
    """One number of a register map.

    `offset` words after the start of its block, `type`, and value = raw * scale in `unit`."""

    name: str
    offset: int
    type: str
    unit: str = ""
    scale: float = 1.0

    @property
    def end(self) -> int:
        """The offset just after it."""
        return self.offset + size(self.type)


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that are read or written in one request, from `address` on."""

    address: int
    registers: Mapping[str, Register]

    @property
    def words(self) -> int:
        """Its length."""
        return max(register.end for register in self.registers.values())


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """The whole map.

    `codes` are the meanings of state, ack, result and alarm numbers; `interlocks` the names of the
    bits of that word, lowest first; `constants` are what the machine does not tell, such as
    `piston_area_mm2`."""

    name: str
    magic: int
    version: int
    word_order: float
    low_word_first: bool
    mailbox: Block
    heartbeat: Block
    snapshot: Block
    abort_coil: int | None
    commands: Mapping[str, int]
    codes: Mapping[str, Mapping[int, str]]
    interlocks: tuple[str, ...]
    constants: Mapping[str, float]

    @property
    def compares_releases(self) -> bool:
        """True where the press refuses a release that names another cycle than the running one."""
        return ANOTHER_CYCLE in self.codes["ack"].values()

    def code(self, table: str, word: str) -> int:
        """The number that stands for a word, such as `code("state", "idle")`."""
        return next(number for number, name in self.codes[table].items() if name == word)


def read_map(named: str, folder: Path | None = None) -> RegisterMap:
    """The map of that name that ships with pressloop, or of a TOML file, relative to `folder`.

    Raises BadInput naming what is missing or wrong.
    """
    return from_text(map_text(named, folder), named)


def map_text(named: str, folder: Path | None = None) -> str:
    """The map's TOML. Raises BadInput where there is no such file."""
    if named == GENERIC:
        return resources.files(__package__).joinpath("maps", "generic.toml").read_text("utf-8")
    try:
        return ((folder or Path()) / named).read_text("utf-8")
    except OSError as error:
        raise BadInput("press.map", named, f"{GENERIC!r} or a readable file",
                       f"{error.strerror}. A relative path is meant from the folder in which "
                       "the run was started.") from None
    except ValueError as error:
        raise BadInput("press.map", named, "a TOML file", f"{error}.") from None


def from_text(text: str, source: str) -> RegisterMap:
    """The map that a TOML text tells. Raises BadInput."""
    values = toml(text, "press.map", source)
    try:
        return _map(values, source)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadInput("press.map", source, "a register map", f"Wrong or missing: {error}. Compare "
                       "it with the generic map.") from None


def _map(values: Mapping[str, Any], source: str) -> RegisterMap:
    head = values["map"]
    found = RegisterMap(
        name=head["name"], magic=int(head["magic"]), version=int(head["version"]),
        word_order=float(head["word_order"]), low_word_first=bool(head["low_word_first"]),
        mailbox=_block(values["mailbox"], "mailbox", ORDER, source),
        heartbeat=_block(values["heartbeat"], "heartbeat", ("heartbeat",), source),
        snapshot=_block(values["snapshot"], "snapshot", STATUS, source),
        abort_coil=values.get("coils", {}).get("abort"),
        commands={word: int(values["commands"][word]) for word in COMMANDS
                  if word in values["commands"]},
        codes={table: {int(number): word for number, word in values["codes"][table].items()}
               for table in ("state", "ack", "result", "alarm")},
        interlocks=tuple(values["snapshot"]["interlock_bits"]),
        constants={name: float(value) for name, value in values.get("constants", {}).items()})
    _prove_echoes(found, source)
    _prove_crc(found.snapshot, source)
    return found


def _block(values: Mapping[str, Any], name: str, needed: tuple[str, ...], source: str) -> Block:
    registers: dict[str, Register] = {}
    end = 0
    for entry in values["registers"]:
        one = _register({"offset": end, **entry}, f"{name}.{entry['name']}", source)
        if one.offset < end or one.name in registers:
            raise BadInput(f"{name}.{one.name}", one.offset, f"at offset {end} or later, once",
                           f"Registers are listed in order and do not overlap ({source}).")
        registers[one.name], end = one, one.end
    if missing := [n for n in needed if n not in registers]:
        raise BadInput(name, ", ".join(registers), f"with {', '.join(missing)}",
                       f"Without it the press cannot be driven safely ({source}).")
    if end > MOST_WORDS:
        raise BadInput(name, end, f"at most {MOST_WORDS} words", "One request must hold it.")
    return Block(int(values["address"]), registers)


def _register(entry: Mapping[str, Any], name: str, source: str) -> Register:
    one = Register(**entry)
    if one.type not in FORMATS:
        raise BadInput(f"{name}.type", one.type, f"one of {', '.join(FORMATS)}", f"See {source}.")
    quantity = quantity_of(one.name)
    if one.unit not in units_of(quantity):
        raise BadInput(f"{name}.unit", one.unit or "missing",
                       f"one of {', '.join(units_of(quantity))}", f"Say it in {source}.")
    if one.name == "max_force" and one.unit not in ("N", "kN", "t", "short_t"):
        raise BadInput(f"{name}.unit", one.unit, "N, kN, t or short_t",
                       f"Per cent and pressures are told by it, not the reverse ({source}).")
    if not one.scale > 0:
        raise BadInput(f"{name}.scale", one.scale, "above 0", f"See {source}.")
    return one


def _prove_crc(snapshot: Block, source: str) -> None:
    """A CRC covers what comes before it."""
    crc = snapshot.registers.get("crc")
    if crc is not None and (crc.end != snapshot.words or crc.type != "u16"):
        raise BadInput("snapshot.crc", crc.type, "a u16 and the last register",
                       f"It is the CRC-16/MODBUS of all words before it ({source}).")


def _prove_echoes(found: RegisterMap, source: str) -> None:
    """Every set point is read back; one that the press clamps in silence would go unseen."""
    plain = ("sequence", "command", "cycle_id", "owner", "crc")
    for name in found.mailbox.registers:
        if name not in plain and f"echo_{name}" not in found.snapshot.registers:
            raise BadInput("snapshot", f"no echo_{name}", f"with an echo of {name}",
                           f"What is sent must be read back ({source}).")
