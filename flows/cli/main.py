"""The command line. Every command imports what it needs when it runs, so that help is instant."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from pressloop.flows.cli import emulate as cli_emulate
from pressloop.flows.cli import lab as cli_lab
from pressloop.flows.cli import ledger as cli_ledger
from pressloop.flows.cli import people as cli_people
from pressloop.flows.cli import runs as cli_runs
from pressloop.flows.cli import stacks as cli_stacks
from pressloop.flows.cli import study as cli_study
from pressloop.flows.cli.options import (
    Campaign,
    Columns,
    Cron,
    Json,
    LedgerUrl,
    OnePress,
    OtherLedger,
    PerRun,
    Seed,
    SettingsFile,
    Sweep,
    ZoneName,
)
from pressloop.flows.console import STOPPED, PlainGroup, plain_errors, say

app = typer.Typer(
    name="pressloop", cls=PlainGroup, no_args_is_help=True,
    pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
    help="Finds the pressing recipe that gives an all-solid-state battery stack the lowest "
    "interfacial resistance without crushing it, in as few stacks as possible.")

def _say_version(asked: bool) -> None:
    if asked:
        from pressloop import __version__

        typer.echo(f"pressloop {__version__}")
        raise typer.Exit


@app.callback()
def options(version: Annotated[bool, typer.Option(
        "--version", "-v", "-V", callback=_say_version, is_eager=True,
        help="Show the version and exit.")] = False) -> None:
    """Options before any command."""


@app.command()
def run(settings: SettingsFile,
        trials: Annotated[Optional[int], typer.Option(  # noqa: UP045
            "--trials", min=1, help="Stacks in all, instead of [campaign] trials.")] = None,
        seed: Seed = None, ledger: OtherLedger = None, press: OnePress = "", json: Json = False
        ) -> None:
    """Run the closed loop; started again on the same ledger it goes on where it stopped."""
    with plain_errors():
        from pressloop.flows.cli.commands.run import run as work

        work(settings, trials, seed, ledger, json, press)


@app.command()
def check(settings: SettingsFile,
          recipe: Annotated[Optional[str], typer.Option(  # noqa: UP045
              "--recipe", metavar="MPA,S,DEGC",
              help="Take this recipe through every check; or: reference.")] = None,
          press: OnePress = "", json: Json = False) -> None:
    """Open every device and compare all limits; moves nothing."""
    with plain_errors():
        from pressloop.flows.cli.commands.check import check as work

        code = work(settings, recipe, json, press)
    raise typer.Exit(code)


@app.command()
def suggest(settings: SettingsFile,
            data: Annotated[Optional[Path], typer.Option(  # noqa: UP045
                "--data", metavar="past.csv", help="A table of past presses: CSV, Excel or "
                "Parquet, one row a stack; left out: the campaign's ledger.")] = None,
            count: Annotated[int, typer.Option(
                "--count", min=1, max=64, help="Recipes that are pressed as one batch.")] = 1,
            seed: Seed = None, fix: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
                "--fix", metavar="NAME=VALUE", show_default=False,
                help="Hold a variable at this value; all rows are learned from.")] = None,
            ledger: OtherLedger = None, json: Json = False) -> None:
    """Next recipes, from a plain table of past presses or the campaign's ledger; no hardware."""
    with plain_errors():
        if data is None:
            from pressloop.flows.cli.commands.suggest_next import suggest_next

            suggest_next(settings, count, seed, ledger, json)
            return
        from pressloop.flows.cli.commands.suggest import suggest as work

        work(settings, data, count, seed, fix or [], json)


