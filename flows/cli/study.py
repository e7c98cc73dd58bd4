"""Commands that look at past data: study it, check it. Nothing is pressed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pressloop.flows.cli.options import Json
from pressloop.flows.console import plain_errors


def study(settings: Annotated[Path, typer.Argument(
              metavar="STUDY.toml", show_default=False, help="Settings of the study.")],
          seed: Annotated[Optional[int], typer.Option(  # noqa: UP045 - typer reads it at run time
              "--seed", min=0, max=2**31 - 1, help="Instead of the one in the settings.")] = None,
          out: Annotated[Optional[Path], typer.Option(  # noqa: UP045
              "--out", metavar="DIR", help="Instead of the one in the settings.")] = None,
          json: Json = False) -> None:
    """How far past data can be trusted, and what it says; writes one page and Parquet tables."""
    with plain_errors():
        from pressloop.flows.cli.commands.study import study as work

        code = work(settings, seed, out, json)
    raise typer.Exit(code)


def lint(data: Annotated[Path, typer.Argument(
             metavar="data.csv", show_default=False, help="One row a stack.")],
         settings: Annotated[Optional[Path], typer.Option(  # noqa: UP045
             "--settings", metavar="CAMPAIGN.toml",
             help="Tells which ranges and which die are meant.")] = None,
         json: Json = False) -> None:
    """Look for what would mislead a model in a CSV, Excel or Parquet table; exit code 1 if so."""
    with plain_errors():
        from pressloop.flows.cli.commands.lint import lint as work

        code = work(data, settings, json)
    raise typer.Exit(code)


def add_to(app: typer.Typer) -> None:
    """Makes these functions commands of `app`."""
    for command in (study, lint):
        app.command()(command)
