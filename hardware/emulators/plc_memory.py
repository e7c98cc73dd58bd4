"""What an emulated press keeps through power cuts: one small file, replaced whole and flushed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, with_config


@with_config(ConfigDict(extra="forbid", ser_json_inf_nan="constants"))
@dataclass(slots=True)
class RetainedWords:
    """Words that outlive a power cut.

    `running_id` is the cycle that a power cut interrupts; `echo` the accepted order, by register
    name."""

    boot_counter: int = 0
    last_accepted_id: int = 0
    last_finished_id: int = 0
    running_id: int = 0
    last_result: str = "none"
    alarm: str = "none"
    cycle_count: int = 0
    peak_force: float = 0.0
    dwell_held: float = 0.0
    elapsed: float = 0.0
    echo: dict[str, float] = field(default_factory=dict)
    accepted: list[int] = field(default_factory=list)

    def keep(self, path: Path) -> None:
        """On disk when this returns."""
        fresh = path.with_name(path.name + ".new")
        with fresh.open("w") as file:
            file.write(MEMORY.dump_json(self).decode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


MEMORY = TypeAdapter(RetainedWords)


def powered_up(path: Path) -> RetainedWords:
    """The memory after power came: a cycle that ran has been ended by the cut.

    It unloaded, and is never resumed."""
    found = MEMORY.validate_json(path.read_bytes()) if path.exists() else RetainedWords()
    found.boot_counter += 1
    if found.running_id:
        found.last_finished_id, found.running_id = found.running_id, 0
        found.last_result, found.alarm = "alarm", "power lost in mid cycle"
    found.keep(path)
    return found
