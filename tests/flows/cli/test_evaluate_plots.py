"""`evaluate --plot`: one page or picture of all spectra, and refusals before anything is fitted."""

from __future__ import annotations

import importlib.util
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_bad_spectra import spectrum_csv

from tests.views.test_report_page import Seen

pytestmark = pytest.mark.slow

Call = Callable[..., Any]
ROOT = Path(__file__).parents[3]


def browser() -> bool:
    """Whether kaleido and a browser are here."""
    if importlib.util.find_spec("kaleido") is None:
        return False
    from choreographer.browsers import Chromium

    return Chromium.find_browser(skip_local=False) is not None


with_browser = pytest.mark.skipif(
    not browser(), reason="needs the extra pictures, and Chrome or Chromium")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two cells of the same name in two folders, and a short."""
    found = [tmp_path / "a" / "cell.csv", tmp_path / "b" / "cell.csv", tmp_path / "short.csv"]
    for path in found:
        path.parent.mkdir(exist_ok=True)
        path.write_text(spectrum_csv(50))
    rows = [f"{10 ** (6 - i / 6):.6g},0.5,{0.002 * (-1) ** i}" for i in range(30)]
    found[2].write_text("\n".join(["frequency_hz,z_real_ohm,z_imag_ohm", *rows]) + "\n")
    return found


def test_one_page_of_several_files(files: list[Path], pressloop: Call) -> None:
    answer = pressloop("evaluate", *files, "--area-cm2", "0.785", "--plot", "figures/all.html")
    assert answer.code == 0
    assert "figures: figures/all.html" in answer.err
    seen = Seen(Path("figures/all.html").read_text(encoding="utf-8"))
    assert seen.loads == []
    for words in ("3 spectra", f"{files[0]}", f"{files[1]}", "short.csv", "Shorted"):
        assert words in seen.words, words
    assert [path.name for path in Path("figures").iterdir()] == ["all.html"]


def test_every_sweep_of_a_file_is_in_it(tmp_path: Path, pressloop: Call) -> None:
    head, *rows = spectrum_csv(40).splitlines()
    loops = tmp_path / "loops.csv"
    loops.write_text("\n".join([head, *rows, *rows]) + "\n")
    pressloop("evaluate", loops, "--area-cm2", "1", "--plot", "out.HTML")
    words = Seen(Path("out.HTML").read_text(encoding="utf-8")).words
    assert "loops.csv sweep 1" in words and "loops.csv sweep 2" in words


def test_json_stays_alone_on_stdout(files: list[Path], pressloop: Call) -> None:
    answer = pressloop("evaluate", files[0], "--area-cm2", "1", "--plot", "o.html", "--json")
    one, = answer.json["spectra"]
    assert Path("o.html").exists()
    times = one["relaxation_times"]
    assert times["said"].startswith("2 peaks in the relaxation times (16 kHz, 1")
    assert [peak["resistance_ohm_cm2"] for peak in times["peaks"]] == pytest.approx([20, 60],
                                                                                  rel=0.15)
    assert times["left_out_hz"] == []


def test_a_file_that_cannot_be_read_is_named_on_the_page(files: list[Path], tmp_path: Path,
                                                         pressloop: Call) -> None:
    (tmp_path / "bad.csv").write_text("nothing here\n")
    answer = pressloop("evaluate", files[0], "bad.csv", "--area-cm2", "1", "--plot", "o.html")
    assert answer.code == 2
    words = Seen(Path("o.html").read_text(encoding="utf-8")).words
    assert "bad.csv: " in words and "Valid." in words


def test_no_picture_without_a_spectrum(tmp_path: Path, pressloop: Call) -> None:
    (tmp_path / "bad.csv").write_text("nothing here\n")
    answer = pressloop("evaluate", "bad.csv", "--area-cm2", "1", "--plot", "o.html")
    assert answer.code == 2 and "o.html was not written" in answer.err
    assert not Path("o.html").exists()


@pytest.mark.parametrize("name", ["out.pdf", "out", "out.html.txt", ".html"])
def test_other_suffixes_are_refused_before_anything_is_read(name: str, pressloop: Call) -> None:
    said = pressloop("evaluate", "none.csv", "--plot", name).refused("--plot", name, ".html",
                                                                     ".png")
    assert "none.csv" not in said


def test_a_folder_is_refused(tmp_path: Path, pressloop: Call) -> None:
    (tmp_path / "x.html").mkdir()
    pressloop("evaluate", "none.csv", "--plot", "x.html").refused("a file, not a folder")


def test_results_are_not_lost_where_the_picture_cannot_be_written(
        files: list[Path], tmp_path: Path, pressloop: Call) -> None:
    (tmp_path / "taken").write_text("a file")
    answer = pressloop("evaluate", files[0], "--area-cm2", "1", "--plot", "taken/o.html")
    assert answer.code == 2
    assert "verdict: valid" in answer.out
    assert "--plot = taken/o.html: must be a place to write to" in answer.err


@with_browser
@pytest.mark.slow
def test_a_picture(files: list[Path], pressloop: Call) -> None:
    answer = pressloop("evaluate", *files, "--area-cm2", "0.785", "--plot", "all.png")
    assert answer.code == 0, answer.err
    data = Path("all.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width == 2560 and height > 1800
    assert len(data) > 50_000, "not an empty picture"


@pytest.mark.skipif(importlib.util.find_spec("kaleido") is None,
                    reason="needs the extra pictures, to be without a browser only")
def test_without_a_browser_one_line_says_so(pressloop: Call) -> None:
    os.environ["BROWSER_PATH"] = "/nowhere/chromium"
    pressloop("evaluate", "none.csv", "--plot", "o.png").refused(
        "Chrome or Chromium", "pip install kaleido", ".html")


def test_without_kaleido_one_line_says_so(tmp_path: Path) -> None:
    """In a Python that has only what pressloop itself needs."""
    code = ("import sys\n"
            "sys.modules['choreographer'] = sys.modules['kaleido'] = None\n"
            "from pressloop.flows.cli.main import app\n"
            "app(['evaluate', 'none.csv', '--plot', 'o.png'])\n")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False,
                         cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert ran.returncode == 2, ran.stderr
    (line,) = ran.stderr.splitlines()
    assert "which is not installed" in line and "pip install kaleido" in line
