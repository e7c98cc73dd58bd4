"""Commands of a lab with a Prefect server of its own: deployments, workers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pressloop.flows.cli.options import Cron, Json, OnePress, PerRun, SettingsFile, ZoneName
from pressloop.flows.console import PlainGroup, plain_errors


def deploy(settings: SettingsFile,
           pool: Annotated[str, typer.Option(
               "--pool", metavar="NAME", show_default=False, help="Prefect's work pool of the "
               "press; made where it lacks.")],
           cron: Cron = None,
           interval: Annotated[Optional[str], typer.Option(  # noqa: UP045
               "--interval", metavar="TIME", help="Instead of --cron: 90min, 6h or 1d.")] = None,
           timezone: ZoneName = None, per_run: PerRun = None,
           blackout: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
               "--blackout", metavar="WINDOW", help="No stack is begun in it: Mon-Fri 08:00-18:00, "
               "or 2026-12-24 to 2027-01-02; may be repeated.")] = None,
           wait: Annotated[bool, typer.Option(
               "--wait", help="A run waits for a press that is busy; otherwise it is skipped.")
               ] = False,
           study: Annotated[Optional[Path], typer.Option(  # noqa: UP045
               "--study", metavar="STUDY.toml", help="Of nightly-study; left out: all parts, on "
               "the campaign's ledger.")] = None,
           study_cron: Annotated[Optional[str], typer.Option(  # noqa: UP045
               "--study-cron", help="When nightly-study runs; empty: by hand only; left out: 0 6 * "
               "* *, and of several presses at the first alone.")] = None,
           backups: Annotated[Optional[Path], typer.Option(  # noqa: UP045
               "--backups", metavar="DIR", help="Back the ledger up into this folder.")] = None,
           backup_cron: Annotated[Optional[str], typer.Option(  # noqa: UP045
               "--backup-cron", help="When; empty: by hand only; left out: 30 5 * * *, and of "
               "several presses at the first alone.")] = None,
           press: OnePress = "", json: Json = False) -> None:
    """Offer the campaign to a Prefect work pool, whose worker presses by schedule or form."""
    with plain_errors():
        from pressloop.flows.cli.services.deploy import Asked
        from pressloop.flows.cli.services.deploy import deploy as work

        work(settings, Asked(pool, cron, interval, timezone, per_run, tuple(blackout or ()), wait,
                             study, study_cron, backups, backup_cron, press), json)


def worker(pool: Annotated[str, typer.Option(
               "--pool", metavar="NAME", show_default=False, help="The work pool of its press.")],
           name: Annotated[str, typer.Option(
               "--name", help="What Prefect's page calls it; left out: one is made up.")] = ""
           ) -> None:
    """Do what is ordered of a work pool, until Ctrl-C; on the computer of its press."""
    with plain_errors():
        from pressloop.flows.cli.services.worker import worker as work

        work(pool, name)


def notify(block: Annotated[Optional[str], typer.Option(  # noqa: UP045
               "--block", metavar="TYPE/NAME", help="A notification block of Prefect's, such as "
               "slack-webhook/lab, instead of PRESSLOOP_NOTIFY_WEBHOOK.")] = None,
           test: Annotated[bool, typer.Option(
               "--test", help="Send a test of each kind, and say whether it went out.")] = False,
           remove: Annotated[bool, typer.Option("--remove", help="Take them away.")] = False,
           json: Json = False) -> None:
    """Have Prefect tell people: a person is needed, fault, end and why, drift, late."""
    with plain_errors():
        from pressloop.flows.cli.services.notify import notify as work

        code = work(block, test, remove, json)
    raise typer.Exit(code)


lab = typer.Typer(cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None,
                  help="A lab in one command: PostgreSQL, Prefect's server, a worker a press.")
LabFolder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="The lab's own folder.")]


@lab.command("up")
def lab_up(settings: Annotated[Optional[list[Path]], typer.Argument(  # noqa: UP045
               metavar="SETTINGS.toml...", show_default=False, help="Of the campaigns; left out: "
               "those of the last time.")] = None,
           folder: LabFolder = Path("lab"),
           port: Annotated[int, typer.Option(
               "--port", min=1, max=65535, help="Of Prefect's server, on loopback.")] = 4200,
           database_port: Annotated[int, typer.Option(
               "--database-port", min=1, max=65535, help="Of the lab's PostgreSQL, on loopback."
               )] = 5433,
           database: Annotated[str, typer.Option(
               "--database", metavar="URL", help="Instead of a PostgreSQL of the lab's own: "
               "Prefect's database, such as postgresql+asyncpg://prefect@host/prefect; its "
               "password is looked for in PGPASSFILE or PGPASSWORD.")] = "",
           cron: Annotated[str, typer.Option("--cron", help="When each campaign presses; left out: "
                                             "by hand only.")] = "",
           per_run: Annotated[Optional[int], typer.Option(  # noqa: UP045
               "--per-run", min=1, max=1000, help="Stacks per run.")] = None,
           blackout: Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
               "--blackout", metavar="WINDOW", help="No stack is begun in it; may be repeated."
               )] = None,
           foreground: Annotated[bool, typer.Option(
               "--foreground", help="Do not return: for a unit of systemd.")] = False,
           json: Json = False) -> None:
    """Start database, server and workers, and offer the campaigns."""
    with plain_errors():
        from pressloop.flows.cli.services.lab import absolute
        from pressloop.flows.cli.services.lab import up as work
        from pressloop.flows.lab.folder import Lab

        work(folder, Lab(absolute(settings or ()), port, database, database_port, cron, per_run,
                         tuple(blackout or ())), foreground, json)


@lab.command("down")
def lab_down(folder: LabFolder = Path("lab"),
             stop: Annotated[bool, typer.Option(
                 "--stop", help="Stop runs in work, as their [campaign] on_stop says.")] = False,
             json: Json = False) -> None:
    """End workers, server and database; data, secrets and backups stay."""
    with plain_errors():
        from pressloop.flows.cli.services.lab import down as work

        work(folder, stop, json)


@lab.command("status")
def lab_status(folder: LabFolder = Path("lab"), json: Json = False) -> None:
    """What runs, what is in work, and when the ledger was backed up last."""
    with plain_errors():
        from pressloop.flows.cli.services.lab import status as work

        code = work(folder, json)
    raise typer.Exit(code)


@lab.command("env")
def lab_env(folder: LabFolder = Path("lab")) -> None:
    """Lines for a shell, so that its commands are admitted to the lab's server and ledger."""
    with plain_errors():
        from pressloop.flows.cli.services.lab import env as work

        work(folder)


def add_to(app: typer.Typer) -> None:
    """Makes these functions commands of `app`."""
    for command in (deploy, worker, notify):
        app.command()(command)
    app.add_typer(lab, name="lab")
