"""Files that the deployments of a pool write, beside those of other campaigns."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from few_stacks import QUICK
from lab_files import write_settings

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.deployments import pool_flows
from pressloop.flows.deployments.forms import BackupOrder
from pressloop.flows.deployments.starting import SETTINGS_VARIABLE
from pressloop.flows.settings.campaign import read_settings
from pressloop.flows.study.settings import read_study


def test_a_backup_drops_none_of_a_campaign_whose_name_begins_alike(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    others = [f"ledger-night-{more}-2026-01-0{day}T053000Z.db"
              for more in ("2", "b") for day in (1, 2, 3)]
    mine = [f"ledger-night-2026-01-0{day}T053000Z.db" for day in (1, 2, 3)]
    for name in others + mine:
        (kept / name).touch()
    settings = write_settings(tmp_path, **QUICK, campaign={"name": "night"})
    known = read_settings(settings)
    with open_run(known, order_of(known)):
        pass
    monkeypatch.setitem(os.environ, SETTINGS_VARIABLE, str(settings))
    monkeypatch.setitem(os.environ, pool_flows.BACKUP_VARIABLE, str(kept))
    pool_flows.backup.fn(BackupOrder(keep=2))
    left = {path.name for path in kept.iterdir()}
    assert left > set(others)
    assert mine[-1] in left
    assert len(left - set(others)) == 2


@pytest.mark.parametrize("name", ["Nächte", "Lab 🔋", 'say "when"', "a\\b"])
def test_the_study_of_a_campaign_by_any_name_is_read(name: str, tmp_path: Path) -> None:
    settings = read_settings(write_settings(tmp_path, **QUICK))
    table = settings.campaign.model_copy(update={"name": name})
    with pool_flows._study_file(settings.model_copy(update={"campaign": table})) as path:
        assert read_study(path).table.name == name
