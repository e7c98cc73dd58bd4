"""Zahner's own binary files (.ism), read by zahner_analysis (MIT licence)."""

from __future__ import annotations

import importlib.util
import struct

import numpy as np

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.evaluation.readers._table.find import find_number
from pressloop.trials.errors import BadInput
from pressloop.trials.wording import by_number, counted

SUFFIX = ".ism"
_AS_TEXT = "Export it from Zahner Analysis or Thales as text (.txt, .csv) instead."


def sweeps(data: bytes, source: str) -> tuple[RawSweep, ...]:
    """The sweep of a .ism file. Raises BadInput without zahner_analysis, and on damage.

    Thales measures from a start frequency to an end and back over it: of frequencies that come
    twice, the library keeps one.
    """
    if importlib.util.find_spec("zahner_analysis") is None:
        raise BadInput(source, "a binary Zahner file", "read with zahner_analysis, which is absent",
                       f"Install it: pip install zahner_analysis. {_AS_TEXT}")
    from zahner_analysis.file_import.ism_import import IsmImport

    try:
        file = IsmImport(bytearray(data))
        frequency = np.asarray(file.getFrequencyArray(), dtype=np.float64)
        impedance = np.asarray(file.getComplexImpedanceArray(), dtype=np.complex128)
        everything = len(file.getFrequencyArray(includeDoubleFrequencies=True))
    except (ValueError, IndexError, TypeError, AttributeError, OverflowError, EOFError,
            struct.error) as error:
        raise BadInput(source, f"zahner_analysis: {error}", "a whole .ism file",
                       f"Copy the file again. {_AS_TEXT}") from None
    left = everything - frequency.size
    notes = (f"{counted(left, 'point')} at frequencies that were measured twice "
             f"{by_number(left, 'was', 'were')} left out",) if left \
        else ()
    area = find_number(r"([0-9][0-9.,]*)", str(getattr(file, "electrodeArea", "")))
    return (RawSweep(source, frequency, impedance, "phase", area_cm2=area or None, notes=notes),)