@app.command()
def table(data: Annotated[Path, typer.Argument(
              metavar="past.xlsx", show_default=False,
              help="A lab's sheet: CSV, Excel or Parquet, one row a stack.")],
          settings: Annotated[Optional[Path], typer.Option(  # noqa: UP045
              "--settings", metavar="OUT", help="Write a new settings file that says so.")] = None,
          lab: Annotated[Optional[Path], typer.Option(  # noqa: UP045
              "--lab", metavar="SETTINGS", help="The lab's own settings, which the new file "
              "repeats; they tell die and space.")] = None,
          die_mm: Annotated[Optional[float], typer.Option(  # noqa: UP045
              "--die-mm", min=0.1, max=1000.0, help="Diameter of the die, without --lab.")] = None,
          json: Json = False) -> None:
    """How a lab's sheet is understood: which column is what, in which unit."""
    with plain_errors():
        from pressloop.flows.cli.commands.table import table as work

        code = work(data, lab, settings, die_mm, json)
    raise typer.Exit(code)


@app.command("import")
def import_(settings: SettingsFile,
            data: Annotated[Path, typer.Argument(
                metavar="past.csv", show_default=False,
                help="CSV, Excel or Parquet, one row a stack.")],
            ledger: OtherLedger = None, json: Json = False) -> None:
    """Put past presses into the ledger; the same row is never added twice."""
    with plain_errors():
        from pressloop.flows.cli.commands.import_past import import_past as work

        work(settings, data, ledger, json)


@app.command()
def evaluate(files: Annotated[list[Path], typer.Argument(
                 metavar="FILE...", show_default=False, help="Exports of instruments.")],
             circuit: Annotated[str, typer.Option(
                 help="Such as L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3 or R(RQ)(RQ), or auto.")] = "auto",
             area_cm2: Annotated[Optional[float], typer.Option(  # noqa: UP045
                 "--area-cm2", help="Geometric area; needed when the file has none.")] = None,
             thickness_um: Annotated[Optional[float], typer.Option(  # noqa: UP045
                 "--thickness-um", help="Of the separator, for its conductivity.")] = None,
             interface_below_hz: Annotated[float, typer.Option(
                 help="Arcs that peak below this belong to interfaces.")] = 3e5,
             rules: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
                 "--set", metavar="NAME=VALUE", help="Any key of [evaluation], such as min_hz=1, "
                 "masked_hz=1000, weighting=unit, fixed.alpha1=0.9; may be repeated.")] = None,
             plot: Annotated[Optional[Path], typer.Option(  # noqa: UP045
                 "--plot", metavar="FILE", help="Write the figures to .html or .png.")] = None,
             sweep: Sweep = "", columns: Columns = "", json: Json = False) -> None:
    """Fit the files of impedance instruments, text or binary; see read-your-spectra.md."""
    with plain_errors():
        from pressloop.evaluation.rules import Rules
        from pressloop.flows.cli.commands.evaluate import Asked
        from pressloop.flows.cli.commands.evaluate import evaluate as work
        from pressloop.flows.cli.commands.rule_options import changed

        asked = Asked(area_cm2, thickness_um, sweep, columns, plot)
        by = changed(Rules(interface_below_hz=interface_below_hz), circuit, rules or ())
        code = work(files, by, asked, json)
    raise typer.Exit(code)


@app.command()
def recommend(ledger: LedgerUrl, campaign: Campaign = None, json: Json = False) -> None:
    """The recommended recipe, how sure that is, and which recipes are as good."""
    with plain_errors():
        from pressloop.flows.cli.commands.recommend import recommend as work

        work(ledger, campaign, json)


@app.command()
def report(ledger: LedgerUrl,
           campaign: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
               "--campaign", metavar="NAME", show_default=False,
               help="Needed when the ledger has several; repeated, they are compared.")] = None,
           out: Annotated[Path, typer.Option(
               "--out", metavar="DIR", help="Folder for report.html.")] = Path(),
           json: Json = False) -> None:
    """Write one self-contained HTML page."""
    with plain_errors():
        from pressloop.flows.cli.commands.report import report as work

        work(ledger, campaign or (), out, json)


