"""What is believed of a quantity before there is data, in units of the unit cube."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A f(start - b . (x - origin)).

    Amplitude A ~ N(amplitude, amplitude_sd^2), slopes b with their standard deviations, each of
    length d.

    f(u) is exp(u), and 1 + u for u > 0 where `straight` says so: the logarithm of a sum of which a
    power law is one part rises exponentially only as long as that part is the smaller one.
    """

    slopes: tuple[float, ...]
    slope_sd: tuple[float, ...]
    origin: tuple[float, ...]
    amplitude: float
    amplitude_sd: float
    start: float = 0.0
    straight: bool = False


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of y, in units of y.

    Sizes are medians of log-normal priors, each with the standard deviation of its logarithm:
    `residual` of the process around the terms, `plain_residual` of the process that stands alone
    where the terms do not hold, `scatter` of repeats, `offset` and `own` of what a group has of
    its own (level, and process), `length` and `plain_length` of the length scales. `level_sd` is
    that of the constant around `level`.
    """

    terms: tuple[Term, ...] = ()
    residual: tuple[float, float] = (0.05, 1.0)
    length: tuple[float, float] = (1.0, 0.5)
    plain_residual: tuple[float, float] = (0.5, 0.7)
    plain_length: tuple[float, float] = (0.45, 0.6)
    scatter: tuple[float, float] = (0.12, 0.25)
    offset: tuple[float, float] = (0.15, 0.8)
    own: tuple[float, float] = (0.05, 1.2)
    level_sd: float = 1.0
    level: float | None = None
    """What the constant is expected to be; None for the median of the rows."""
    misfit: float = 0.0
    """Scatter that comes with the terms: where they are large, rows scatter more, with the standard
    deviation misfit sum_j |A_j| f_j on top, A_j being the prior means."""
    laws: float = 0.5
    """Probability before there is data that the terms hold; 0 switches them off."""
    input_sd: tuple[float, ...] = ()
    """How far off its set point each input may have been (1 standard deviation); () for not at all.
    """
    kinds: tuple[int, ...] = ()
    """How many kinds each input has, at even distances from 0 to 1; 0 for one of numbers, () where
    all are."""
    linear: tuple[float, ...] = ()
    """Standard deviation of the slope of each input, or of the level of each of its kinds; () for
    none. What kinds have in common is the rest."""
    draws: int | None = None
    """How many draws of the hyperparameters are averaged; None leaves it to the number of rows.
    Models that are used together (`ModelListGP`) must have the same."""


@dataclass(frozen=True, slots=True)
class ThresholdPrior:
    """Prior of one failure mode.

    f(x) = k (r x_0 - t(x)) > 0 fails, with r = 1 where more of the first input fails more and -1
    where less does, and t(x) = t_0 + b . x_rest + process(x).

    `threshold` is mean and standard deviation of r t_0, `slope_mean` and `slope_sd` those of b, one
    for each other input. Log-normal (median, standard deviation of the logarithm): `steepness` k,
    `bend` the size of the process, `length` its length scales, `scatter` of f from stack to
    stack. `by_chance` is the share of stacks that fail whatever the recipe.
    """

    rising: bool
    threshold: tuple[float, float]
    slope_mean: tuple[float, ...]
    slope_sd: tuple[float, ...]
    steepness: tuple[float, float] = (18.0, 0.6)
    bend: tuple[float, float] = (0.15, 0.8)
    length: tuple[float, float] = (0.7, 0.6)
    scatter: tuple[float, float] = (0.3, 0.6)
    offset: tuple[float, float] = (0.08, 0.8)
    by_chance: float = 0.01
    draws: int | None = None
    kinds: tuple[int, ...] = ()
    """Both as for `Prior`."""
    monotone: bool = True
    """False where no input is known to fail the more, the more there is of it: then r = 0 and b has
    a slope for the first input too."""
