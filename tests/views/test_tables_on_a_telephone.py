"""Tables on a telephone: rows as lists, nothing to scroll sideways."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pressloop.optimizer import Problem, fit_models
from pressloop.views.report.compare import Member, write_comparison
from pressloop.views.report.report import write_report
from tests.views.simulated_trials import GENTLE, REFERENCE, RULES, SPACE, press
from tools.console.browser import CHROMIUM, NONE, Page, browser
from tools.console.driven import grave

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason=NONE)]
NAMES = ("NMC811 and sulfide, secondary press at 25 °C, spring", "autumn", "empty")
OVER = """Array.from(document.querySelectorAll('.scroll, body')).filter(
  (one) => one.scrollWidth > one.clientWidth).length"""
CARD = """Array.from(document.querySelectorAll('.card .scroll')).filter(
  (one) => one.scrollWidth > one.clientWidth).length"""
CUT = """Array.from(document.querySelectorAll('td')).filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width > 0 && (box.left < 0 || box.right > innerWidth);
}).map((one) => one.textContent)"""
LABELS = """Array.from(document.querySelectorAll('tbody tr:first-child td')).map(
  (one) => getComputedStyle(one, '::before').content)"""
HAS_AXE = importlib.util.find_spec("axe_core_python") is not None


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("compared")
    trials, problem = press(folder, GENTLE[:3]), Problem(SPACE, reference=REFERENCE)
    told = [(NAMES[0], trials), (NAMES[1], trials[:2]), (NAMES[2], [])]
    report = write_comparison(folder / "c.html", [
        Member(name, fit_models(problem, some), RULES, False) for name, some in told])
    with browser(folder / "chromium") as new:
        shown = new()
        shown.size(390, 844)
        shown.open(report.as_uri())
        shown.reads("What each found")
        yield shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_shows_each_campaign_as_a_list(page: Page, scheme: str) -> None:
    page.size(390, 844, scheme)
    assert page.run(OVER) == 0 and page.run(CUT) == []
    labels: Any = page.run(LABELS)
    assert [one.strip('"') for one in labels[1:9]] == [
        "Stacks", "Intact", "Failed", "Recommended recipe", "Predicted", "95\u00a0% interval",
        "Best reading", "Crushing"]
    assert labels[0] == "none", "the campaign heads its list"
    assert "nothing yet" in page.text
    assert page.run("document.querySelector('td:empty').offsetParent") is None
    if HAS_AXE:
        # Figures are judged where they are made.
        assert [one for one in grave(page) if "plotly" not in one] == []


def test_a_desk_shows_a_table(page: Page) -> None:
    page.size(1280, 900)
    assert page.run("getComputedStyle(document.querySelector('tbody tr')).display") == "table-row"
    assert set(page.run(LABELS)) == {"none"}


def test_the_recommended_recipe_stands_beside_the_reference(page: Page, tmp_path: Path) -> None:
    """Nothing of it has to be scrolled to; the trials, a table to be sorted, stay one."""
    models = fit_models(Problem(SPACE, reference=REFERENCE), press(tmp_path, GENTLE[:3]))
    report = write_report(tmp_path / "r.html", models, campaign="C", rules=RULES, simulated=False)
    page.size(390, 844)
    page.open(report.as_uri())
    page.reads("Recommended recipe")
    assert page.run(CARD) == 0
    assert [one.strip('"') for one in page.run(LABELS)[:4]] == [
        "Resistance (Ω·cm²)", "95\u00a0% interval", "Crushing", "Short or delam."]
