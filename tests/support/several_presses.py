"""A lab with several presses: its settings, and what each press itself remembers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from lab_files import SETTINGS, settings_values
from press_memory import pressed_stacks, stacks

from pressloop.trials import Ledger, State, Trial
from pressloop.trials.ledger.verification import prove

QUICK: dict[str, Any] = {"space": {"dwell_s": [10, 120], "temperature_c": 25},
                         "reference": {"dwell_s": 60}}


def several(presses: Mapping[str, Mapping[str, Any]], **changes: Mapping[str, Any] | None
            ) -> dict[str, Any]:
    """Settings with these presses, by their names."""
    values: dict[str, Any] = settings_values(press=None, **changes)
    return values | {"press": [{"name": name, **keys} for name, keys in presses.items()]}


def write_several(folder: Path, presses: Mapping[str, Mapping[str, Any]], name: str = SETTINGS,
                  **changes: Mapping[str, Any] | None) -> Path:
    """The same as a TOML file; a table of a press is written in one line."""
    values, lines = several(presses, **changes), []
    for press in values.pop("press"):
        lines += ["[[press]]", *(f"{key} = {_toml(value)}" for key, value in press.items())]
    for table, keys in values.items():
        lines += [f"[{table}]", *(f"{key} = {_toml(value)}" for key, value in keys.items())]
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value)


def history(url: str, campaign: str = "night") -> tuple[Trial, ...]:
    """The trials as the ledger has them, whose chain is proved."""
    with closing(Ledger.open(url, create=False)) as ledger:
        assert prove(ledger, campaign).broken is None
        return ledger.history(campaign, arrays=False)


def each_pressed_once(trials: tuple[Trial, ...], memories: Mapping[str, list[str]], count: int
                      ) -> None:
    """None lost, none pressed twice, each on the press that it was planned for."""
    assert [t.number for t in trials] == list(range(1, count + 1))
    assert {t.state for t in trials} == {State.EVALUATED}
    pressed = Counter(stack for memory in memories.values() for stack in memory)
    assert pressed == Counter(t.stack.stack_id for t in trials)
    assert set(pressed) == set(stacks(*range(1, count + 1)))
    for name, memory in memories.items():
        assert memory == [t.stack.stack_id for t in sorted(
            (t for t in trials if t.press == name), key=lambda t: t.cycle_id or 0)]
    cycles = [t.cycle_id for t in trials]
    assert len(set(cycles)) == len(cycles)


def memories_of(stem: Path, *names: str) -> dict[str, list[str]]:
    """What simulated presses remember; `stem` is the ledger's file, or what stands for it."""
    return {name: pressed_stacks(stem.with_name(f"{stem.name}.{name}")) for name in names}
