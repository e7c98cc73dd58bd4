"""What is compared, and how."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from studies.compare_jobs import crush_model, resistance_model
from studies.validation import RECIPE, STACK
from trials.checks import within
from trials.errors import BadInput

RESISTANCE, CRUSHING = "resistance", "crushing"
"""The two questions."""
FITS_PER_BLOCK, FEWEST_BLOCKS = 2, 4
"""Most fits of one scheme in a large table, per block, as a block is fitted once for each lot and
operator of it; and how many blocks there are at least, where these are many."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is compared and how. Raises BadInput where there is no such model.

    models, crush_models: files of `studies/models/` and `studies/crush_models/`, or dotted names
        of modules; all are compared with `shipped` and `crush_shipped`, which are added.
    leave_out: "recipe" to predict recipes without any of their stacks, "stack" to leave single
        stacks out.
    refit_up_to: stacks up to which every recipe or stack is left out on its own; beyond, `blocks`
        groups of them are.
    blocks: groups (fewer where lots and operators are many), and steps forward in time.
    most_rows: rows that models learn from whose cost grows with the cube of the rows.
    resamples: draws of the bootstrap.
    """

    models: tuple[str, ...] = ("pressing_gp", "plain_gp", "standard_gp", "quadratic", "linear",
                               "random_forest", "nearest_neighbour", "mean")
    shipped: str = "pressing_gp"
    crush_models: tuple[str, ...] = ("beliefs", "labels_only", "logistic", "random_forest",
                                     "nearest_neighbour", "base_rate")
    crush_shipped: str = "beliefs"
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
        for key, names, find in (("models", self.models, resistance_model),
                                 ("crush_models", self.crush_models, crush_model)):
            if len(set(names)) < len(names):
                raise BadInput(f"compare.{key}", names, "without repeats", "Name each once.")
            for name in names:
                find(f"compare.{key}", name)
        resistance_model("compare.shipped", self.shipped)
        crush_model("compare.crush_shipped", self.crush_shipped)

    def named(self, what: str) -> dict[str, ModuleType]:
        """The modules by name, the shipped one first."""
        shipped, names, find = (self.shipped, self.models, resistance_model) \
            if what == RESISTANCE else (self.crush_shipped, self.crush_models, crush_model)
        return {name: find("compare", name) for name in dict.fromkeys((shipped, *names))}

    def groups(self, origins: int) -> int:
        """How many random groups a large table with so many lots and operators is left out in."""
        most = FITS_PER_BLOCK * self.blocks // max(origins, 1)
        return min(self.blocks, max(FEWEST_BLOCKS, most))

    def most_fits(self, stacks: int) -> int:
        """Most folds of one scheme."""
        return FITS_PER_BLOCK * self.blocks if stacks > self.refit_up_to else stacks
