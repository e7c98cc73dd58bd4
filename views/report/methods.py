"""How the numbers of a report came about, as the supplement of a paper tells it, with sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pressloop.evaluation.rules import Rules
from pressloop.optimizer import Problem
from pressloop.trials.trial import State, Trial
from pressloop.trials.wording import counted
from pressloop.views.kinds import FAILURES, Kind, counts
from pressloop.views.words import VARIABLES, called, percent, plain, recipe_words

BOTORCH = "Balandat, M. et al. BoTorch: a framework for efficient Monte-Carlo Bayesian optimization. NeurIPS 33 (2020). arXiv 1910.06403"  # noqa: E501
GPYTORCH = "Gardner, J. R. et al. GPyTorch: blackbox matrix-matrix Gaussian process inference with GPU acceleration. NeurIPS 31 (2018). arXiv 1809.11165"  # noqa: E501
MODELS = {"physics_gp": (
    "by a Gaussian process that is averaged over draws of its hyperparameters and over two "
    "hypotheses, that the usual laws of pressing hold and that they do not, weighted by how well "
    "each predicts stacks that it has not seen",
    "Yao, Y. et al. Using stacking to average Bayesian predictive distributions. Bayesian Anal. 13, 917 (2018). doi 10.1214/17-BA1091")}  # noqa: E501
FAILURE_MODELS = {"threshold": (
    "by a threshold that each stack exceeds or not, itself a Gaussian process",
    "Minka, T. P. Expectation propagation for approximate Bayesian inference. Proc. 17th UAI, 362 (2001)")}  # noqa: E501
ACQUISITIONS = {
    "knowledge_gradient": (
        "the knowledge gradient",
        "Frazier, P., Powell, W. & Dayanik, S. The knowledge-gradient policy for correlated normal beliefs. INFORMS J. Comput. 21, 599 (2009). doi 10.1287/ijoc.1080.0314"),  # noqa: E501
    "noisy_expected_improvement": (
        "the noisy expected improvement",
        "Letham, B. et al. Constrained Bayesian optimization with noisy experiments. Bayesian Anal. 14, 495 (2019). doi 10.1214/18-BA1110")}  # noqa: E501
KRAMERS_KRONIG = "Schönleber, M., Klotz, D. & Ivers-Tiffée, E. A method for improving the robustness of linear Kramers-Kronig validity tests. Electrochim. Acta 131, 20 (2014). doi 10.1016/j.electacta.2014.01.034"  # noqa: E501
ARCS = "Irvine, J. T. S., Sinclair, D. C. & West, A. R. Electroceramics: characterization by impedance spectroscopy. Adv. Mater. 2, 132 (1990). doi 10.1002/adma.19900020304"  # noqa: E501


class Methods(NamedTuple):
    """Paragraphs with numbers of sources in brackets, the sources in that order, and versions."""

    paragraphs: Sequence[str]
    sources: Sequence[str]
    versions: str


class _Sources(list[str]):
    """Sources in the order in which they are named first."""

    def of(self, *names: str) -> str:
        """Their numbers in brackets."""
        self += [name for name in names if name not in self]
        return f"[{', '.join(str(self.index(name) + 1) for name in names)}]"


def methods(trials: Sequence[Trial], problem: Problem, rules: Rules, versions: Mapping[str, str],
            campaign: str, record: str = "") -> Methods:
    """Of one campaign; `record` tells by what the record can be recognised."""
    sources = _Sources()
    told = [_stacks(trials, campaign), _search(problem, sources)]
    if problem.objective.pressing:
        told.append(_evaluation(rules, sources))
    told += [_models(problem, sources), record]
    by = ", ".join(f"{name} {version}" for name, version in versions.items())
    return Methods([paragraph for paragraph in told if paragraph], sources, by)


def _stacks(trials: Sequence[Trial], campaign: str) -> str:
    number = counts(trials)
    failed = sum(number[kind] for kind in FAILURES)
    past = sum(t.state is State.IMPORTED for t in trials)
    lots = len({t.stack.lot for t in trials})
    words = [f"{number[Kind.INTACT]} stayed intact", f"{failed} failed"]
    words += [f"{number[kind]} {kind}" for kind in Kind
              if number[kind] and kind not in (Kind.INTACT, *FAILURES)]
    of_before = f", {past} of them imported from earlier records" if past else ""
    return (f"Campaign {campaign} comprises {counted(len(trials), 'stack')} of "
            f"{counted(lots, 'lot')}{of_before}: {', '.join(words)}." if trials
            else f"No stack of campaign {campaign} has been pressed.")


def _search(problem: Problem, sources: _Sources) -> str:
    search, limits = problem.search, problem.limits
    goals = [f"{called(q).lower() if q.is_resistance else q.name}"
             f"{' as low as possible' if q.is_resistance else f' ({q.wanted()})'}"
             for q in problem.objective.quantities]
    name, source = ACQUISITIONS.get(search.acquisition, (search.acquisition, ""))
    chosen = f"{name} {sources.of(source)}" if source else f"the acquisition {name}"
    told = (f"Recipes were sought for {' and '.join(goals)} among {_space(problem)}. "
            f"The first {counted(search.start_with, 'stack')} were spread over that space; each "
            f"later recipe was the one of greatest worth by {chosen}. A recommended recipe keeps "
            f"the chance of crushing the next stack below {percent(limits.max_crush_probability)} "
            f"and that of other failures below {percent(limits.max_failure_probability)}.")
    if problem.reference is not None:
        told += f" The reference recipe is {recipe_words(problem.reference)}."
    if search.control_every:
        told += f" It was pressed again as every {search.control_every}th stack as a control."
    return told


def _space(problem: Problem) -> str:
    told = [f"{VARIABLES[p.name].label.lower() if p.name in VARIABLES else p.name} {p.told()}"
            for p in problem.space.parameters]
    return "; ".join(told).replace("degC", "°C")


def _evaluation(rules: Rules, sources: _Sources) -> str:
    circuit = ("the simplest equivalent circuit that describes it" if rules.circuit == "auto"
               else f"the equivalent circuit {rules.circuit}")
    return (f"Each spectrum was held against the Kramers-Kronig relations "
            f"{sources.of(KRAMERS_KRONIG)} and fitted by {circuit} with {rules.weighting} "
            f"weighting. The interfacial resistance is the sum of the arcs that peak below "
            f"{plain(rules.interface_below_hz)} Hz {sources.of(ARCS)} times the geometric "
            f"electrode area. A stack counts as crushed above a damage index of "
            f"{percent(rules.crushed_above)}; a resistance with a relative standard error above "
            f"{percent(rules.max_relative_se)} counts as no reading.")


def _models(problem: Problem, sources: _Sources) -> str:
    choice = problem.surrogate
    model, source = MODELS.get(choice.model, (f"by the model {choice.model}", ""))
    failing, failure = FAILURE_MODELS.get(choice.failure_model,
                                          (f"by the model {choice.failure_model}", ""))
    what = ("The logarithm of the resistance" if problem.objective.quantity.is_resistance
            else problem.objective.quantity.name)
    return (f"{what} was modelled {model}{f' {sources.of(source)}' if source else ''}, and each "
            f"way to fail {failing}{f' {sources.of(failure)}' if failure else ''}, with "
            f"BoTorch {sources.of(BOTORCH)} and GPyTorch {sources.of(GPYTORCH)}. Standard errors "
            "of the fitted circuits enter as the noise of each reading. Predicted values are "
            "medians, intervals hold 95 %.")
