"""The journal of a press in a folder of a group."""

from __future__ import annotations

import os
import stat

import pytest
from another_user import NOBODY, as_nobody, as_root, open_folder

from pressloop.hardware.plc.journal import Journal, Sent
from pressloop.hardware.state_files import state_path
from pressloop.trials import Recipe
from pressloop.trials.errors import Fault


def journal_in(folder, monkeypatch) -> Journal:
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(folder))
    return Journal(state_path("journal of press 4711"))


@as_root
def test_a_journal_of_a_group_is_written_by_its_next_member_too(monkeypatch):
    """Whatever the umask of the first one was, and after the journal was made smaller."""
    monkeypatch.setattr("pressloop.hardware.plc.journal.LARGEST_BYTES", 1)
    with open_folder() as folder:
        os.chown(folder, 0, NOBODY.pw_gid)
        folder.chmod(0o2770)
        before = os.umask(0o077)
        try:
            journal_in(folder, monkeypatch).accepted(3)
            journal_in(folder, monkeypatch)
        finally:
            os.umask(before)

        def goes_on() -> int:
            journal = journal_in(folder, monkeypatch)
            journal.send(Sent(4, "b-001", Recipe(200.0, 30.0, 25.0), 1, 1, 1, 0.0))
            journal.accepted(4)
            return journal.highest_accepted

        assert as_nobody(goes_on) == 4
        assert journal_in(folder, monkeypatch).sent[4].stack_id == "b-001"
        for path in folder.glob("*.jsonl"):
            assert not path.stat().st_mode & 0o007


def test_a_journal_of_one_user_is_read_by_nobody_else(tmp_path, monkeypatch):
    journal = journal_in(tmp_path, monkeypatch)
    journal.accepted(3)
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_a_journal_follows_no_link(tmp_path, monkeypatch):
    journal = journal_in(tmp_path, monkeypatch)
    target = tmp_path / "diary"
    target.write_text("mine")
    journal.path.symlink_to(target)
    with pytest.raises(Fault, match="cannot be written"):
        journal.send(Sent(1, "b-001", Recipe(200.0, 30.0, 25.0), 1, 1, 1, 0.0))
    assert target.read_text() == "mine"


@as_root
def test_a_journal_that_cannot_be_read_is_told(monkeypatch):
    with open_folder(0o755) as folder:
        journal_in(folder, monkeypatch).accepted(3)
        told = as_nobody(lambda: journal_in(folder, monkeypatch).highest_accepted)
    assert "Fault: the press journal" in told
    assert "PRESSLOOP_STATE" in told
