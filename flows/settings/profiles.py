"""Profiles of dies and materials that a settings file names, read at the door.

They become tables of the settings, so that what the ledger keeps needs no file beside it.
"""

from __future__ import annotations

import difflib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from pressloop.hardware.profiles import Die, Material
from pressloop.trials.errors import BadInput
from pressloop.trials.toml_files import toml_file

Profile = TypeVar("Profile", Die, Material)


def inlined(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The settings with each file named under `[envelope]` replaced by what it says.

    Paths are relative to `folder`, that of the settings. Raises BadInput for a file that is no
    profile."""
    envelope = values.get("envelope")
    if not isinstance(envelope, dict):
        return values
    envelope = dict(envelope)
    if isinstance(die := envelope.get("die"), str):
        envelope["die"] = _read(Die, folder / die, "envelope.die")
    if isinstance(listed := envelope.get("materials"), list):
        envelope["materials"] = [
            _read(Material, folder / one, "envelope.materials") if isinstance(one, str) else one
            for one in listed]
    return values | {"envelope": envelope}


def profile(kind: type[Profile], values: dict[str, Any], source: str) -> Profile:
    """A die or a material. Raises BadInput naming file and key."""
    known = {f.name: f.default is MISSING for f in fields(kind)}
    for key, value in values.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            raise BadInput(f"{source}: {key}", value, f"one of {', '.join(known)}",
                           f"Did you mean {near[0]}?" if near else "Remove it.")
    for key, needed in known.items():
        if needed and key not in values:
            raise BadInput(f"{source}: {key}", "missing", "present", "Add the key.")
    try:
        return kind(**values)
    except BadInput as error:
        raise BadInput(f"{source}: {error.name}", error.value, error.bound, error.remedy) from None


def _read(kind: type[Profile], path: Path, key: str) -> dict[str, Any]:
    values = toml_file(path, key, "a readable file, relative to the settings")
    profile(kind, values, f"{key} ({path.name})")
    return values
