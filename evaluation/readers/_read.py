"""The door: a path or a text to spectra, with the reader that knows the format."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from pressloop.evaluation.readers._binary import excel, ism, mpr
from pressloop.evaluation.readers._choice import Sweep, chosen, counted
from pressloop.evaluation.readers._decode import decoded
from pressloop.evaluation.readers._sweep import RawSweep, to_spectrum
from pressloop.evaluation.readers.table import parse_columns
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import Spectrum

_log = logging.getLogger("pressloop.evaluation.readers")
_LARGEST_BYTES = 50_000_000


class Format(Protocol):
    """What a module of this folder offers."""

    SUFFIXES: tuple[str, ...]

    def recognises(self, text: str) -> bool:
        """True when the text is of this format."""

    def parse(self, text: str, source: str) -> tuple[RawSweep, ...]:
        """The sweeps; raises BadInput."""


def read_spectrum(path: str | Path, *, area_cm2: float | None = None, sweep: Sweep = None,
                  columns: str = "") -> Spectrum:
    """One spectrum of an instrument's file; `area_cm2` goes before the file's own area.

    Of a file with several, `sweep` says which: a number from 1, or "last". `columns`, such as
    "f,re,-im", says what the columns are, whatever the header says. What was left out, averaged
    or chosen is in the spectrum's `notes`, and logged.
    Raises BadInput on a file that is missing, empty, cut, of unknown format, binary without the
    library that reads it, without area, with several sweeps and no choice, with fewer than 10
    points, or with an imaginary part of wrong sign.
    """
    (one,) = _one(read_sweeps(path, columns=columns), sweep)
    return _logged(one, area_cm2)


def read_spectra(path: str | Path, *, area_cm2: float | None = None, sweep: Sweep = "all",
                 columns: str = "") -> tuple[Spectrum, ...]:
    """Every spectrum of a file, or those that `sweep` names; otherwise as `read_spectrum`."""
    return tuple(_logged(one, area_cm2)
                 for one in chosen(read_sweeps(path, columns=columns), sweep))


def read_text(text: str, *, source: str = "text", suffix: str = "", area_cm2: float | None = None,
              sweep: Sweep = None, columns: str = "") -> Spectrum:
    """As `read_spectrum`, from text; `source` is its name in messages. Raises BadInput."""
    whole = decoded(text.encode("utf-8", "replace"), source)
    (one,) = _one(_from_text(whole, source, suffix, columns), sweep)
    return _logged(one, area_cm2)


def read_sweep(path: str | Path, *, sweep: Sweep = None, columns: str = "") -> RawSweep:
    """One sweep as the file says it, before area, number of points and sign are judged."""
    (one,) = _one(read_sweeps(path, columns=columns), sweep)
    return one


def read_sweeps(path: str | Path, *, columns: str = "") -> tuple[RawSweep, ...]:
    """Every sweep of the file as it says them. Raises BadInput."""
    where = Path(path)
    data, source = _bytes(where), where.name
    if data.startswith(mpr.MAGIC):
        return _found(mpr.sweeps(data, source), source)
    if where.suffix.lower() == ism.SUFFIX:
        return _found(ism.sweeps(data, source), source)
    if data.startswith(excel.MAGIC):
        return _found(excel.sweeps(data, source, lambda text, name: _from_text(
            text, name, ".csv", columns)), source)
    return _from_text(decoded(data, source), source, where.suffix, columns)


@cache
def formats() -> dict[str, Format]:
    """The formats by name: every module of this folder without a leading underscore."""
    folder = str(Path(__file__).parent)
    names = sorted(found.name for found in pkgutil.iter_modules([folder])
                   if not found.name.startswith("_"))
    return {name: cast(Format, importlib.import_module(f"pressloop.evaluation.readers.{name}"))
            for name in names}


def _one(sweeps: tuple[RawSweep, ...], sweep: Sweep) -> tuple[RawSweep, ...]:
    return chosen(sweeps, None if str(sweep).strip().lower() == "all" else sweep)


def _logged(sweep: RawSweep, area_cm2: float | None) -> Spectrum:
    spectrum = to_spectrum(sweep, area_cm2)
    for note in spectrum.notes:
        _log.warning("%s: %s", sweep.source, note)
    return spectrum


def _from_text(text: str, source: str, suffix: str, columns: str = "") -> tuple[RawSweep, ...]:
    if columns:
        return _found(parse_columns(text, source, columns), source)
    by_content = [form for form in formats().values() if form.recognises(text)]
    by_suffix = [form for form in formats().values() if suffix.lower() in form.SUFFIXES]
    known = sorted(by_content, key=lambda form: (_stands_back(form), form not in by_suffix))
    known = known or sorted(by_suffix, key=lambda form: not _stands_back(form))
    known = known or [form for form in formats().values() if _stands_back(form)]
    return _found(known[0].parse(text, source), source)


def _found(sweeps: tuple[RawSweep, ...], source: str) -> tuple[RawSweep, ...]:
    if not sweeps:
        raise BadInput(source, "no rows below the header", "rows of numbers",
                       "The file is cut, or was exported without rows: export it again.")
    return counted(sweeps)


def _stands_back(form: Format) -> bool:
    return bool(getattr(form, "LAST_RESORT", False))


def _bytes(path: Path) -> bytes:
    remedy = "Give the path of one exported file."
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise BadInput("file", path, "a file, not a folder", remedy)
        if size > _LARGEST_BYTES:
            raise BadInput(path.name, f"{size} bytes", f"at most {_LARGEST_BYTES} bytes", remedy)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise BadInput("file", path, f"readable ({error})", remedy) from error
