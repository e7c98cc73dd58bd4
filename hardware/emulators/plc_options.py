"""What an emulated press is made of: its limits, its memory, its manners."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pressloop.hardware.plc.register_map import GENERIC
from pressloop.hardware.simulation.materials import materials
from pressloop.trials.errors import BadInput

PERSONALITIES = ("strict", "holds outputs", "trips")
"""Strict follows `on_link_loss`; a coupler that holds its outputs never reacts to silence; one
that trips answers every request with exception 4 after silence, until register 0x1007 is written
(the two couplers of docs/reference/register-map.md)."""


@dataclass(frozen=True, slots=True)
class PressOptions:
    """An emulated press.

    `speed` is machine seconds per wall second; `state` its retained memory, `bench` where its
    stacks go; `fault_rate` is the share of cycles with a random fault; of `connections` at a time
    no more are accepted, 0 stands for any number. Raises BadInput on options that cannot be."""

    state: Path
    bench: Path
    host: str = "127.0.0.1"
    port: int = 0
    serial_device: str = ""
    expose: bool = False
    map: str = GENERIC
    speed: float = 100.0
    personality: str = "strict"
    serial: int = 4711
    die_diameter_mm: float = 10.0
    max_force_kn: float = 60.0
    max_temperature_c: float = 160.0
    heating_c_per_min: float = 60.0
    watchdog_s: float = 2.0
    lease_s: float = 5.0
    preset: str = "reference"
    seed: int = 7
    fault_rate: float = 0.0
    fault_seed: int = 0
    thickness_um: float = 600.0
    pre_press_mpa: float = 375.0
    connections: int = 0

    def __post_init__(self) -> None:
        materials(self.preset)
        if self.personality not in PERSONALITIES:
            raise BadInput("personality", self.personality, f"one of {', '.join(PERSONALITIES)}",
                           "Choose one.")
        if not (self.speed > 0 and 0 <= self.fault_rate <= 1):
            raise BadInput("speed", self.speed, "above 0, with a fault_rate of 0 to 1", "Correct.")
