"""One campaign as it would have gone: a strategy asks, the truth answers, the judge looks on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pressloop.studies.replay.ground_truth import Judge, Truth, left_of
from pressloop.studies.replay.strategies import Given, recommended, strategy
from pressloop.trials.outcome import Failed, FailureMode
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial


@dataclass(frozen=True, slots=True)
class Campaign:
    """What became of one campaign, after each batch.

    Stacks pressed, ln of how much dearer than the best the recipe is that the strategy would
    recommend, whether it keeps the limits. `crushed` and `failed` count the lost stacks of the
    whole campaign."""

    strategy: str
    repeat: int
    stacks: tuple[int, ...]
    regret: tuple[float, ...]
    feasible: tuple[bool, ...]
    crushed: int
    failed: int

    def needed(self, within: float) -> int | None:
        """Stacks after which the recipe keeps the limits and ln regret stays at `within` or less.

        None where it does not."""
        found: int | None = None
        for stacks, regret, keeps in zip(self.stacks, self.regret, self.feasible, strict=True):
            if regret > within or not keeps:
                found = None
            elif found is None:
                found = stacks
        return found

    def regret_after(self, stacks: int) -> float:
        """ln regret of what is recommended after so many stacks; a table may have had fewer."""
        known = [r for n, r in zip(self.stacks, self.regret, strict=True) if n <= stacks]
        return known[-1] if known else self.regret[0]


def campaign(name: str, given: Given, truth: Truth, judge: Judge, *, budget: int, batch: int,
             seed: int, repeat: int = 0) -> Campaign:
    """Presses `budget` stacks, fewer where the table has fewer, in batches.

    A strategy sees the outcomes of a batch only after it has asked for all of it."""
    history: list[Trial] = []
    marks: list[tuple[int, float, bool]] = []
    while len(history) < budget:
        asked = _asked(name, given, truth, history, min(batch, budget - len(history)))
        if not asked:
            break
        history += _pressed(asked, truth, history, seed)
        found = recommended(name, replace(given, table=tuple(dict.fromkeys(truth.table))),
                            tuple(history)) or given.reference
        regret = judge.typical if found is None else judge.regret(found)
        keeps = found is not None and bool(truth.feasible([found])[0])
        marks.append((len(history), regret, keeps))
    modes = [t.outcome.mode for t in history if isinstance(t.outcome, Failed)]
    crushed = sum(mode is FailureMode.CRUSHED for mode in modes)
    return Campaign(name, repeat, tuple(m[0] for m in marks), tuple(m[1] for m in marks),
                    tuple(m[2] for m in marks), crushed, len(modes) - crushed)


def _asked(name: str, given: Given, truth: Truth, history: Sequence[Trial], count: int
           ) -> list[Recipe]:
    """The next batch; of a table, the nearest stacks that are left."""
    if not truth.table:
        asked: list[Recipe] = strategy(name).ask(given, tuple(history), count)
        return asked[:count]
    left = left_of(truth.table, [t.recipe for t in history])
    if not left:
        return []
    given = replace(given, menu=tuple(left), table=tuple(dict.fromkeys(truth.table)))
    found: list[Recipe] = []
    for wanted in strategy(name).ask(given, tuple(history), count)[:count]:
        if left:
            found.append(_nearest(given, wanted, tuple(left)))
            left -= left_of([found[-1]], [])
    return found


def _nearest(given: Given, wanted: Recipe, left: Sequence[Recipe]) -> Recipe:
    if wanted in left:
        return wanted
    away = np.linalg.norm(given.space.encode(left) - given.space.encode([wanted]), axis=1)
    return left[int(away.argmin())]


def _pressed(recipes: Sequence[Recipe], truth: Truth, history: Sequence[Trial], seed: int
             ) -> list[Trial]:
    before, found = [t.recipe for t in history], list[Trial]()
    for number, recipe in enumerate(recipes, len(history) + 1):
        outcome = truth.press(recipe, number, seed, before.count(recipe))
        before.append(recipe)
        stack = Stack(f"replayed {number}", "replayed", "replayed", 1.0, 500.0)
        found.append(Trial(number, stack, recipe, State.EVALUATED, outcome=outcome))
    return found
