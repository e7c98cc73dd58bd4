"""Takes away, at the start of a Python, what Windows does not have: modules and names of POSIX."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

MODULES = ("fcntl", "resource", "pwd", "grp")
NAMES = {os: ("fchmod", "fchown", "getgrouplist"),
         signal: ("SIGHUP", "SIGUSR1", "SIGUSR2", "pthread_kill", "pthread_sigmask")}
"""Libraries that are installed for POSIX rely on more of it, such as os.getuid: that stays."""


class Absent:
    """Finds none of these modules, and leaves the others to those who come after it."""

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> None:
        """See importlib.abc.MetaPathFinder."""
        if name in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Absent())  # type: ignore[arg-type]
for module in MODULES:
    sys.modules.pop(module, None)
for place, names in NAMES.items():
    for one in names:
        if hasattr(place, one):
            delattr(place, one)