@app.command()
def export(ledger: LedgerUrl,
           out: Annotated[Optional[Path], typer.Option(  # noqa: UP045
               "--out", metavar="DIR", show_default=False,
               help="Folder for tables: trials, spectra and traces as CSV and Parquet.")] = None,
           crate: Annotated[Optional[Path], typer.Option(  # noqa: UP045
               "--crate", metavar="FOLDER|FILE.zip", show_default=False,
               help="To publish: a new folder or ZIP file that is an RO-Crate, with tables, "
               "settings, report, recommendation, and what they mean in EMMO's terms.")] = None,
           campaign: Campaign = None,
           licence: Annotated[str, typer.Option(
               "--license", metavar="SPDX|URL", help="Of a crate, such as CC-BY-4.0.")] = "",
           orcid: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
               "--orcid", metavar="NAME=ORCID", show_default=False,
               help="Of an operator named in a crate; may be repeated.")] = None,
           publisher: Annotated[str, typer.Option(
               "--publisher", metavar="NAME|URL", help="The lab or institute behind a crate, by "
               "name or by its address at ror.org.")] = "",
           raw: Annotated[bool, typer.Option(
               "--raw", help="Into a crate, the machines' own files even where they name folders "
               "or computers.")] = False,
           json: Json = False) -> None:
    """Write trials, spectra and traces as tables, or the whole campaign to publish it."""
    with plain_errors():
        from pressloop.flows.cli.commands.export import export as work
        from pressloop.flows.cli.commands.export_crate import Asked

        work(ledger, campaign, out, crate, Asked(licence, tuple(orcid or ()), publisher, raw),
             json)


@app.command()
def settle(ledger: LedgerUrl,
           trial: Annotated[int, typer.Option(
               "--trial", show_default=False, help="Its number, as `log` has it.")],
           reason: Annotated[str, typer.Option("--reason", show_default=False,
                                               help="What you saw.")],
           campaign: Campaign = None, json: Json = False) -> None:
    """Close a trial that the press cannot account for, after looking at the stack."""
    with plain_errors():
        from pressloop.flows.cli.records.settle import settle as work

        work(ledger, campaign, trial, reason, json)


@app.command()
def serve(settings: SettingsFile,
          cron: Cron = None, timezone: ZoneName = None, per_run: PerRun = None,
          press: OnePress = "") -> None:
    """Offer the campaign as a Prefect deployment, with a form in the UI and a schedule."""
    with plain_errors():
        from pressloop.flows.cli.services.serve import serve as work

        work(settings, cron, timezone, per_run, press)


@app.command()
def console(ledger: LedgerUrl,
            port: Annotated[int, typer.Option("--port", min=0, max=65535,
                                              help="Where it listens; 0 for any.")] = 8377,
            host: Annotated[str, typer.Option(
                "--host", metavar="ADDRESS", help="Another address than the loopback one needs "
                "PRESSLOOP_CONSOLE_TOKEN.")] = "127.0.0.1",
            folder: Annotated[Path, typer.Option(
                "--folder", metavar="DIR", help="Whose settings files can be started.")] = Path()
            ) -> None:
    """A web page on this computer: campaigns as they run, and what people decide."""
    with plain_errors():
        from pressloop.flows.cli.services.console import console as work

        work(ledger, host, port, folder)


@app.command()
def link(environment: Annotated[bool, typer.Option(
        "--env", help="Instead: lines for a shell, so that `prefect` commands are admitted.")
        ] = False) -> None:
    """A link, good once, to the page of the Prefect server that `pressloop serve` has started."""
    with plain_errors():
        from pressloop.flows.cli.services.link import link as work

        work(environment)


cli_ledger.add_to(app)
cli_people.add_to(app)
cli_runs.add_to(app)
cli_lab.add_to(app)
cli_stacks.add_to(app)
cli_study.add_to(app)
cli_emulate.add_to(app)


def main() -> None:
    """The console script. Ctrl-C before a command has begun ends in one line too."""
    try:
        app()
    except KeyboardInterrupt:
        say("pressloop: stopped before it had begun.")
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
