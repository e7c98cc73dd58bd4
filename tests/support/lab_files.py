"""Settings files and tables for the tests of the command line, in the folder a test works in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

BASE: dict[str, dict[str, Any]] = {
    "campaign": {"name": "night", "trials": 4, "seed": 7, "ledger": "sqlite:///lab.db"},
    "stack": {"lot": "L-1", "operator": "ana", "thickness_um": 600, "pre_press_mpa": 375},
    "space": {"pressure_mpa": [50, 500], "dwell_s": [10, 1800], "temperature_c": [25, 140]},
    "reference": {"pressure_mpa": 140, "dwell_s": 180, "temperature_c": 25},
    "envelope": {"die_diameter_mm": 10, "press_max_force_kn": 50, "die_max_pressure_mpa": 600,
                 "max_temperature_c": 150},
    "press": {"driver": "simulated"},
    "meter": {"driver": "simulated", "glitch_fraction": 0.0},
    "evaluation": {"circuit": "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4"},
    "search": {"start_with": 3},
}
"""A small campaign: three stacks by design, one chosen by the models, no bad sweeps."""

SETTINGS, TABLE = "lab.toml", "past.csv"
PAST = """pressure_mpa,dwell_s,temperature_c,resistance_ohm_cm2,resistance_se_ohm_cm2,failure_mode
100,60,25,160,2,
140,180,25,140,2,
200,600,60,60,1,
260,300,95,40,1,
300,120,80,38,1,
430,600,60,,,crushed
"""
RECIPE_KEYS = {"pressure_mpa", "dwell_s", "temperature_c", "ramp_mpa_per_s", "release_mpa_per_s"}
"""What a recipe has in the JSON of a command."""
COLUMNS = "pressure_mpa,dwell_s,temperature_c,resistance_ohm_cm2"


def settings_values(**changes: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """The base settings with keys changed table by table; None drops a key, or a whole table."""
    values = {name: dict(table) for name, table in BASE.items()}
    for name, change in changes.items():
        table = values.pop(name, {})
        if isinstance(change, list):
            # Tables of an array, such as [[press]], are whole.
            values[name] = change
        elif change is not None:
            table |= change
            values[name] = {key: value for key, value in table.items() if value is not None}
    return values


def write_settings(folder: Path, name: str = SETTINGS, **changes: Mapping[str, Any] | None) -> Path:
    """The settings as a TOML file. JSON's scalars and lists are TOML's too."""
    lines = []
    for table, keys in settings_values(**changes).items():
        lines += [f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def write_table(folder: Path, text: str = PAST, name: str = TABLE) -> Path:
    """A table of past presses."""
    path = folder / name
    path.write_text(text)
    return path


def table_of(rows: Sequence[str], header: str = COLUMNS) -> str:
    """A table from its rows."""
    return "\n".join([header, *rows]) + "\n"
