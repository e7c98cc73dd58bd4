"""Another user of the same computer, whom only root can become."""

from __future__ import annotations

import json
import os
import pwd
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NOBODY = pwd.getpwnam("nobody")
as_root = pytest.mark.skipif(os.geteuid() != 0,
                             reason="becomes another user, which root alone can")


def as_nobody(act: Callable[[], Any]) -> Any:
    """What `act` returns, as JSON has it, when the user nobody does it; an exception as its text.

    In a child of this process, which has loaded what is needed: nobody may not read root's
    Python."""
    come, go = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY.pw_gid)
            os.setuid(NOBODY.pw_uid)
            os.environ["HOME"] = "/nonexistent"
            try:
                told = act()
            except Exception as error:  # noqa: BLE001 - the answer, whatever it is
                told = f"{type(error).__name__}: {error}"
            os.write(go, json.dumps(told).encode())
        finally:
            os._exit(0)
    os.close(go)
    with open(come, encoding="utf-8") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)


@contextmanager
def open_folder(mode: int = 0o755) -> Iterator[Path]:
    """A folder that other users can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="pressloop-") as name:
        folder = Path(name)
        folder.chmod(mode)
        yield folder
