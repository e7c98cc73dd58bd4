"""Commands by which people speak to runs that are at work, and to whoever reads the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pressloop.flows.cli.options import Campaign, Json, LedgerUrl, MaybeReason, Reason
from pressloop.flows.console import plain_errors

OneTrial = Annotated[Optional[int], typer.Option(  # noqa: UP045
    "--trial", metavar="N", min=1, help="Its number, as `log` has it.")]


def pause(ledger: LedgerUrl, reason: MaybeReason = "", campaign: Campaign = None,
          json: Json = False) -> None:
    """Have nothing pressed after the stacks in work, on all presses, until `go-on`."""
    with plain_errors():
        from pressloop.flows.cli.records.runs import ask as work

        work(ledger, campaign, "pause", reason, json)


def go_on(ledger: LedgerUrl, reason: MaybeReason = "", campaign: Campaign = None,
          json: Json = False) -> None:
    """Go on after `pause`: the presses will move."""
    with plain_errors():
        from pressloop.flows.cli.records.runs import ask as work

        work(ledger, campaign, "go on", reason, json)


def stop(ledger: LedgerUrl, reason: MaybeReason = "", campaign: Campaign = None,
         json: Json = False) -> None:
    """End the runs of a campaign, on all presses, once their stacks in work are measured."""
    with plain_errors():
        from pressloop.flows.cli.records.runs import ask as work

        work(ledger, campaign, "stop", reason, json)


def unload(ledger: LedgerUrl, reason: Reason,
           press: Annotated[str, typer.Option(
               "--press", metavar="NAME", show_default=False,
               help="Of several presses, the one that is unloaded; the others go on.")] = "",
           trial: OneTrial = None, campaign: Campaign = None, json: Json = False) -> None:
    """Open the platens of a press now; its stack is lost. This is no emergency stop."""
    with plain_errors():
        from pressloop.flows.cli.records.runs import unload_press as work

        work(ledger, campaign, press, trial, reason, json)


def note(ledger: LedgerUrl,
         text: Annotated[str, typer.Argument(show_default=False, help="The remark; left out: show "
                                             "what was noted.")] = "",
         trial: OneTrial = None,
         photo: Annotated[Optional[Path], typer.Option(  # noqa: UP045
             "--photo", metavar="FILE", help="A JPEG or PNG file to keep with it, at most 8 MB."
         )] = None,
         out: Annotated[Optional[Path], typer.Option(  # noqa: UP045
             "--out", metavar="DIR", help="Write the photos that are shown into this folder.")
         ] = None,
         campaign: Campaign = None, json: Json = False) -> None:
    """Keep a remark on a campaign or a trial, or show them; it teaches no model."""
    with plain_errors():
        from pressloop.flows.cli.records.notes import Remark
        from pressloop.flows.cli.records.notes import note as work

        work(ledger, campaign, Remark(text, trial, photo, out), json)


def caution(ledger: LedgerUrl,
            change: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
                "--set", metavar="NAME=VALUE", help="Such as max_crush_probability=0.02; may be "
                "repeated. Left out: show what counts.")] = None,
            reason: MaybeReason = "", campaign: Campaign = None, json: Json = False) -> None:
    """How much risk the search takes from the next recipe on; recorded."""
    with plain_errors():
        from pressloop.flows.cli.records.caution import caution as work

        work(ledger, campaign, tuple(change or ()), reason, json)


def add_to(app: typer.Typer) -> None:
    """Makes these functions commands of `app`."""
    for command in (pause, go_on, stop, unload, note, caution):
        app.command()(command)
