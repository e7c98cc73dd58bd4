"""This project, at its defaults."""

from __future__ import annotations

import hashlib
from pathlib import Path

from benchmarks.optimizers.methods.base import Method
from benchmarks.optimizers.problems.base import Array, Observation, Problem
from benchmarks.optimizers.problems.press import PressProblem
from benchmarks.optimizers.problems.worlds.problem import WorldProblem
from pressloop.optimizer import Models, Proposal, fit_models, propose, recommend
from pressloop.optimizer import Problem as Search
from pressloop.trials.trial import State, Trial

COMPARING = ("reference", "control")
"""Purposes of stacks that repeat the recipe the laboratory uses now."""
ROOT = Path(__file__).resolve().parents[3]


def _version() -> str:
    """Changes with every change of the rooms that choose recipes."""
    digest = hashlib.sha256()
    files = [f for room in ("optimizer", "surrogates") for f in (ROOT / room).rglob("*.py")]
    for file in sorted([*files, *Path(__file__).parent.glob("pressloop*.py")]):
        digest.update(file.read_bytes())
    return f"source {digest.hexdigest()[:8]}"


VERSION = _version()


def start(problem: Problem, seed: int) -> Method:
    """On a press by its own interface, else by the same parts without what is known of pressing."""
    if isinstance(problem, PressProblem | WorldProblem):
        return PressLoop(problem, seed)
    from benchmarks.optimizers.methods.pressloop_cube import PressLoopCube

    return PressLoopCube(problem, seed)


class PressLoop:
    """History in, recipes out.

    `controls` are the numbers of its stacks that were pressed to compare, not to search."""

    def __init__(self, problem: PressProblem | WorldProblem, seed: int) -> None:
        self.problem, self.seed = problem, seed
        # Of a world, no method is told what the laboratory presses at now.
        reference = problem.reference if isinstance(problem, PressProblem) else None
        self.searched = Search(problem.space, reference=reference)
        self.history: list[Trial] = []
        self.pending: list[Proposal] = []
        self.controls: set[int] = set()
        self.fallbacks = 0
        self._fitted: Models | None = None

    def ask(self, count: int) -> list[Array]:
        """One batch in one call."""
        self.pending = list(propose(self._models(), count, self.seed))
        return list(self.problem.space.encode([p.recipe for p in self.pending]))

    def tell(self, x: Array, observation: Observation) -> None:
        """One more evaluated trial."""
        proposal, number = self.pending.pop(0), len(self.history) + 1
        if proposal.purpose in COMPARING:
            self.controls.add(number)
        self.history.append(Trial(
            number, self.problem.stack(number), proposal.recipe, State.EVALUATED, proposal.purpose,
            number, outcome=observation.outcome))  # type: ignore[arg-type]

    def recommend(self) -> Array | None:
        """What `pressloop recommend` would say."""
        models = self._models()
        if models.log_resistance is None:
            return None
        return self.problem.space.encode([recommend(models).recipe])[0]

    def _models(self) -> Models:
        """Fitted once between two batches."""
        if self._fitted is None or len(self._fitted.history) != len(self.history):
            self._fitted = fit_models(self.searched, self.history)
        return self._fitted
