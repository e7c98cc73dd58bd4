"""Sentences of a study: numbers agree with their nouns, down to one of everything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd
import pytest

from pressloop.studies.compare.compare import Options as CompareOptions
from pressloop.studies.compare.compare import compare
from pressloop.studies.data import StudyData
from pressloop.studies.lint import Sheet, lint_sheet
from pressloop.studies.replay.campaigns import Campaign
from pressloop.studies.replay.plan import Options as PlanOptions
from pressloop.studies.replay.plan import plan
from pressloop.studies.replay.replay import Options, findings
from pressloop.studies.sensitivity.physics_checks import CheckedRule
from pressloop.studies.sensitivity.physics_rules import looks
from pressloop.studies.sensitivity.sensitivity import Findings
from pressloop.views.study.words import compare as compare_words
from pressloop.views.study.words import lint as lint_words
from pressloop.views.study.words import plan as plan_words
from pressloop.views.study.words import replay as replay_words
from pressloop.views.study.words import sensitivity as sensitivity_words
from pressloop.views.study.words.rules import rows_words
from tests.studies.stacks import REFERENCE, SPACE, pressed, spread

WRONG = re.compile(r"(?<![\d.,])1 (?!is\b|was\b|has\b|less\b)[a-z]+s\b|\b1 [a-z]+ [a-z]*stacks\b"
                   r"|(?<![\d.,])(?:0|[2-9]|\d{2,}) (?:stack|row|lot|trial|model|case|recipe)\b")


def agreeing(sentences: Iterable[str]) -> str:
    """All of them as one text, which has no "1 stacks" and no "2 stack"."""
    text = " ".join(sentences)
    assert not WRONG.search(text), WRONG.search(text)
    return text


def test_the_pattern_sees_what_it_is_for() -> None:
    for wrong in ("of 1 stacks", "1 models are", "2 stack", "10 row"):
        assert WRONG.search(wrong), wrong
    for right in ("1 stack is", "1 is left", "11 stacks", "0 rows", "0.1 stacks", "by 2.1 times"):
        assert not WRONG.search(right), right


@pytest.mark.slow
def test_a_plan_of_one_stack() -> None:
    found = plan(StudyData("no stacks", (), SPACE, reference=REFERENCE), PlanOptions(
        budget=1, batch=1, repeats=2, strategies=("random",), stacks_per_day=1.0))
    text = agreeing(plan_words.sentences(found))
    assert "With 1 stack searched by random recipes" in text
    assert "1 stack takes 1 working day at 1 stack a day." in text
    assert "1 intact stack of 1 is too few" in agreeing(plan_words.sentences(
        replace(found, stacks=1, intact=1)))


def test_a_replay_that_needed_one_stack() -> None:
    campaigns = [Campaign("random", i, (1,), (0.0,), (True,), 0, 0) for i in range(2)]
    found = findings(campaigns, Options(("random",), budget=1, batch=1, repeats=2))
    assert "random recipes needed 1 stack (1 to 1)" in agreeing(replay_words.sentences(found))


@pytest.mark.slow
def test_one_other_model_is_compared() -> None:
    data = StudyData("simulated", pressed(spread(12)), SPACE)
    options = CompareOptions(models=("mean",), baseline="linear", failure_models=(),
                             failure_baseline="base_rate", resamples=200)
    found = compare(data, options)
    assert "1 model is compared with the straight-line response surface" in agreeing(
        compare_words.sentences(found))
    one, none = (agreeing(compare_words.sentences(compare(replace(data, trials=trials), options)))
                 for trials in (data.intact[:1], ()))
    assert "that needs 4 intact stacks, there is 1." in one
    assert "that needs 4 intact stacks, there are 0." in none
    off = replace(data, space=replace(SPACE, temperature_c=(25.0, 25.0)))
    assert re.search(r"\d+ stacks are left out, as they were pressed off a variable",
                     agreeing(compare_words.sentences(compare(off, options))))
    assert "1 stack is left out, as it was pressed off" in agreeing(
        compare_words.sentences(replace(found, left_out=1)))


def test_one_row_and_one_intact_stack() -> None:
    cells = pd.DataFrame({"pressure_mpa": ["200"], "resistance_ohm_cm2": ["12.5"]}, index=[2],
                         dtype=object)
    assert "(1 row)" in agreeing(lint_words.sentences(lint_sheet(Sheet("one.csv", cells))))
    assert "from 1 intact stack:" in agreeing(sensitivity_words.sentences(Findings(1, 1, ())))


def test_one_row_that_contradicts_a_rule() -> None:
    one = CheckedRule(looks(SPACE, 300.0, 0.01)[0], 9, 0.1, 0.05, 0.2, True, (7,), cured=False)
    assert rows_words(one, "row").endswith("row 7 weighs most.")
    assert rows_words(replace(one, rows=(7, 9)), "row").endswith("rows 7 and 9 weigh most.")
    assert rows_words(replace(one, cured=True), "row") == "Look at row 7: without it it does not."
