"""Pages are made from files, and show every name as it is, whatever is in it."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from pressloop.optimizer import Space
from pressloop.studies.data import StudyData
from pressloop.studies.lint import Finding, Findings, Severity
from pressloop.trials.ledger.log import LogRow
from pressloop.views.figures.look import (
    IMPORTED,
    RECOMMENDED,
    REFERENCE,
    SYMBOLS,
    Panel,
    blank,
)
from pressloop.views.log import write_log
from pressloop.views.page import render
from pressloop.views.report.marks import Mark
from pressloop.views.report.trial_table import Head, SortedCell
from pressloop.views.study import lint
from pressloop.views.study.report import Part, study_page
from tests.views.test_report_page import Seen

ROOT = Path(__file__).parents[2]
HOSTILE = ("<script>alert(1)</script>", "</style><b>", '" onload="alert(1)', "' x='", "{{ 7 * 7 }}",
           "{% include 'page.html' %}", "&amp;", "--><i>", "]]>")


def page_of(name: str, problem: str = "") -> Seen:
    """A study page on which everything is called `name`."""
    found = Findings(name, 3, (Finding("units", Severity.ERROR, name, (2,), name, name, name),))
    data = StudyData("t.csv", (), Space((50, 500), (10, 900), (25, 140)))
    parts = [Part("Data check", (name,), lint.section(found, data)),
             Part("Plan", (name,), Markup(), problem or name)]
    html = study_page(name, name, parts, simulated=True, command=name, versions={name: name},
                      digests={name: "1f"})
    return Seen(html)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_study_shows_hostile_names_as_text(name: str) -> None:
    plain, seen = page_of("Plain"), page_of(name)
    assert seen.tags == plain.tags, "no name makes an element of the page, or ends one"
    assert seen.loads == plain.loads
    assert seen.words.count(name) == plain.words.count("Plain") >= 12


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20))
def test_no_name_at_all_changes_a_page(name: str) -> None:
    assert page_of(name).tags == page_of("Plain").tags


@pytest.mark.parametrize("name", HOSTILE)
def test_a_log_shows_hostile_names_as_text(name: str, tmp_path: Path) -> None:
    row = LogRow(1, "2026-01-02T03:04:05+00:00", 1, "planned", {
        "stack": {"stack_id": name}, "purpose": name, "reason": name,
        "recipe": {"pressure_mpa": 200.0, "dwell_s": 60.0, "temperature_c": 90.0}},
        name, name, name, name, {name: name}, name)
    html = write_log(tmp_path / "log.html", name, [row]).read_text(encoding="utf-8")
    seen = Seen(html)
    assert seen.words.count(name) >= 8
    assert seen.tags.count("script") == 1 and "b" not in seen.tags and "i" not in seen.tags


@pytest.mark.parametrize("name", HOSTILE)
def test_figures_cannot_end_the_place_where_their_data_stand(name: str) -> None:
    figure = blank(300)
    figure.add_scatter(x=[1], y=[1], hovertext=[name])
    told = [Panel(words, words, figure, key=((f"#fff{words}", words),))
            for words in ("plain", name)]
    plain, seen = (Seen(render("study/plan.html", verdict="", rest=[], expected=panel,
                               detectable=panel, power="", scatter="", heads=[], rows=[]))
                   for panel in told)
    assert seen.tags == plain.tags
    assert name in seen.words


def test_a_value_that_nobody_gave_is_an_error_that_names_it() -> None:
    with pytest.raises(UndefinedError, match="campaign"):
        render("log.html")


def test_every_template_and_asset_can_be_read_from_the_package() -> None:
    room = files("pressloop.views")
    for kind, end in (("templates", ".html"), ("assets", "")):
        found = [path for path in (ROOT / "views" / kind).rglob("*") if path.is_file()]
        assert found
        for path in found:
            there = room.joinpath(kind, *path.relative_to(ROOT / "views" / kind).parts)
            assert there.read_text(encoding="utf-8") and path.name.endswith(end)


def test_html_stands_in_templates_and_not_in_python() -> None:
    """Hover texts of figures have a few elements of their own, which plotly knows."""
    element = re.compile(r"<(?!b>|/b>|br>|extra>|/extra>|span style=|/span>)/?[a-z][a-z0-9]*[ >]")
    for room in ("views", "flows"):
        for path in (ROOT / room).rglob("*.py"):
            texts = [node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                     if isinstance(node, ast.Constant) and isinstance(node.value, str)]
            assert not [t for t in texts if element.search(t)], path.relative_to(ROOT)


@pytest.mark.parametrize("symbol", sorted({*SYMBOLS.values(), IMPORTED, RECOMMENDED, REFERENCE}))
def test_every_mark_of_the_figures_is_drawn_beside_its_word(symbol: str) -> None:
    drawn = render("report/trials.html", heads=[Head("Outcome", "")],
                   rows=[[SortedCell("w", "w", Mark(symbol, "#123456", "w"))]], many=False)
    assert re.search(r"<svg [^>]*><(path|circle|rect) [^>]*#123456", drawn)
