"""Commands that look after the ledger: prove it, read it, read its spectra again, copy it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pressloop.flows.cli.options import Campaign, Json, LedgerUrl, OnePress
from pressloop.flows.console import plain_errors

OneCampaign = Annotated[Optional[str], typer.Option(  # noqa: UP045
    "--campaign", metavar="NAME", help="Left out: every campaign.")]


def verify(ledger: LedgerUrl, campaign: OneCampaign = None,
           expect: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
               "--expect", metavar="HASH",
               help="A hash noted earlier, which the chain must contain; may be repeated.")] = None,
           json: Json = False) -> None:
    """Prove that the ledger is complete and in order; names the first broken entry."""
    with plain_errors():
        from pressloop.flows.cli.records.verify import verify as work

        code = work(ledger, campaign, tuple(expect or ()), json)
    raise typer.Exit(code)


def log(ledger: LedgerUrl, campaign: Campaign = None,
        out: Annotated[Optional[Path], typer.Option(  # noqa: UP045
            "--out", metavar="FILE.html", help="Write one HTML page instead.")] = None,
        json: Json = False) -> None:
    """Who did what, in the order it happened."""
    with plain_errors():
        from pressloop.flows.cli.records.log import log as work

        work(ledger, campaign, out, json)


def adopt(settings: Annotated[Path, typer.Argument(
              metavar="SETTINGS.toml", show_default=False, help="Settings of the campaign.")],
          reason: Annotated[str, typer.Option("--reason", show_default=False,
                                              help="What happened to the ledger.")],
          others: Annotated[bool, typer.Option(
              "--others", help="Your word that they are stacks of somebody else.")] = False,
          ledger: Annotated[Optional[str], typer.Option(  # noqa: UP045
              "--ledger", metavar="URL", help="Instead of the one in the settings.")] = None,
          press: OnePress = "", json: Json = False) -> None:
    """Write into the ledger what the press knows and the ledger lacks; moves nothing."""
    with plain_errors():
        from pressloop.flows.cli.records.adopt import adopt as work

        work(settings, reason, others, ledger, json, press)


def reevaluate(ledger: LedgerUrl, campaign: Campaign = None,
               circuit: Annotated[Optional[str], typer.Option(  # noqa: UP045
                   help="Such as L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3, or auto.")] = None,
               change: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
                   "--set", metavar="NAME=VALUE",
                   help="Another rule of evaluation, such as max_relative_se=0.1; may be repeated."
               )] = None,
               note: Annotated[str, typer.Option(help="Why; kept with every outcome.")] = "",
               json: Json = False) -> None:
    """Read the spectra of every stack again; new outcomes are added beside the old ones."""
    with plain_errors():
        from pressloop.flows.cli.records.reevaluate import reevaluate as work

        work(ledger, campaign, circuit, tuple(change or ()), note, json)


def backup(ledger: LedgerUrl,
           to: Annotated[Path, typer.Option("--to", metavar="FILE", show_default=False,
                                           help="A file that does not exist yet.")],
           json: Json = False) -> None:
    """Copy the ledger into one new file, also while a campaign writes to it."""
    with plain_errors():
        from pressloop.flows.cli.records.copies import backup as work

        work(ledger, to, json)


def restore(file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False,
                                                 help="What `backup` wrote.")],
            to: Annotated[str, typer.Option("--to", metavar="URL", show_default=False,
                                            help="A database without a ledger.")],
            json: Json = False) -> None:
    """Put a backup where there is no ledger yet."""
    with plain_errors():
        from pressloop.flows.cli.records.copies import restore as work

        work(file, to, json)


def migrate(source: Annotated[str, typer.Option("--from", metavar="URL", show_default=False,
                                                help="The ledger to copy.")],
            to: Annotated[str, typer.Option("--to", metavar="URL", show_default=False,
                                            help="A database without a ledger.")],
            json: Json = False) -> None:
    """Copy a ledger to another database and prove row by row that both are equal."""
    with plain_errors():
        from pressloop.flows.cli.records.copies import migrate as work

        work(source, to, json)


def add_to(app: typer.Typer) -> None:
    """Makes these functions commands of `app`."""
    for command in (verify, log, adopt, reevaluate, backup, restore, migrate):
        app.command()(command)
