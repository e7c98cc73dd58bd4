"""Commands that keep the inventory: stacks that were made, loaded, set apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pressloop.flows.cli.options import Json, LedgerUrl, MaybeReason, Reason
from pressloop.flows.console import PlainGroup, plain_errors

stacks = typer.Typer(cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None,
                     help="The inventory: stacks with barcodes, which campaigns draw from.")
Barcodes = Annotated[list[str], typer.Argument(metavar="BARCODE...", show_default=False,
                                               help="As on the stacks.")]


@stacks.command("add")
def add(ledger: LedgerUrl,
        barcodes: Annotated[Optional[list[str]], typer.Argument(  # noqa: UP045
            metavar="BARCODE...", show_default=False, help="As on the stacks.")] = None,
        sheet: Annotated[Optional[Path], typer.Option(  # noqa: UP045
            "--from", metavar="SHEET", help="Instead: a table with the columns barcode, lot and "
            "made, and if need be exposed, exposure_limit_h, operator, thickness_um, area_cm2, "
            "pre_press_mpa, anode_press_mpa, note.")] = None,
        lot: Annotated[str, typer.Option("--lot", help="Of its materials.")] = "",
        made: Annotated[str, typer.Option(
            "--made", metavar="TIME", help="Such as 2026-03-01T14:30, in this computer's time zone "
            "unless it says another; left out: now.")] = "",
        exposed: Annotated[str, typer.Option(
            "--exposed", metavar="TIME", help="Since when it is exposed; left out: since it was "
            "made.")] = "",
        limit: Annotated[Optional[float], typer.Option(  # noqa: UP045
            "--exposure-limit-h", help="Hours of exposure after which it is not pressed any more; "
            "left out: it never expires.")] = None,
        operator: Annotated[Optional[str], typer.Option(  # noqa: UP045
            "--operator", help="Who made it; left out: that of the campaign.")] = None,
        note: Annotated[str, typer.Option("--note", help="Kept with it.")] = "",
        json: Json = False) -> None:
    """Put stacks into the inventory; the same row of a sheet is never added twice."""
    with plain_errors():
        from pressloop.flows.cli.records.stacks import Given
        from pressloop.flows.cli.records.stacks import add_stacks as work

        work(ledger, tuple(barcodes or ()), sheet,
             Given(lot, made, exposed, limit, operator, note), json)


@stacks.command("load")
def load(ledger: LedgerUrl, barcodes: Barcodes,
         at: Annotated[str, typer.Option("--at", metavar="PLACE", show_default=False,
                                         help="Name of the press or its magazine.")],
         json: Json = False) -> None:
    """Say that stacks are loaded, in the order in which they will be pressed."""
    with plain_errors():
        from pressloop.flows.cli.records.stacks import handle as work

        work(ledger, barcodes, "loaded", at, "", json)


@stacks.command("unload")
def unload(ledger: LedgerUrl, barcodes: Barcodes, reason: MaybeReason = "",
           json: Json = False) -> None:
    """Say that stacks were taken out of the press or its magazine again."""
    with plain_errors():
        from pressloop.flows.cli.records.stacks import handle as work

        work(ledger, barcodes, "unloaded", "", reason, json)


@stacks.command("quarantine")
def quarantine(ledger: LedgerUrl, barcodes: Barcodes, reason: Reason, json: Json = False) -> None:
    """Set stacks apart: no campaign draws them until they are released."""
    with plain_errors():
        from pressloop.flows.cli.records.stacks import handle as work

        work(ledger, barcodes, "quarantined", "", reason, json)


@stacks.command("release")
def release(ledger: LedgerUrl, barcodes: Barcodes, reason: Reason, json: Json = False) -> None:
    """End the quarantine of stacks."""
    with plain_errors():
        from pressloop.flows.cli.records.stacks import handle as work

        work(ledger, barcodes, "released", "", reason, json)


@stacks.command("list")
def list_(ledger: LedgerUrl,
          unused: Annotated[bool, typer.Option("--unused", help="Only those that no campaign has "
                                               "drawn.")] = False,
          json: Json = False) -> None:
    """What is there: lot, age, exposure, place, quarantine, and who has used it."""
    with plain_errors():
        from pressloop.flows.cli.records.stacks import list_stacks as work

        work(ledger, unused, json)


@stacks.command("log")
def log(ledger: LedgerUrl, json: Json = False) -> None:
    """Who did what with which stack, in the order it happened."""
    with plain_errors():
        from pressloop.flows.cli.records.stacks import log_stacks as work

        work(ledger, json)


def add_to(app: typer.Typer) -> None:
    """Puts these commands behind `pressloop stacks`."""
    app.add_typer(stacks, name="stacks")
