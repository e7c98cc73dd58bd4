"""What the campaigns of a lab offer: a pool for each press, deployments for each campaign."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pressloop.flows.cli.services.deploy import Asked, proved, register
from pressloop.flows.lab.folder import Folder, Lab
from pressloop.flows.settings.campaign import Settings, read_settings

Pools = dict[str, tuple[tuple[Path, str], ...]]


def pools(lab: Lab) -> Pools:
    """Settings files, each with the name of a press ("" for the only one), by that press's pool.

    Those with one [press] table share a pool. Raises BadInput for settings that are none."""
    names: dict[str, str] = {}
    found: Pools = {}
    for path in map(Path, lab.settings):
        settings = read_settings(path)
        for one in [press.name for press in settings.presses] or [""]:
            press = _press(settings.of_press(one))
            if press not in names:
                names[press] = _free(f"press-{_plain(one or path.stem)}", found)
            name = names[press]
            found[name] = (*found.get(name, ()), (path, one))
    return found


def register_all(folder: Folder, lab: Lab) -> tuple[str, ...]:
    """Registers every campaign with the lab's server; the names of the pools. Raises BadInput."""
    found = pools(lab)
    for pool, offers in found.items():
        for path, press in offers:
            settings, asked = read_settings(path), _asked(folder, lab, pool, press)
            register(path, settings, asked, proved(settings, asked))
    return tuple(found)


def _asked(folder: Folder, lab: Lab, pool: str, press: str) -> Asked:
    return Asked(pool, lab.cron or None, None, None, lab.per_run, lab.blackouts,
                 backups=folder.backups, press=press)


def _press(settings: Settings) -> str:
    """What tells presses apart: their table, and their name where they have one."""
    return json.dumps([settings.press_name, settings.press.model_dump(mode="json")],
                      sort_keys=True)


def _plain(stem: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-").lower() or "1"


def _free(name: str, taken: Pools) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found
