"""The page on a lab's own model, followed to the letter by somebody who can only copy."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.optimizers.stacks_in_memory import REFERENCE, SPACE, pressed_trial
from pressloop.optimizer import (
    Problem,
    Search,
    SurrogateChoice,
    assess,
    fit_models,
    propose,
    recommend,
)
from pressloop.optimizer.model_files import prove_files
from pressloop.surrogates import failures, models
from pressloop.trials.outcome import Intact
from pressloop.trials.plugins import file_names

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "use-your-own-model.md").read_text()


@pytest.fixture
def my_lab(tmp_path, monkeypatch) -> Iterator[Path]:
    """The page's modules where it says."""
    folder = tmp_path / "my_lab"
    folder.mkdir()
    names = re.findall(r"`my_lab/(\w+)\.py`", PAGE)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(names) == len(blocks) == 3
    for name, block in zip(names, blocks, strict=True):
        (folder / f"{name}.py").write_text(block)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_lab"]:
        del sys.modules[name]


@pytest.mark.slow
def test_a_whole_campaign_runs_with_them(my_lab):
    settings = tomllib.loads("".join(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)))
    problem = Problem(SPACE, reference=REFERENCE,
                      surrogate=SurrogateChoice(**settings["surrogate"]),
                      search=Search(start_with=6, **settings["search"]))
    prove_files(problem.surrogate)
    history = []
    while len(history) < 15:
        for proposal in propose(fit_models(problem, history), 3):
            assert SPACE.contains(proposal.recipe)
            history.append(pressed_trial(proposal.recipe, "reference", 1, "lot",
                                         len(history) + 1))
    found = fit_models(problem, history)
    assert type(found.failures["crushed"].mean_module).__name__ == "Edge"
    first = next(t.outcome.resistance_ohm_cm2 for t in history
                 if t.recipe == REFERENCE and isinstance(t.outcome, Intact))
    best = recommend(found, analysis=True)
    assert best.resistance_ohm_cm2 < 0.7 * first
    assert best.recipe == recommend(fit_models(problem, history[::-1])).recipe
    assert 0.0 <= assess(found, budget=20).p_improvable <= 1.0
    harsh, gentle = found.risk(found.unit([SPACE.decode([0.98, 0.5, 0.5]),
                                           SPACE.decode([0.2, 0.5, 0.5])])).crush.tolist()
    assert harsh > gentle


def test_the_twenty_lines_are_twenty():
    block = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1)
    assert len(block.splitlines()) <= 20


@pytest.mark.parametrize("folder", [models, failures])
def test_the_page_names_what_ships(folder):
    for name in file_names(folder):
        assert f"`{name}`" in PAGE
