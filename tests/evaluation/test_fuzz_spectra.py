"""Damaged impedance files: a spectrum of finite numbers, or one line that says why not."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from fuzzing import cases, damaged

from pressloop.evaluation.readers import read_spectrum
from pressloop.trials.errors import BadInput

pytestmark = pytest.mark.fuzz

FILES = sorted((Path(__file__).parent / "readers" / "files").iterdir())


def test_damaged_spectra(tmp_path: Path) -> None:
    def check(draw: Random) -> None:
        source = draw.choice(FILES)
        path = tmp_path / f"bad{source.suffix}"
        path.write_bytes(damaged(source.read_bytes(), draw))
        try:
            found = read_spectrum(path, area_cm2=0.785)
        except BadInput as error:
            assert 10 < len(str(error)) < 2000
            return
        assert np.isfinite(found.impedance_ohm).all()
        assert (found.frequency_hz > 0.0).all()
        assert (found.impedance_ohm != 0.0).all()

    cases(check)
