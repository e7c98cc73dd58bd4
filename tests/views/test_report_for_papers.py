"""What a report gives to a paper: methods with sources, its data, campaigns beside one another."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from pressloop.optimizer import Problem, Search, SurrogateChoice, fit_models
from pressloop.trials import Intact, Recipe, Trial
from pressloop.trials.outcome import Achieved
from pressloop.views.export.export import export
from pressloop.views.export.plain_csv import trials_csv
from pressloop.views.report.compare import Member, write_comparison
from pressloop.views.report.methods import methods
from pressloop.views.report.report import write_report
from tests.views.simulated_trials import CRUSHING, GENTLE, REFERENCE, RULES, SPACE, imported, press
from tests.views.test_report_page import Seen

PROBLEM = Problem(SPACE, reference=REFERENCE)


@pytest.fixture(scope="module")
def gentle(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    return press(tmp_path_factory.mktemp("gentle"), GENTLE[:3])


@pytest.fixture(scope="module")
def crushed(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    return press(tmp_path_factory.mktemp("crushed"), CRUSHING, "fragile")


def test_methods_tell_stacks_limits_versions_and_number_their_sources(
        gentle: list[Trial], crushed: list[Trial]) -> None:
    told = methods([*gentle, *imported(crushed)], PROBLEM, RULES,
                   {"pressloop": "1.2", "torch": "9"}, "night", "The newest has the SHA-256 abc.")
    words = " ".join(told.paragraphs).replace("\u00a0", " ")
    assert "Campaign night comprises 6 stacks of 1 lot, 3 of them imported" in words
    assert "2 stayed intact, 4 failed" in words
    assert "pressure 50 to 500 MPa" in words and "below 5 %" in words
    assert RULES.circuit in words and "SHA-256 abc" in words
    assert told.versions == "pressloop 1.2, torch 9"
    numbers = [int(n) for some in re.findall(r"\[(\d+(?:, \d+)*)\]", words)
               for n in some.split(",")]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(told.sources) + 1))
    assert all("doi 10." in s or "arXiv" in s or "Proc." in s for s in told.sources)


def test_methods_name_other_models_and_cite_nothing_for_them() -> None:
    other = replace(PROBLEM, surrogate=SurrogateChoice(model="lab.own", failure_model="lab.safe"),
                    search=Search(acquisition="lab.greed"), reference=None)
    told = methods([], other, RULES, {}, "night")
    words = " ".join(told.paragraphs).replace("\u00a0", " ")
    assert "No stack of campaign night has been pressed." in words
    assert "by the model lab.own" in words and "the acquisition lab.greed" in words
    assert not [s for s in told.sources if "Frazier" in s or "Minka" in s or "Yao" in s]


def test_the_data_of_a_page_are_the_exported_ones(gentle: list[Trial], crushed: list[Trial],
                                                  tmp_path: Path) -> None:
    odd = replace(gentle[0],
                  stack=replace(gentle[0].stack, stack_id="=HYPERLINK(1)", lot='a,"b"\rc'),
                  recipe=Recipe(140.0, 180.0, 25.0, others={"binder": "PTFE", "milled_min": 5}))
    assert isinstance(gentle[1].outcome, Intact)
    off = replace(gentle[1], outcome=replace(gentle[1].outcome, achieved=Achieved(
        100.0 + 2 / 3, 180.5, None)))
    trials = [odd, off, *gentle[2:], *imported(crushed)]
    assert "achieved_pressure_mpa" in trials_csv(trials)
    export(trials, tmp_path)
    assert trials_csv(trials) == (tmp_path / "trials.csv").read_text(encoding="utf-8")
    assert trials_csv([]) == (export([], tmp_path / "none")[0]).read_text(encoding="utf-8")


def link_of(html: str) -> str:
    found = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)" download="([^"]+)"', html)
    assert found is not None
    assert found[2].endswith("-trials.csv")
    return b64decode(found[1]).decode()


@pytest.mark.slow
def test_a_page_carries_its_data_its_methods_and_nothing_from_outside(gentle: list[Trial],
                                                                      tmp_path: Path) -> None:
    html = write_report(tmp_path / "r.html", fit_models(PROBLEM, gentle), campaign="a/b <c>",
                        rules=RULES, simulated=False, record="A record.").read_text()
    rows = list(csv.DictReader(io.StringIO(link_of(html))))
    assert [row["stack"] for row in rows] == [t.stack.stack_id for t in gentle]
    seen = Seen(html)
    for words in ("Methods", "Sources", "Analysed with python", "A record."):
        assert words in seen.words
    assert all("=data:text/csv" in one for one in seen.loads)


@pytest.mark.slow
def test_a_page_of_thousands_frames_its_table(gentle: list[Trial], tmp_path: Path) -> None:
    many = [replace(t, number=100 * i + n, trace=None, spectra=()) for i in range(70)
            for n, t in enumerate(gentle, 1)]
    html = write_report(tmp_path / "r.html", fit_models(PROBLEM, gentle), campaign="C",
                        rules=RULES, simulated=False).read_text()
    assert 'class="scroll many"' not in html
    from pressloop.views.report.trial_table import trial_table

    table = trial_table(many)
    assert 'class="scroll many"' in table and "210 trials are too many for paper" in table


@pytest.mark.slow
def test_campaigns_are_held_against_one_another(gentle: list[Trial], crushed: list[Trial],
                                                tmp_path: Path) -> None:
    wider = replace(PROBLEM, space=replace(SPACE, pressure_mpa=(50.0, 600.0)))
    named = {"first": (PROBLEM, gentle), "<second>": (wider, gentle[:2]),
             "broken": (PROBLEM, crushed), "empty": (PROBLEM, [])}
    html = write_comparison(tmp_path / "c.html", [
        Member(name, fit_models(*given), RULES, name == "broken")
        for name, given in named.items()]).read_text()
    seen = Seen(html)
    assert "Pressing campaigns compared" in seen.words and "<second>" in seen.words
    assert "<second>" not in html
    assert seen.words.count("nothing yet") == 2
    for words in ("What is expected of the recommended recipes", "Best reading so far",
                  "space.pressure_mpa", "broken (simulated)", "[50.0, 600.0]"):
        assert words in seen.words
    assert "risk_limits.losses" not in seen.words, "alike in all of them"
    assert html.count('download="campaign-') == 4


def test_campaigns_without_an_intact_stack_say_so(crushed: list[Trial], tmp_path: Path) -> None:
    html = write_comparison(tmp_path / "c.html", [
        Member(name, fit_models(PROBLEM, crushed), RULES, False) for name in "ab"]).read_text()
    assert "No stack of these campaigns has stayed intact yet" in html
    assert "None: all of them searched the same space" in html
