"""The closed loop in memory, without ledger and Prefect: propose, press, sweep, evaluate.

Only here is the simulator's truth asked, to judge what was recommended. Used by the slow tests and
by figures.py.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from math import pi
from pathlib import Path

import numpy as np

from pressloop.evaluation.evaluate import evaluate
from pressloop.evaluation.rules import Rules
from pressloop.hardware.envelope import Envelope
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.protocols import ImpedanceMeter, Place, Press
from pressloop.hardware.registry import connect_meter, connect_press
from pressloop.hardware.simulation.bench import Accepted
from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.sample import Break, pressed
from pressloop.hardware.simulation.truth import Truth, optimum, truth
from pressloop.optimizer import Problem, Recommendation, fit_models, propose, recommend
from pressloop.optimizer.space import Space
from pressloop.trials.outcome import Failed, FailureMode, Outcome, SetAside
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

SPACE = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
REFERENCE = Recipe(140.0, 180.0, 25.0)
ENVELOPE = Envelope(pi * 25.0, 60e3, 600.0, 15.0, 150.0, 3600.0)
RULES = Rules(circuit="L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4")
HELD_MPA = {"bare-foil": 5.0}
"""Stack pressure during impedance where it is not 30 MPa."""
STACKS, SWEEPS = 24, 3


@dataclass(frozen=True, slots=True)
class Campaign:
    """One finished campaign: what it recommends, the truth about that, and what it cost.

    `ratio` is true resistance over that of the best recipe of the space that keeps to 5 % crushed.
    `lot_ohm_cm2` is the true median over many more stacks of the campaign's own lot, whose offset
    no campaign within one lot can tell from the recipe's.
    """

    preset: str
    seed: int
    recommendation: Recommendation
    truth: Truth
    lot_ohm_cm2: float
    ratio: float
    failures: Counter[FailureMode]
    suggestion_cpu_s: float

    @property
    def good(self) -> bool:
        """Within 10 % of the optimum, and in truth at most 5 % crushed."""
        return self.ratio <= 1.10 and self.truth.crushed_fraction <= 0.05

    @property
    def covered(self) -> bool:
        """Whether the stated 95 % interval holds the true median of the recipe in this lot."""
        found = self.recommendation
        return found.low_ohm_cm2 <= self.lot_ohm_cm2 <= found.high_ohm_cm2


def run_campaign(preset: str, seed: int, stacks: int = STACKS, space: Space = SPACE) -> Campaign:
    """One campaign from nothing. Deterministic in preset and seed but for the CPU time (s)."""
    with tempfile.TemporaryDirectory() as folder:
        press, meter = _lab(preset, Place(seed, Path(folder) / "lab"))
        problem, history, spent = Problem(space, reference=REFERENCE), list[Trial](), 0.0
        for number in range(1, stacks + 1):
            began = time.process_time()
            proposal, = propose(fit_models(problem, history), seed=seed)
            spent += time.process_time() - began
            stack = _stack(f"s{number}")
            outcome = _outcome(press, meter, number, stack, proposal.recipe)
            history.append(Trial(number, stack, proposal.recipe, State.EVALUATED,
                                 proposal.purpose, number, outcome=outcome))
    return _judged(preset, seed, history, problem, spent / stacks)


def best_of(preset: str, space: Space = SPACE) -> Truth:
    """The truth about the best recipe of the space that crushes at most 5 %."""
    ends = [Recipe(*(bounds[i] for bounds in (space.pressure_mpa, space.dwell_s,
                                              space.temperature_c))) for i in (0, 1)]
    return optimum(materials(preset), *ends, stack_pressure_mpa=HELD_MPA.get(preset, 30.0))[1]


def _lab(preset: str, place: Place) -> tuple[Press, ImpedanceMeter]:
    held = {"stack_pressure_mpa": HELD_MPA.get(preset, 30.0)}
    return (connect_press("simulated", {"preset": preset} | held, place),
            connect_meter("simulated", held, place))


def _stack(name: str) -> Stack:
    return Stack(name, "lot", "somebody", 0.785, 600.0, 375.0)


def _median_of_lot(preset: str, seed: int, recipe: Recipe) -> float:
    """Median resistance (ohm cm2) of sound stacks of the campaign's lot by this recipe."""
    samples = [pressed(Accepted(1, _stack(f"more {i}"), recipe, preset, seed, 0.0, 0.0),
                       HELD_MPA.get(preset, 30.0)) for i in range(400)]
    return float(np.median([s.interfacial_ohm_cm2 for s in samples if s.broke is Break.NOTHING]))


def _outcome(press: Press, meter: ImpedanceMeter, number: int, stack: Stack, recipe: Recipe
             ) -> Outcome:
    """Presses once, and sweeps again as long as that may cure the reading."""
    trace = run_cycle(press, ENVELOPE, number, stack, recipe)
    outcome = evaluate(stack, recipe, trace, meter.sweep(stack), RULES)
    for _ in range(SWEEPS - 1):
        if not (isinstance(outcome, SetAside) and outcome.measure_again):
            break
        outcome = evaluate(stack, recipe, trace, meter.sweep(stack), RULES)
    return outcome


def _judged(preset: str, seed: int, history: list[Trial], problem: Problem, cpu_s: float
            ) -> Campaign:
    found = recommend(fit_models(problem, history))
    real = truth(found.recipe, materials(preset), HELD_MPA.get(preset, 30.0))
    failures = Counter(t.outcome.mode for t in history if isinstance(t.outcome, Failed))
    return Campaign(preset, seed, found, real, _median_of_lot(preset, seed, found.recipe),
                    real.resistance_ohm_cm2 / best_of(preset, problem.space).resistance_ohm_cm2,
                    failures, cpu_s)
