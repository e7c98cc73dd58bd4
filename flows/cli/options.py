"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pressloop.flows.deployments.nights import zone_here

SettingsFile = Annotated[Path, typer.Argument(
    metavar="SETTINGS.toml", show_default=False, help="Settings of the campaign.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]
LedgerUrl = Annotated[str, typer.Option("--ledger", metavar="URL", show_default=False,
                                        help="Such as sqlite:///pressloop.db.")]
OtherLedger = Annotated[Optional[str], typer.Option(  # noqa: UP045 - typer reads it at run time
    "--ledger", metavar="URL", help="Instead of the one in the settings.")]
Campaign = Annotated[Optional[str], typer.Option(  # noqa: UP045
    "--campaign", metavar="NAME", help="Needed when the ledger has several.")]
Reason = Annotated[str, typer.Option("--reason", show_default=False,
                                     help="Why; kept in the ledger.")]
MaybeReason = Annotated[str, typer.Option("--reason", help="Why; kept in the ledger.")]
OnePress = Annotated[str, typer.Option(
    "--press", metavar="NAME", show_default=False,
    help="Of several [[press]] tables, the one that this process works with.")]
Cron = Annotated[Optional[str], typer.Option(  # noqa: UP045
    "--cron", help='Such as "0 20 * * 1-5": weekdays at 20:00, in the time zone below.')]
ZoneName = Annotated[Optional[str], typer.Option(  # noqa: UP045
    "--timezone", metavar="NAME", help="Such as Europe/Berlin; default: [campaign] timezone, else "
    f"that of this computer, {zone_here()}.")]
PerRun = Annotated[Optional[int], typer.Option(  # noqa: UP045
    "--per-run", min=1, max=1000, help="Stacks per run, such as a night's; default: what is left "
    "of the budget, [campaign] trials.")]
Sweep = Annotated[str, typer.Option(
    "--sweep", metavar="N|last|all", show_default=False,
    help="Of a file with several sweeps (loops, cycles, curves); all by default.")]
Columns = Annotated[str, typer.Option(
    "--columns", metavar="NAMES", show_default=False,
    help="What the columns are, as in f,re,-im or f/kHz,|z|,phase; _ skips one.")]
Seed = Annotated[Optional[int], typer.Option(  # noqa: UP045
    "--seed", min=0, max=2**31 - 1, help="Instead of [campaign] seed.")]
