"""A study file and its stacks, read once: the command hands to the flow what it has read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from pressloop.flows.study.settings import Study, read_study
from pressloop.flows.study.sources import Source, source_of


@dataclass(frozen=True, slots=True)
class Opened:
    """What a study is about.

    Its settings with `seed` and `folder` as the command may give them, and the stacks."""

    path: Path
    study: Study
    source: Source
    seed: int
    folder: Path

    @property
    def asked(self) -> tuple[str, int | None, str | None]:
        """The parameters of the flow that does this study."""
        return str(self.path), self.seed, str(self.folder)


_HANDED: ContextVar[Opened | None] = ContextVar("handed", default=None)


def opened(path: Path, seed: int | None = None, out: str | Path | None = None) -> Opened:
    """Reads settings and stacks. Raises BadInput for settings or a source that cannot be used."""
    study = read_study(path)
    seed = study.table.seed if seed is None else seed
    return Opened(path, study, source_of(study.source, path.parent, seed), seed,
                  Path(out or study.table.out))


@contextmanager
def handed_on(found: Opened) -> Iterator[None]:
    """A flow that is started inside takes this study as it was read.

    Prefect would keep it with the parameters of the run and send it to every worker process with
    each job."""
    before = _HANDED.set(found)
    try:
        yield
    finally:
        _HANDED.reset(before)


def taken(path: str, seed: int | None, out: str | None) -> Opened:
    """The study that was handed on, or else the file read now. Raises BadInput."""
    found = _HANDED.get()
    if found is not None and found.asked == (path, seed, out):
        return found
    return opened(Path(path), seed, out)
