"""The best model that can be set ends the report; a yardstick is never set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pressloop.studies.compare.compare import compare
from pressloop.views.study.compare import section
from pressloop.views.study.words.advice import settings_lines
from pressloop.views.study.words.compare import sentences
from tests.studies.compare.compared_tables import CHEAP, data_of, law

pytestmark = pytest.mark.slow

LAB = '''"""A lab's own models: one knows the law of these stacks, the other one nothing."""
import torch
from botorch.models.model import Model
from botorch.posteriors import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal


class Line(Model):
    num_outputs = 1
    batch_shape = torch.Size([])

    def posterior(self, X, observation_noise=False, **_):
        mean = 3.0 - SLOPE * X @ X.new_tensor([1.0, 0.0, 0.5])
        variance = torch.full_like(mean, 0.02 if observation_noise else 0.01)
        return GPyTorchPosterior(MultivariateNormal(mean, torch.diag_embed(variance)))


def fit(data, prior, *, seed=0):
    return Line()
'''


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "lab_with_models"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for name, slope in (("knowing", 2.0), ("blind", 0.0)):
        (folder / f"{name}.py").write_text(f"{LAB}\nSLOPE = {slope}\n")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("lab")
def test_the_best_model_that_can_be_set_ends_the_report() -> None:
    options = replace(CHEAP, models=("mean",), baseline="lab_with_models.blind",
                      own_models=("lab_with_models.knowing",))
    data = data_of(law(32, 2.0))
    found = compare(data, options)
    assert settings_lines(found) == '[surrogate]\nmodel = "lab_with_models.knowing"'
    assert sentences(found)[-1].endswith('[surrogate] model = "lab_with_models.knowing"')
    assert any("the model lab_with_models.knowing is the best of those" in s
               for s in sentences(found))
    lines = settings_lines(found).replace('"', "&quot;")
    assert lines in str(section(found, data)).replace("&#34;", "&quot;")


@pytest.mark.usefixtures("lab")
def test_a_model_that_nothing_beats_is_kept() -> None:
    options = replace(CHEAP, models=("mean",), baseline="lab_with_models.knowing",
                      own_models=("lab_with_models.blind",))
    found = compare(data_of(law(32, 2.0)), options)
    assert settings_lines(found) == '[surrogate]\nmodel = "lab_with_models.knowing"'
    assert any("than the model lab_with_models.knowing: keep it." in s for s in sentences(found))


@pytest.mark.usefixtures("lab")
def test_a_yardstick_that_wins_is_told_but_never_set() -> None:
    options = replace(CHEAP, models=("linear",), baseline="lab_with_models.blind",
                      own_models=("pressloop.surrogates.models.plain_gp",))
    found = compare(data_of(law(12, 2.0)), options)
    assert "linear" not in settings_lines(found)
    assert any(s.startswith("The straight-line response surface predicts really better")
               for s in sentences(found))


def test_nothing_is_to_be_set_where_only_yardsticks_were_compared() -> None:
    assert not settings_lines(compare(data_of(law(12, 2.0)), CHEAP))
