"""`pressloop report`: one page for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pressloop.flows.campaign.stored import Stored, stored
from pressloop.flows.console import emit, tell
from pressloop.flows.settings.gauge import load_of
from pressloop.optimizer.stopping import assess
from pressloop.trials.errors import BadInput

if TYPE_CHECKING:
    from pressloop.optimizer import Models
    from pressloop.views.kept import Kept


def report(url: str, campaigns: Sequence[str], out: Path, as_json: bool) -> None:
    """Writes report.html into `out`: of one campaign, or of several beside one another.

    Raises BadInput for a campaign that is not there, or is named twice."""
    path = compared(url, campaigns, out) if len(campaigns) > 1 else written(
        url, campaigns[0] if campaigns else None, out)
    emit({"report": str(path)}, as_json, lambda: tell(f"report: {path}"))


def written(url: str, campaign: str | None, out: Path) -> Path:
    """The page of one campaign, written into `out`. Raises BadInput for one that is not there."""
    from pressloop.views.kept import Kept, kept_at

    found = stored(url, campaign, arrays=True)
    models = found.models()
    with writable(out):
        return page(out / "report.html", found, models,
                    kept=Kept(kept_at(f"{url} {found.campaign}")))


def page(path: Path, found: Stored, models: Models, date: datetime | None = None,
         kept: Kept | None = None) -> Path:
    """The page of a campaign, of now unless another date is given.

    `kept` is what earlier pages of it have fitted."""
    from pressloop.views.report.report import write_report

    more = assess(models, found.settings.stopping, budget=found.budget)
    return write_report(
        path, models, campaign=found.campaign, rules=found.rules, simulated=found.simulated,
        note=found.opened.note, stopping=more.sentences, load=load_of(found.settings), kept=kept,
        record=found.record, date=date)


def compared(url: str, campaigns: Sequence[str], out: Path) -> Path:
    """The page of several campaigns, written into `out`.

    Raises BadInput for one that is not there, or is named twice."""
    if len(set(campaigns)) < len(campaigns):
        raise BadInput("--campaign", ", ".join(campaigns), "each campaign once",
                       "Leave the second one out.")
    found = [stored(url, name) for name in campaigns]
    from pressloop.views.report.compare import Member, write_comparison

    members = [Member(one.campaign, one.models(), one.rules, one.simulated) for one in found]
    with writable(out):
        return write_comparison(out / "report.html", members)


@contextmanager
def writable(out: Path, option: str = "--out") -> Iterator[None]:
    """The folder, made where it lacks; whatever cannot be written in it is bad input.

    Told by the option that names it.

    Raises BadInput."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BadInput(option, error.filename2 or error.filename or out, "a place to write to",
                       f"{error.strerror}. Choose another folder.") from None
