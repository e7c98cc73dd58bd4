"""What a study leaves behind: a Parquet file for each table, and what was asked and found."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pressloop.flows.study.parts import PARTS
from pressloop.hardware.locks.turns import in_turn_for
from pressloop.trials.errors import BadInput
from pressloop.trials.provenance import versions
from pressloop.views.files import write_atomically

SUMMARY, PAGE = "study.json", "study.html"


@dataclass(frozen=True, slots=True)
class Done:
    """One part: what it found, or why it found nothing; its HTML and the files of its tables.

    `trace` is for the log: where in the program something unforeseen went wrong."""

    part: str
    sentences: tuple[str, ...] = ()
    html: Markup = Markup()  # noqa: RUF009 - frozen, as every text
    tables: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    problem: str = ""
    trace: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        return PARTS[self.part]

    @property
    def files(self) -> tuple[str, ...]:
        """Names of its Parquet files; a table without rows has none."""
        return tuple(self.file_of(name) for name, rows in self.tables.items() if rows)

    def file_of(self, name: str) -> str:
        """The file of a table; the part's name is said once."""
        return f"{self.part}_{name.removeprefix(f'{self.part}_')}.parquet"


@contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """For as long as a study writes into this folder.

    Raises BadInput where another one of this computer does."""
    out.mkdir(parents=True, exist_ok=True)
    with in_turn_for(f"study in {out.resolve()}", 0.0) as held:
        if not held:
            raise BadInput("out", out, "a folder into which no other study writes now",
                           "Wait until that one has ended, or name another folder by --out.")
        yield


def clear(out: Path) -> None:
    """Takes away what an earlier study left in this folder.

    So that nothing of it is taken for this one's."""
    out.mkdir(parents=True, exist_ok=True)
    for path in (out / SUMMARY, out / PAGE, *(
            path for part in PARTS for path in out.glob(f"{part}_*.parquet"))):
        path.unlink(missing_ok=True)


def write_tables(out: Path, done: Done) -> None:
    """A Parquet file for each table of findings: the same rows give the same bytes."""
    import pyarrow
    from pyarrow import parquet

    for name, rows in done.tables.items():
        if not rows:
            continue
        names = list(dict.fromkeys(key for row in rows for key in row))
        table = pyarrow.table({key: pyarrow.array([row.get(key) for row in rows])
                               for key in names})
        write_atomically(out / done.file_of(name), partial(parquet.write_table, table))


def write_summary(out: Path, summary: Mapping[str, Any]) -> None:
    """`study.json`."""
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"
    write_atomically(out / SUMMARY, lambda draft: _write(draft, text))


def summary_of(settings: Mapping[str, Any], seed: int, source: str, simulated: bool,
               digests: Mapping[str, str], done: Sequence[Done]) -> dict[str, Any]:
    """What was asked, of what, by which versions, and what was found."""
    return {
        "study": settings["study"]["name"], "simulated": simulated, "source": source,
        "seed": seed, "settings": dict(settings), "digests": dict(digests),
        "versions": all_versions(),
        "parts": {one.part: {"sentences": list(one.sentences), "files": list(one.files),
                             "problem": one.problem or None} for one in done},
        "report": PAGE}


def all_versions() -> dict[str, str]:
    """Versions of everything that shapes the numbers."""
    found = {**versions(), "python": platform.python_version()}
    for name in ("scikit-learn", "pandas", "pyarrow"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _write(draft: Path, text: str) -> None:
    draft.write_text(text, encoding="utf-8", newline="\n")
