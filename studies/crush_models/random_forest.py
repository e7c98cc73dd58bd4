"""Random forest (scikit-learn)."""

from __future__ import annotations

from sklearn.ensemble import RandomForestClassifier

from optimizer.caution import Caution
from optimizer.space import Space
from studies.crush_models import Stacks, both_kinds
from studies.crush_models.logistic import Classifier

TITLE = "random forest"
TREES = 100


def fit(stacks: Stacks, space: Space, caution: Caution) -> Classifier:
    """Raises ValueError where none or all were crushed."""
    both_kinds(stacks)
    return Classifier(RandomForestClassifier(TREES, random_state=0).fit(stacks.x, stacks.crushed))
