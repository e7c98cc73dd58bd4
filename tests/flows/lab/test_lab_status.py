"""What is said of a lab that is down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pressloop.flows.cli.services.lab import status
from pressloop.flows.lab.folder import Folder, Lab


def test_the_last_backup_is_the_newest_of_all_campaigns(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Folder(tmp_path)
    folder.write(Lab(("my.toml",), 4200, "postgresql+asyncpg://prefect@127.0.0.1:1/prefect"))
    folder.backups.mkdir()
    for name in ("ledger-a-2026-03-02T053000Z.db", "ledger-b-2026-03-01T053000Z.db"):
        (folder.backups / name).touch()
    assert status(tmp_path, True) != 0
    assert json.loads(capsys.readouterr().out)["last_backup"] == "ledger-a-2026-03-02T053000Z.db"
