"""The pictures of `pressloop evaluate --plot`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pressloop.evaluation.reading import Reading
from pressloop.evaluation.rules import Rules
from pressloop.flows.console import say
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import Spectrum

SUFFIXES = (".html", ".png")


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """One sweep of a file: its spectrum and, unless it has failed outright, its reading."""

    name: str
    spectrum: Spectrum
    reading: Reading | None
    result: dict[str, Any]


def check_picture(path: Path | None) -> None:
    """Raises BadInput, before anything is fitted, on a picture that cannot be written."""
    if path is None:
        return
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput("--plot", path, f"a file name that ends in {' or '.join(SUFFIXES)}",
                       "A page in .html needs nothing else and can be zoomed.")
    if path.is_dir():
        raise BadInput("--plot", path, "a file, not a folder", "Name the file to write.")
    if path.suffix.lower() == ".png":
        from pressloop.views.spectra.picture import require_kaleido

        require_kaleido()


def draw(path: Path, done: Sequence[Evaluated], unread: Sequence[dict[str, Any]], rules: Rules
         ) -> None:
    """Writes all spectra into one picture, and says where it is.

    Where nothing could be read it says that there is none. Raises BadInput on a place that cannot
    be written to."""
    if not done:
        say(f"{path} was not written: no spectrum could be read.")
        return
    from pressloop.views.figures.shown import Shown

    shown = [Shown(label, number, one.spectrum, one.reading, one.result["verdict"],
                   one.result["valid"], rules)
             for number, (label, one) in enumerate(zip(_labels(done), done, strict=True))]
    try:
        if path.suffix.lower() == ".png":
            from pressloop.views.spectra.picture import write_picture

            write_picture(path, shown)
        else:
            from pressloop.views.spectra.page import write_spectra

            write_spectra(path, shown, [f"{one['file']}: {one['error']}" for one in unread])
    except OSError as error:
        raise BadInput("--plot", path, "a place to write to",
                       f"{error.strerror}. Choose another folder.") from None
    say(f"figures: {path}")


def _labels(done: Sequence[Evaluated]) -> list[str]:
    """Names without folders where that is enough to tell them apart."""
    short = [str(Path(one.name).name) for one in done]
    often = Counter(short)
    return [name if often[name] == 1 else one.name for name, one in zip(short, done, strict=True)]
