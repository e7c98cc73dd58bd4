"""`pressloop report` and `pressloop export`: files for people and for other programs."""

from __future__ import annotations

from pathlib import Path

from flows.commands.stored import stored
from flows.console import emit
from trials.errors import BadInput


def report(url: str, campaign: str | None, out: Path, as_json: bool) -> None:
    """Writes report.html into `out`."""
    found = stored(url, campaign, arrays=True)
    if not found.trials:
        raise BadInput("campaign", found.campaign, "a campaign with trials", "Run it first.")
    _folder(out)
    from views.report import write_report

    settings = found.settings
    path = write_report(
        out / "report.html", campaign=found.campaign, trials=found.trials, space=settings.space,
        caution=settings.caution, reference=settings.reference, rules=settings.rules,
        simulated=found.simulated,
        note=found.opened.note)
    emit({"report": str(path)}, as_json, lambda: print(f"report: {path}"))


def export(url: str, campaign: str | None, out: Path, as_json: bool) -> None:
    """Writes trials, spectra and traces as CSV and Parquet into `out`."""
    found = stored(url, campaign, arrays=True)
    _folder(out)
    from views.export import export as write

    files = [str(path) for path in write(found.trials, out)]
    emit({"campaign": found.campaign, "files": files}, as_json,
         lambda: print("\n".join(files)))


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput("--out", out, "a folder that can be written", f"{error.strerror}."
                       ) from None
