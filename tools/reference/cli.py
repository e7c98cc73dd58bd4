"""`docs/reference/cli.md`: every command with its arguments and options."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from pressloop.flows.cli.main import app
from pressloop.flows.deployments.nights import zone_here
from tools.reference.markdown import code, table
from tools.reference.markdown import page as whole

INTRO = """Every command says the same with `--help` or `-h`. Results go to stdout, the rest to
stderr; `--json` gives one JSON document, also for an error:
`{"error": {"kind", "message", "exit_code"}}`, of a wrong input with `name`, `value`, `bound` and
`remedy` too. `pressloop --install-completion` lets the shell complete commands and options. Exit
codes: 0 done; 1 something failed, or was found by a command that looks for it; 2 an input is wrong,
and nothing was done; 130 and 143 stopped by Ctrl-C or a signal."""

WORDS = {int: "INTEGER", float: "NUMBER", Path: "PATH"}


def page() -> str:
    """The page."""
    group = get_command(app)
    return whole("The command line", INTRO, [
        _section(path, command) for path, command in commands(group, "pressloop")])


def commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups before what they hold."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


def _section(path: str, command: Any) -> str:
    level = "##" if path.count(" ") < 2 else "###"
    usage = " ".join([path, *_usage(command)])
    rows = [_row(one) for one in command.params if one.name != "help"]
    return "\n".join([f"{level} `{path}`", "", _words(command.help or ""), "", "```", usage, "```",
                      "", *([table(("option", "meaning", "default"), rows)] if rows else [])])


def _usage(command: Any) -> list[str]:
    arguments = [_named(one) for one in command.params if one.param_type_name == "argument"]
    needed = [f"{one.opts[0]} {_value(one)}" for one in command.params
              if one.param_type_name == "option" and one.required]
    rest = any(one.param_type_name == "option" and not one.required for one in command.params)
    inner = ["COMMAND"] if hasattr(command, "commands") else []
    return [*inner, *arguments, *needed, *(["[OPTIONS]"] if rest else [])]


def _row(one: Any) -> tuple[str, str, str]:
    if one.param_type_name == "argument":
        return code(_named(one)), _words(one.help or ""), "needed"
    name = " ".join([", ".join([*one.opts, *one.secondary_opts]), _value(one)]).strip()
    bounds = _bounds(one)
    return code(name), _words(one.help or "") + (f" {bounds}" if bounds else ""), _default(one)


def _named(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _value(option: Any) -> str:
    if option.is_flag:
        return ""
    kind = option.type_descriptor.annotation
    return str(option.metavar or WORDS.get(kind, "TEXT"))


def _bounds(one: Any) -> str:
    low, high = one.min, one.max
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"At least {low:g}." if high is None else f"At most {high:g}."
    return f"From {low} to {high}."


def _default(option: Any) -> str:
    if option.required:
        return "needed"
    if option.is_flag or option.default in (None, "", [], ()):
        return ""
    return code(str(option.default))


def _words(text: str) -> str:
    """Without the name of this computer's time zone, which is another one elsewhere."""
    return " ".join(text.split()).replace(f", {zone_here()}.", ".")
