"""What a server has said last: the reason why it ended, for whoever started it."""

from __future__ import annotations

import re
import subprocess
import threading
from collections import deque

KEPT = 400
"""Lines that are kept of a server that may run for months."""
WAIT_S = 2.0
CAUSE = re.compile(r"^(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Interrupt|Exit|Warning)"
                   r"(?:: |$)")
"""How the last line of a traceback begins."""
WEIGHTLESS = re.compile(r"^(?:The above exception|During handling|ERROR:\s+Application startup "
                        r"failed|\[SQL: |\(Background on this error)")
PREFIX = re.compile(r"^(?:\S+ \| )?(?:ERROR|CRITICAL)\s*[:|]\s*")


class LastWords:
    """Reads the standard error of a process for as long as it speaks.

    So it never has to wait for a reader."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._process = process
        self._thread = threading.Thread(target=self._read, name="last words", daemon=True)
        self._thread.start()

    def __str__(self) -> str:
        """The cause in one line, "" of a process that said nothing.

        Waits for a moment for what a process that has just ended said."""
        self._thread.join(WAIT_S)
        return cause(list(self._lines))

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.append(line.decode(errors="replace").rstrip())


def cause(lines: list[str]) -> str:
    """The last error that the lines tell, else their last line."""
    told = [one for line in lines if (one := PREFIX.sub("", line).strip())
            and not WEIGHTLESS.match(one)]
    errors = [line for line in told if CAUSE.match(line)]
    return " ".join((errors or told or [""])[-1].split())
