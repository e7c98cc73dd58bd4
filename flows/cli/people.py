"""Commands by which people decide: put a record right, ask for a recipe, attach a stack."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from pressloop.flows.cli.options import (
    Campaign,
    Json,
    LedgerUrl,
    MaybeReason,
    OtherLedger,
    Reason,
    SettingsFile,
)
from pressloop.flows.console import plain_errors

Trials = Annotated[Optional[str], typer.Option(  # noqa: UP045
    "--trial", metavar="N", help="Such as 3, or 3-9,12.")]
Stacks = Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
    "--stack", metavar="NAME", help="Instead of --trial; may be repeated.")]
Over = Annotated[int, typer.Option(
    "--over", metavar="N", min=0,
    help="The number of the correction that you know of, to correct a stack once more.")]


def correct(ledger: LedgerUrl, reason: Reason, trial: Trials = None, stack: Stacks = None,
            change: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
                "--set", metavar="NAME=VALUE",
                help="Such as resistance_ohm_cm2=39.55 or lot=B7; may be repeated.")] = None,
            as_recorded: Annotated[bool, typer.Option(
                "--as-recorded", help="Back to what was recorded first.")] = False,
            over: Over = 0, campaign: Campaign = None, json: Json = False) -> None:
    """Put right what is recorded of a stack; the original stays in the ledger."""
    with plain_errors():
        from pressloop.flows.campaign.decisions.put_right import Known
        from pressloop.flows.cli.records.put_right import correct_stacks as work

        work(ledger, campaign, trial, tuple(stack or ()), tuple(change or ()), as_recorded,
             Known(reason, over), json)


def withdraw(ledger: LedgerUrl, reason: Reason, trial: Trials = None, stack: Stacks = None,
             reference_too: Annotated[bool, typer.Option(
                 "--reference-too", help="Also the last stack pressed by the reference recipe."
             )] = False,
             over: Over = 0, campaign: Campaign = None, json: Json = False) -> None:
    """Take a stack back, as one that was typed twice: nothing is learned from it any more."""
    with plain_errors():
        from pressloop.flows.campaign.decisions.put_right import Known
        from pressloop.flows.cli.records.put_right import withdraw_stacks as work

        work(ledger, campaign, trial, tuple(stack or ()), reference_too, Known(reason, over), json)


def relabel(ledger: LedgerUrl, reason: Reason,
            label: Annotated[str, typer.Option(
                "--as", metavar="LABEL", show_default=False,
                help="crushed, shorted, delaminated, failed (nobody knows how) or spoilt (by a "
                "person: says nothing).")],
            trial: Trials = None, stack: Stacks = None, over: Over = 0,
            campaign: Campaign = None, json: Json = False) -> None:
    """Say how a stack has failed, or that a person has spoilt it."""
    with plain_errors():
        from pressloop.flows.campaign.decisions.put_right import Known
        from pressloop.flows.cli.records.put_right import relabel_stacks as work

        work(ledger, campaign, trial, tuple(stack or ()), label, Known(reason, over), json)


def queue(settings: SettingsFile,
          recipe: Annotated[Optional[str], typer.Option(  # noqa: UP045
              "--recipe", metavar="MPA,S,DEGC", help="Press this next; or: reference.")] = None,
          suggestion: Annotated[Optional[int], typer.Option(  # noqa: UP045
              "--suggestion", metavar="N", min=1,
              help="Press this one of the suggestions next, see --count.")] = None,
          count: Annotated[int, typer.Option(
              "--count", min=1, max=64, help="How many suggestions it is chosen from.")] = 3,
          drop: Annotated[Optional[int], typer.Option(  # noqa: UP045
              "--drop", metavar="N", min=1, help="Take this one out of the queue.")] = None,
          reason: MaybeReason = "",
          ledger: OtherLedger = None, json: Json = False) -> None:
    """Have the next stack pressed by a recipe of your own; without options, show what waits."""
    with plain_errors():
        from pressloop.flows.cli.records.queue import Asked
        from pressloop.flows.cli.records.queue import queue as work

        work(settings, Asked(recipe, suggestion, count, drop, reason), ledger, json)


def attach(settings: SettingsFile,
           recipe: Annotated[str, typer.Option(
               "--recipe", metavar="MPA,S,DEGC", show_default=False,
               help="By which it was pressed, or NAME=VALUE with commas; or: reference.")],
           stack: Annotated[str, typer.Option("--stack", metavar="NAME", show_default=False,
                                              help="Its name, which no other stack has.")],
           reason: Reason,
           resistance: Annotated[Optional[float], typer.Option(  # noqa: UP045
               "--resistance", metavar="OHM_CM2", help="Of the interface, times area.")] = None,
           error: Annotated[Optional[float], typer.Option(  # noqa: UP045
               "--error", metavar="OHM_CM2", help="Its standard error.")] = None,
           measured: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
               "--set", metavar="NAME=VALUE",
               help="Another quantity that the campaign measures; NAME_se is its error.")] = None,
           failed: Annotated[Optional[str], typer.Option(  # noqa: UP045
               "--failed", metavar="LABEL",
               help="Instead: crushed, shorted, delaminated, failed or spoilt.")] = None,
           lot: Annotated[Optional[str], typer.Option(  # noqa: UP045
               "--lot", help="Of its materials; left out: that of [stack].")] = None,
           operator: Annotated[Optional[str], typer.Option(  # noqa: UP045
               "--operator", help="Who made it; left out: that of [stack].")] = None,
           held: Annotated[Optional[float], typer.Option(  # noqa: UP045
               "--stack-pressure", metavar="MPA", help="Held while it was measured.")] = None,
           ledger: OtherLedger = None, json: Json = False) -> None:
    """Learn from a stack that was pressed elsewhere; it counts no stack of the budget."""
    with plain_errors():
        from pressloop.flows.cli.records.attach import Read, measured_values
        from pressloop.flows.cli.records.attach import attach_stack as work

        values = measured_values(measured or ())
        work(settings, recipe, Read(stack, resistance, error, failed, lot, operator, held, values),
             reason, ledger, json)


def predict(recipe: Annotated[str, typer.Argument(
                metavar="MPA,S,DEGC", show_default=False,
                help="The recipe, or NAME=VALUE with commas between; or: reference.")],
            ledger: LedgerUrl, campaign: Campaign = None, json: Json = False) -> None:
    """What is believed of a recipe: what is sought, chances of failure, what they rest on."""
    with plain_errors():
        from pressloop.flows.cli.commands.predict import predict_recipe as work

        work(recipe, ledger, campaign, json)


def add_to(app: typer.Typer) -> None:
    """Makes these functions commands of `app`."""
    for command in (correct, withdraw, relabel, queue, attach, predict):
        app.command()(command)
