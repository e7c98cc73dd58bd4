"""The door: a path or a text to a `Spectrum`, with the reader that knows the format."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from evaluation.readers._decode import decoded, refuse_binary
from evaluation.readers._sweep import RawSweep, to_spectrum
from trials.errors import BadInput
from trials.spectrum import Spectrum

_log = logging.getLogger("evaluation.readers")
_LARGEST_BYTES = 50_000_000


class Format(Protocol):
    """What a module of this folder offers."""

    SUFFIXES: tuple[str, ...]

    def recognises(self, text: str) -> bool:
        """True when the text is of this format."""

    def parse(self, text: str, source: str) -> RawSweep:
        """The sweep; raises BadInput."""


def read_spectrum(path: str | Path, *, area_cm2: float | None = None) -> Spectrum:
    """The spectrum in an instrument's text export; `area_cm2` goes before the file's own area.

    Raises BadInput on a file that is missing, empty, binary, cut, of unknown format, without
    area, with several sweeps or fewer than 10 points, or with an imaginary part of wrong sign.
    """
    return _logged(read_sweep(path), area_cm2)


def read_text(text: str, *, source: str = "text", suffix: str = "",
              area_cm2: float | None = None) -> Spectrum:
    """As `read_spectrum`, from text; `source` is its name in messages. Raises BadInput."""
    return _logged(_sweep(decoded(text.encode("utf-8", "replace"), source), source, suffix),
                   area_cm2)


def read_sweep(path: str | Path) -> RawSweep:
    """What the file says, before area, number of points and sign are judged. Raises BadInput."""
    where = Path(path)
    refuse_binary(where.suffix, where.name)
    return _sweep(decoded(_bytes(where), where.name), where.name, where.suffix)


@cache
def formats() -> dict[str, Format]:
    """The formats by name: every module of this folder without a leading underscore."""
    folder = str(Path(__file__).parent)
    names = sorted(found.name for found in pkgutil.iter_modules([folder])
                   if not found.name.startswith("_"))
    return {name: cast(Format, importlib.import_module(f"evaluation.readers.{name}"))
            for name in names}


def _logged(sweep: RawSweep, area_cm2: float | None) -> Spectrum:
    for note in sweep.notes:
        _log.warning("%s: %s", sweep.source, note)
    return to_spectrum(sweep, area_cm2)


def _sweep(text: str, source: str, suffix: str) -> RawSweep:
    by_content = [form for form in formats().values() if form.recognises(text)]
    by_suffix = [form for form in formats().values() if suffix.lower() in form.SUFFIXES]
    known = sorted(by_content, key=lambda form: (_stands_back(form), form not in by_suffix))
    known = known or sorted(by_suffix, key=lambda form: not _stands_back(form))
    if not known:
        raise BadInput(source, "an unknown format", f"one of {', '.join(formats())}",
                       "Export as .csv with a header: freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm.")
    return known[0].parse(text, source)


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
