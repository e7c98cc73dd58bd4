"""suggest: recipes from a table, without a server; and the light help of all commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import PAST, RECIPE_KEYS, SETTINGS, TABLE, write_settings, write_table

from pressloop.optimizer import Space
from pressloop.trials import Recipe

pytestmark = pytest.mark.slow
PUBLISHED = Path(__file__).parents[3] / "examples" / "published"
URL = "sqlite:///lab.db"


def test_suggestions_lie_in_the_space_and_say_why(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    answer = pressloop("suggest", SETTINGS, "--data", TABLE, "--count", "3", "--json")
    assert answer.code == 0
    assert answer.err == ""
    found = answer.json
    assert found.keys() == {"rows", "in_work", "warnings", "table", "laws", "suggestions"}
    assert found["rows"] == 6
    assert len({str(one["recipe"]) for one in found["suggestions"]}) == 3
    space = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
    for one in found["suggestions"]:
        assert one.keys() == {"recipe", "purpose", "predicted", "reason"}
        assert "survives with" in one["reason"]
        assert one["recipe"].keys() == RECIPE_KEYS
        assert space.contains(Recipe(**one["recipe"]))
        said = one["predicted"]
        assert 0 < said["low_ohm_cm2"] < said["resistance_ohm_cm2"] < said["high_ohm_cm2"]
        assert 0 <= said["p_crushed"] <= 1


def test_suggestions_follow_from_table_and_seed(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    call = ("suggest", SETTINGS, "--data", TABLE, "--json")
    first = pressloop(*call, "--seed", "3")
    assert pressloop(*call, "--seed", "3").out == first.out
    assert pressloop(*call, "--seed", "7").out == pressloop(*call).out
    rows = PAST.splitlines()
    write_table(tmp_path, "\n".join([rows[0], *reversed(rows[1:])]))
    assert pressloop(*call, "--seed", "3").out == first.out


def test_suggestions_are_readable(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    answer = pressloop("suggest", SETTINGS, "--data", TABLE)
    assert answer.code == 0
    assert "Press next" in answer.out
    assert "MPa" in answer.out
    assert "Your stacks follow the usual laws of pressing: " in answer.out


def test_models_of_the_settings_reach_the_suggestions(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    """`plain_gp` knows no laws, and `laws = false` switches those of the default off."""
    write_table(tmp_path)
    call = ("suggest", SETTINGS, "--data", TABLE)
    for surrogate, weighed in ((None, True), ({"model": "plain_gp"}, False),
                               ({"laws": False}, False)):
        write_settings(tmp_path, surrogate=surrogate)
        found = pressloop(*call, "--json").json
        assert (found["laws"] is not None) is weighed
        assert ("laws of pressing" in pressloop(*call).out) is weighed
        assert found["suggestions"][0]["predicted"]["resistance_ohm_cm2"] > 0.0


def test_a_fixed_variable_may_be_left_out(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path, space={"temperature_c": 60})
    write_table(tmp_path, "pressure_mpa,dwell_s,resistance_ohm_cm2\n100,60,160\n200,600,60\n")
    answer = pressloop("suggest", SETTINGS, "--data", TABLE, "--json")
    assert answer.json["suggestions"][0]["recipe"]["temperature_c"] == 60.0


def test_more_careful_settings_suggest_less_risk(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    """`survival_exponent` reaches the search: 0 ignores what crushed stacks teach."""
    risks = []
    for exponent in (0.0, 8.0):
        write_settings(tmp_path, risk_limits={"survival_exponent": exponent})
        write_table(tmp_path, PAST + "380,300,80,,,crushed\n350,900,100,,,crushed\n")
        found = pressloop("suggest", SETTINGS, "--data", TABLE, "--json").json["suggestions"][0]
        risks.append(found["predicted"]["p_failed"])
    assert risks[1] < risks[0]


@pytest.mark.parametrize("table", sorted(p.name for p in PUBLISHED.glob("*.csv")))
def test_published_tables_work(table: str, pressloop: Callable[..., Any]) -> None:
    settings = PUBLISHED / f"{Path(table).stem.partition('_')[0]}.toml"
    suggested = pressloop("suggest", settings, "--data", PUBLISHED / table, "--json")
    assert suggested.code == 0, suggested.err
    added = pressloop("import", settings, PUBLISHED / table, "--ledger", URL, "--json")
    assert added.json["added"] == suggested.json["rows"] > 1


def test_help_is_light() -> None:
    """Neither the models nor Prefect nor tables are loaded to show help."""
    probe = ("import sys\nfrom pressloop.flows.cli.main import main\n"
             "sys.argv = ['pressloop', '--help']\n"
             "try:\n    main()\nexcept SystemExit as end:\n    assert end.code in (0, None)\n"
             "heavy = {'torch', 'prefect', 'pandas', 'scipy', 'plotly', 'sqlalchemy'}\n"
             "print(sorted(heavy & set(sys.modules)), file=sys.stderr)")
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True,
                          timeout=150, cwd=Path(__file__).parents[3], check=True)
    assert done.stderr.strip() == "[]"
    for command in ("run", "check", "suggest", "import", "evaluate", "recommend", "report",
                    "serve", "export", "settle"):
        assert command in done.stdout
