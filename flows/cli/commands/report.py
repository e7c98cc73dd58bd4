"""`pressloop report` and `pressloop export`: files for people and for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pressloop.flows.campaign.stored import stored
from pressloop.flows.console import emit
from pressloop.flows.settings.gauge import load_of
from pressloop.optimizer.stopping import assess
from pressloop.trials.errors import BadInput


def report(url: str, campaign: str | None, out: Path, as_json: bool) -> None:
    """Writes report.html into `out`. Raises BadInput for a campaign without trials."""
    found = stored(url, campaign, arrays=True)
    if not found.trials:
        raise BadInput("campaign", found.campaign, "a campaign with trials", "Run it first.")
    from pressloop.views.report.report import write_report

    models = found.models()
    more = assess(models, found.settings.stopping, budget=found.budget)
    with writable(out):
        path = write_report(
            out / "report.html", models, campaign=found.campaign, rules=found.rules,
            simulated=found.simulated, note=found.opened.note, stopping=more.sentences,
            load=load_of(found.settings))
    emit({"report": str(path)}, as_json, lambda: print(f"report: {path}"))


def export(url: str, campaign: str | None, out: Path, as_json: bool) -> None:
    """Writes trials, spectra and traces as CSV and Parquet into `out`.

    Also of a ledger that is broken, so that what can be read is not lost with it."""
    found = stored(url, campaign, arrays=True, rescue=True)
    from pressloop.views.export.export import export as write

    with writable(out):
        files = [str(path) for path in write(found.trials, out)]
    emit({"campaign": found.campaign, "files": files}, as_json,
         lambda: print("\n".join(files)))


@contextmanager
def writable(out: Path) -> Iterator[None]:
    """The folder, made where it lacks; whatever cannot be written in it is bad input.

    Raises BadInput."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BadInput("--out", error.filename2 or error.filename or out, "a place to write to",
                       f"{error.strerror}. Choose another folder.") from None
