"""The reference is what the program says of itself now, and says something of everything."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from pressloop.flows.settings.campaign import Settings
from pressloop.flows.study.settings import StudySettings
from pressloop.trials.checks import within
from pressloop.trials.errors import BadInput, OutOfEnvelope
from tools.reference.bounds import Try, bounds
from tools.reference.documented import keys_of, meanings, summary, unit_of
from tools.reference.markdown import table
from tools.reference.pages import PAGES, outdated, write

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
ROW = re.compile(r"^\| `([^`]+)` \| (.*?) \| (.*?)\|$", re.MULTILINE)
REMEDY = "Run `make reference`: the program has changed."


def committed(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["cli.md", "python.md"])
def test_a_committed_page_is_what_the_program_makes_now(name: str) -> None:
    assert committed(name) == PAGES[name](), REMEDY


@pytest.mark.slow
def test_the_committed_settings_are_what_the_program_makes_now() -> None:
    """Slower than the others: every key is given what it cannot be."""
    assert committed("settings.md") == PAGES["settings.md"](), REMEDY


@pytest.mark.parametrize("name", ["cli.md", "settings.md"])
def test_every_option_and_every_key_has_a_meaning(name: str) -> None:
    rows = ROW.findall(committed(name))
    assert len(rows) > 90
    assert [key for key, meaning, _ in rows if not meaning.strip()] == []


def test_everything_that_can_be_imported_is_explained() -> None:
    entries = committed("python.md").split("\n### ")[1:]
    assert len(entries) > 60
    for entry in entries:
        last = re.sub(r"```python\n.*?```", "", entry.split("\n## ")[0], flags=re.DOTALL)
        assert last.split("\n", 1)[1].strip(), entry.split("\n", 1)[0]


@pytest.mark.parametrize("settings", [Settings, StudySettings])
def test_every_table_has_a_section(settings: type) -> None:
    for key in keys_of(settings):
        name = key.name.strip("[]")
        assert f"### `{f'[[{name}]]' if key.name != name else f'[{name}]'}`" in committed(
            "settings.md")


def test_alike_tables_are_told_once_and_parameters_by_a_name_of_the_lab() -> None:
    page = committed("settings.md")
    assert page.count("### `[table.") == 1 and "`oil_pressure`" in page
    assert "### `[space.NAME]`" in page and "| `set_by` |" in page


@pytest.mark.slow
def test_a_page_that_is_out_of_date_is_named(tmp_path: Path) -> None:
    for name in PAGES:
        (tmp_path / name).write_text(committed(name), encoding="utf-8")
    (tmp_path / "cli.md").write_text("old", encoding="utf-8")
    assert "cli.md" in outdated(tmp_path) and "python.md" not in outdated(tmp_path)
    write(tmp_path, "cli.md")
    assert (tmp_path / "cli.md").read_text(encoding="utf-8") == committed("cli.md")


class Press:
    """`[press]`: what presses. Raises BadInput on other things.

    force_kn, speed: how strong,
        and how fast.
    port: where it listens.

    Other words: not an entry.
    """


def test_meanings_come_from_the_entries_of_a_docstring() -> None:
    assert meanings(Press) == {"force_kn": "how strong, and how fast.",
                               "speed": "how strong, and how fast.", "port": "where it listens."}
    assert summary(Press) == "What presses."
    assert [unit_of(name) for name in ("force_kn", "rest_s", "hits_per_cm2", "speed")] == [
        "kN", "s", "1/cm²", ""]


def refuses(low: float, high: float, name: str = "press.port") -> Try:
    return lambda value: [within(name, one, low, high, "Look it up.")
                          for one in (value if isinstance(value, list) else [value])]


def test_bounds_are_those_that_the_program_states() -> None:
    assert bounds("port", int, refuses(1, 65535)) == "between 1 and 65535"
    assert bounds("port", tuple[float, ...], refuses(0, 2)) == "each between 0 and 2"
    assert bounds("port", float | None, lambda _: None) == ""
    assert bounds("port", float, refuses(0, 1, "press.speed")) == "", "another key's trouble"
    assert bounds("port", bool, lambda _: None) == "true or false"
    assert bounds("port", float, refuses(15, math.inf)) == "at least 15"


def test_limits_that_depend_on_the_machine_are_told_as_such() -> None:
    def outside(_: object) -> None:
        raise OutOfEnvelope("space.pressure_mpa", 1e9, "between 0 and 600", "Lower it.")

    def unknown(_: object) -> None:
        raise BadInput("press.driver", "x", "a driver that exists", "Use one of a, b.")

    def beyond(_: object) -> None:
        raise BadInput("envelope.pressure_mpa", "pressure_mpa <= 600",
                       "kept by one recipe of [space] or more", "Correct one of the two.")

    assert bounds("pressure_mpa", float, outside) == "inside [envelope]"
    assert bounds("pressure_mpa", float, beyond) == "partly inside [envelope]"
    assert bounds("driver", str, unknown) == "one of a, b"


def test_a_cell_cannot_end_its_table() -> None:
    assert table(["a"], [["|Z| of\ntwo"]]).splitlines()[-1] == r"| \|Z\| of two |"
