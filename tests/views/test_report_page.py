"""The report can be written for every kind of history, and keeps to itself."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pressloop.optimizer import Problem, Space, fit_models
from pressloop.trials import Intact, Recipe, Stack, State, Trial
from pressloop.views.report.report import write_report
from tests.views.simulated_trials import CRUSHING, GENTLE, REFERENCE, RULES, SPACE, imported, press

pytestmark = pytest.mark.slow


class Seen(HTMLParser):
    """What a browser would load, and the text outside of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside = tag
        self.loads += [f"{tag} {k}={v}" for k, v in attrs
                       if k in ("src", "href", "srcset", "data", "action")]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.words += f"{data} ".replace("\u00a0", " ")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    return press(tmp_path_factory.mktemp("many"), GENTLE)


def written(path: Path, trials: list[Trial], space: Space = SPACE,
            reference: Recipe | None = REFERENCE, **changes: object) -> Seen:
    options = {"campaign": "C", "rules": RULES, "simulated": False} | changes
    models = fit_models(Problem(space, reference=reference), trials)
    html = write_report(path / "r.html", models, **options)  # type: ignore[arg-type]
    return Seen(html.read_text(encoding="utf-8"))


def test_many_trials_give_all_figures_and_load_nothing(many: list[Trial], tmp_path: Path) -> None:
    seen = written(tmp_path, many, simulated=True)
    assert "SIMULATED" in seen.words
    for title in ("How the search went", "Chance of crushing", "Was the model right?",
                  "Spectra of the best stacks", "Pressing the best stack"):
        assert title in seen.words
    assert "the lower resistance with a probability of" in seen.words
    assert re.search(r"Your stacks follow the usual laws of pressing: .*%\.", seen.words)
    assert [one.partition(",")[0] for one in seen.loads] == [
        "a href=data:text/csv;charset=utf-8;base64"], "its own data, to be saved"
    assert "link" not in seen.tags and "img" not in seen.tags
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    # The browser itself refuses what the page would fetch, and no button sends data away.
    assert "default-src 'none'" in html and "showSendToCloud: false" in html
    assert not re.search(r"@import|url\(\s*['\"]?https?:", html[:html.index("plotly.js v")])


def test_all_failures_say_so_instead_of_recommending(tmp_path: Path) -> None:
    seen = written(tmp_path, press(tmp_path / "b", CRUSHING, "fragile"))
    assert "No stack has stayed intact yet" in seen.words
    assert "3 failed" in seen.words
    assert "No intact stack of this campaign has a spectrum" in seen.words
    assert "SIMULATED" not in seen.words


def test_one_trial_warns_of_its_own_numbers(many: list[Trial], tmp_path: Path) -> None:
    seen = written(tmp_path, many[:1])
    assert "Learned from 1 intact stack only" in seen.words
    assert "This needs an intact stack that was pressed after another" in seen.words


def test_imported_trials_without_spectra_and_no_reference(many: list[Trial], tmp_path: Path
                                                         ) -> None:
    seen = written(tmp_path, imported(many[:3]), reference=None)
    assert "3 imported" in seen.words and "intact, imported" in seen.words
    assert "No reference recipe was given" in seen.words
    assert "has a pressing trace (imported trials come without)" in seen.words


def test_no_trial_at_all(tmp_path: Path) -> None:
    seen = written(tmp_path, [])
    assert "No stack has been pressed yet." in seen.words


@pytest.mark.parametrize(("space", "title"), [
    (Space((50.0, 500.0), (180.0, 180.0), (25.0, 25.0)), "Predicted resistance over pressure"),
    (Space((140.0, 140.0), (180.0, 180.0), (25.0, 140.0)), "Predicted resistance over temperature"),
    (Space((50.0, 500.0), (10.0, 1800.0), (25.0, 25.0)), "Resistance over pressure and dwell"),
    (Space((140.0, 140.0), (10.0, 1800.0), (25.0, 140.0)), "Resistance over dwell and temperature"),
])
def test_fixed_variables_leave_curves_or_the_other_map(
        many: list[Trial], tmp_path: Path, space: Space, title: str) -> None:
    seen = written(tmp_path, many[:2], space)
    assert title in seen.words and "fixed" in seen.words


def test_a_variable_that_is_fixed_while_stacks_vary_it_is_told_as_fixed(
        many: list[Trial], tmp_path: Path) -> None:
    colder = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 25.0))
    hot = replace(many[0], recipe=replace(many[0].recipe, temperature_c=120.0))
    seen = written(tmp_path, [hot, *many[1:3]], colder)
    assert "Resistance over pressure and dwell" in seen.words
    assert "Faint marks were pressed far from this slice" in seen.words
    assert "Temperature that is as good" not in seen.words
    assert re.search(r"space.temperature_c\s+\[25.0, 25.0\]", seen.words)


def test_user_text_is_shown_as_text(many: list[Trial], tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script><b>&\"'"
    first = replace(many[0], stack=Stack(nasty, "L", "o", 0.785, 600.0))
    fault = replace(many[1], state=State.FAULTED, outcome=None, fault=f"broke {nasty}")
    seen = written(tmp_path, [first, fault], campaign=nasty, note=nasty)
    assert seen.words.count(nasty) >= 4
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script>alert" not in html and "</script><b>" not in html


def test_an_intact_stack_with_too_few_points_still_has_its_spectrum(
        many: list[Trial], tmp_path: Path) -> None:
    trial = next(t for t in many if isinstance(t.outcome, Intact))
    full = trial.spectra[0]
    short = replace(full, frequency_hz=full.frequency_hz[::10],
                    impedance_ohm=full.impedance_ohm[::10])
    seen = written(tmp_path, [replace(trial, spectra=(short,))])
    assert "Marks are measured" in seen.words
