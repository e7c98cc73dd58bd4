"""What is compared, and how."""

from __future__ import annotations

from dataclasses import dataclass

from pressloop.optimizer.problem import SurrogateChoice
from pressloop.studies.compare.contenders import CRUSHING, RESISTANCE, Contender, every
from pressloop.studies.compare.validation import RECIPE, STACK
from pressloop.trials.checks import within
from pressloop.trials.errors import BadInput

FITS_PER_BLOCK, FEWEST_BLOCKS = 2, 4
"""Most fits of one scheme in a large table, per block, as a block is fitted once for each lot and
operator of it; and how many blocks there are at least, where these are many."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is compared and how. Raises BadInput where there is no such model.

    models: files of `surrogates/models/`, which campaigns can use, and of
        `surrogates/yardsticks/resistance/`, which they cannot; all of both unless named.
    failure_models: the same of crushing, in `surrogates/failures/` and
        `surrogates/yardsticks/crushing/`.
    own_models, own_failure_models: dotted names of the lab's own modules, compared as well.
    baseline, failure_baseline: what the others are compared with; "" for the models that the
        campaigns of these stacks learn with.
    leave_out: "recipe" to predict recipes without any of their stacks, "stack" to leave single
        stacks out.
    refit_up_to: stacks up to which every recipe or stack is left out on its own; beyond, `blocks`
        groups of them are.
    blocks: groups (fewer where lots and operators are many), and steps forward in time.
    most_rows: rows that models learn from whose cost grows with the cube of the rows.
    resamples: draws of the bootstrap.
    """

    models: tuple[str, ...] = every(RESISTANCE)
    failure_models: tuple[str, ...] = every(CRUSHING)
    own_models: tuple[str, ...] = ()
    own_failure_models: tuple[str, ...] = ()
    baseline: str = ""
    failure_baseline: str = ""
    leave_out: str = RECIPE
    refit_up_to: int = 80
    blocks: int = 10
    most_rows: int = 200
    resamples: int = 2000

    def __post_init__(self) -> None:
        if self.leave_out not in (RECIPE, STACK):
            raise BadInput("compare.leave_out", self.leave_out, f"{RECIPE} or {STACK}",
                           "Leave whole recipes out to hear how well new ones are predicted.")
        within("compare.refit_up_to", self.refit_up_to, 0, 1000, "Each stack is a fit.")
        within("compare.blocks", self.blocks, 2, 20, "Each block is a fit or more.")
        within("compare.most_rows", self.most_rows, 10, 2000, "The cost is its cube.")
        within("compare.resamples", self.resamples, 200, 100_000, "A few thousand do.")
        for key, names in (("models", (*self.models, *self.own_models)),
                           ("failure_models", (*self.failure_models, *self.own_failure_models))):
            if len(set(names)) < len(names):
                raise BadInput(f"compare.{key}", names, "without repeats", "Name each once.")
        for what in (RESISTANCE, CRUSHING):
            for one in self.contenders(what, SurrogateChoice()).values():
                _ = one.module

    def contenders(self, what: str, choice: SurrogateChoice) -> dict[str, Contender]:
        """By name, the baseline first; `choice` is what the campaigns of the stacks learn with."""
        first, names = (
            (self.baseline or choice.model, (*self.models, *self.own_models))
            if what == RESISTANCE else
            (self.failure_baseline or choice.failure_model,
             (*self.failure_models, *self.own_failure_models)))
        return {name: Contender(what, name) for name in dict.fromkeys((first, *names))}

    def groups(self, origins: int) -> int:
        """How many random groups a large table with so many lots and operators is left out in."""
        most = FITS_PER_BLOCK * self.blocks // max(origins, 1)
        return min(self.blocks, max(FEWEST_BLOCKS, most))

    def most_fits(self, stacks: int) -> int:
        """Most folds of one scheme."""
        return FITS_PER_BLOCK * self.blocks if stacks > self.refit_up_to else stacks
