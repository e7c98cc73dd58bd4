"""Checks at construction. Every limit is written as "must be inside", so NaN is outside of each."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pressloop.trials.errors import BadInput

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
ComplexArray = npt.NDArray[np.complex128]


def number(name: str, value: object) -> float:
    """`value` as a float; refuses text, booleans, NaN and infinity. Raises BadInput."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise BadInput(name, value, "a number", "Give a plain number without unit or quotes.")
    try:
        got = float(value)
    except OverflowError:  # an integer that no float holds
        got = math.inf
    if not math.isfinite(got):
        raise BadInput(name, got, "finite", "Leave the field out when there is no reading.")
    return got


def within(name: str, value: object, low: float, high: float, remedy: str) -> float:
    """`value` as a float inside [low, high]. Raises BadInput."""
    got = number(name, value)
    if not low <= got <= high:
        raise BadInput(name, got, f"between {low:g} and {high:g}", remedy)
    return got


def positive(name: str, value: object, remedy: str = "Check the unit and the sign.") -> float:
    """`value` as a float above zero. Raises BadInput."""
    got = number(name, value)
    if not got > 0:
        raise BadInput(name, got, "above 0", remedy)
    return got


def not_negative(name: str, value: object, remedy: str = "Check the sign.") -> float:
    """`value` as a float of zero or more. Raises BadInput."""
    got = number(name, value)
    if not got >= 0:
        raise BadInput(name, got, "0 or more", remedy)
    return got


def text(name: str, value: object) -> str:
    """`value` as a non-empty string. Raises BadInput."""
    if not isinstance(value, str) or not value.strip():
        raise BadInput(name, value, "a non-empty text", "Give it a name.")
    return value


def floats(name: str, values: object, length: int | None = None) -> FloatArray:
    """A read-only, finite, one-dimensional float array, of `length` items where given.

    Shape (n,). Raises BadInput."""
    array = np.array(values, dtype=np.float64)
    _shape(name, array, length)
    if not np.all(np.isfinite(array)):
        raise BadInput(name, "NaN or inf", "finite at every sample", "Drop the missing samples.")
    array.setflags(write=False)
    return array


def complexes(name: str, values: object, length: int | None = None) -> ComplexArray:
    """A read-only, finite, one-dimensional complex array, of `length` items where given.

    Shape (n,). Raises BadInput."""
    array = np.array(values, dtype=np.complex128)
    _shape(name, array, length)
    if not np.all(np.isfinite(array)):
        raise BadInput(name, "NaN or inf", "finite at every point", "List it as a missing point.")
    array.setflags(write=False)
    return array


def increasing(name: str, values: object) -> FloatArray:
    """A read-only float array that rises at every step. Shape (n,). Raises BadInput."""
    array = floats(name, values)
    if not np.all(np.diff(array) > 0):
        raise BadInput(name, "not in order", "rising at every sample", "Sort it, drop repeats.")
    return array


def _shape(name: str, array: npt.NDArray[np.generic], length: int | None) -> None:
    if array.ndim != 1 or array.size == 0:
        raise BadInput(name, f"shape {array.shape}", "a list with one entry or more", "Check it.")
    if length is not None and array.size != length:
        raise BadInput(name, f"{array.size} values", f"{length} values", "All columns of one "
                       "reading have the same length.")
