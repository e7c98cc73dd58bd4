"""An audit that audited nothing is never called a success."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.audit import main, verdict

SKIPPED = {"name": "numpy", "skip_reason": "Dependency not found on PyPI"}
SOUND = {"name": "scipy", "version": "1.15.0", "vulns": []}
BAD = {"name": "pip", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}


def test_skipped_packages_are_no_audit() -> None:
    assert verdict({"dependencies": [SKIPPED]}) is None
    assert verdict({"dependencies": [SKIPPED, {"name": "pressloop", "version": "0", "vulns": []}]}
                   ) is None


def test_what_is_known_is_named_and_fails() -> None:
    said, code = verdict({"dependencies": [SKIPPED, SOUND, BAD]}) or ("", 0)
    assert code == 1
    assert "pip 1.0: PYSEC-1, mended in 1.1" in said
    assert "2 packages audited, 1 advisories" in said
    assert "Not audited, as the source does not know them: numpy" in said
    assert verdict({"dependencies": [SOUND]}) == ("1 packages audited, 0 advisories.", 0)


@pytest.mark.parametrize("does", ["echo no route to host >&2; exit 1",
                                  'echo \'{"dependencies": []}\''])
def test_a_source_that_is_not_there_is_told(does: str, tmp_path: Path,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\n{does}\n")
    os.chmod(program, 0o755)
    assert main(str(program), str(tmp_path)) == 0
    assert capsys.readouterr().out.startswith("NOT AUDITED: ")
