"""`pressloop export`: tables for other programs, or a campaign to publish."""

from __future__ import annotations

from pathlib import Path

from pressloop.flows.campaign.stored import stored
from pressloop.flows.cli.commands.export_crate import Asked, export_crate
from pressloop.flows.cli.commands.report import writable
from pressloop.flows.console import emit, tell
from pressloop.trials.errors import BadInput


def export(url: str, campaign: str | None, out: Path | None, crate: Path | None, asked: Asked,
           as_json: bool) -> None:
    """Writes tables into the folder `out`, or a `crate`. Raises BadInput for neither or both."""
    if (out is None) == (crate is None):
        raise BadInput("--out" if out else "--crate", out or "not given",
                       "one of --out DIR and --crate FOLDER or FILE.zip",
                       "--out writes tables, --crate the whole campaign.")
    if crate is not None:
        export_crate(url, campaign, crate, asked, as_json)
    elif asked != Asked():
        raise BadInput("--license, --orcid, --publisher, --raw", "given", "left out with --out",
                       "They are for --crate.")
    elif out is not None:
        export_tables(url, campaign, out, as_json)


def export_tables(url: str, campaign: str | None, out: Path, as_json: bool) -> None:
    """Writes trials, spectra and traces as CSV and Parquet into `out`.

    Also of a ledger that is broken, so that what can be read is not lost with it."""
    found = stored(url, campaign, arrays=True, rescue=True)
    from pressloop.views.export.export import export as write

    with writable(out):
        files = [str(path) for path in write(found.trials, out)]
    emit({"campaign": found.campaign, "files": files}, as_json,
         lambda: tell("\n".join(files)))
