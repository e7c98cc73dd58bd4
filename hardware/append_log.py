"""Lines of JSON that outlive the process: each is on disk before anybody relies on it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pressloop.trials.errors import Fault
from pressloop.trials.ledger.fsync import onto_disk


class Remembered:
    """One file, only ever appended to. `whose` names its owner in messages."""

    def __init__(self, path: Path, whose: str) -> None:
        self.path, self.whose = path, whose

    def lines(self) -> list[dict[str, Any]]:
        """Every line, oldest first. A torn last line was never relied on, so it does not count.

        Raises Fault when the file is no such memory.
        """
        return self.after(0)[0]

    def after(self, offset: int) -> tuple[list[dict[str, Any]], int]:
        """The lines behind this byte, and the byte behind the last of them.

        Raises Fault as `lines` does."""
        whole, newline, _torn = self._bytes(offset).rpartition(b"\n")
        try:
            found = [json.loads(line) for line in whole.splitlines()]
        except ValueError as error:
            raise self.broken(error) from None
        if not all(isinstance(line, dict) for line in found):
            raise self.broken("a line is no record")
        return found, offset + len(whole) + len(newline)

    def size(self) -> int:
        """Bytes of the file, 0 when there is none."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def append(self, record: Mapping[str, object]) -> None:
        """One more line, on disk when this returns. Raises Fault when it cannot be written."""
        try:
            new = not self.path.exists()
            self._drop_torn_line()
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record, allow_nan=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            if new:
                # A new file survives a power cut only once its folder is on disk too.
                onto_disk(self.path.parent)
        except OSError as error:
            raise Fault(f"{self.whose} cannot write {self.path}: {error.strerror}. Make room or "
                        "give write permission, then start again.") from None

    def broken(self, why: object) -> Fault:
        """The fault of a file whose lines make no sense."""
        if isinstance(why, ValidationError):
            first = why.errors()[0]
            why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        return Fault(f"{self.path} is not the memory of {self.whose} ({why}). Move it away; what "
                     "it remembered is then unknown.")

    def _bytes(self, offset: int = 0) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(offset)
                return file.read()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise Fault(f"{self.whose} cannot read {self.path}: {error.strerror}.") from None

    def _drop_torn_line(self) -> None:
        # The last byte tells: a memory of years is not read whole for one more line.
        size = self.size()
        if size and self._bytes(size - 1) != b"\n":
            os.truncate(self.path, self._bytes().rfind(b"\n") + 1)
