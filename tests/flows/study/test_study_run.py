"""A study as a Prefect flow: what it writes, and that it writes the same again."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from odd_lab.slow_model import Slow
from test_study_files import write_study

from pressloop.flows.console import terminable
from pressloop.flows.study.artifact import markdown_of
from pressloop.flows.study.outputs import write_tables
from pressloop.flows.study.settings import read_study
from pressloop.flows.study.sources import source_of
from pressloop.flows.study.study import done_part
from pressloop.studies.executor import one_by_one
from pressloop.studies.replay import plan as planning
from tests.flows.conftest import Answer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
SMALL = """
[lint]
[compare]
models = ["mean", "linear"]
baseline = "linear"
failure_models = ["base_rate"]
failure_baseline = "logistic"
resamples = 200
"""


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


@pytest.mark.prefect
def test_here_and_in_processes_the_same_tables_are_written(
        server: Any, tmp_path: Path, pressloop: Callable[..., Answer]) -> None:
    for folder, how in (("one", "here"), ("two", "processes")):
        path = write_study(tmp_path, parts=SMALL, study=f'workers = "{how}"\nprocesses = 2\n'
                                                        f'out = "{folder}"')
        answer = pressloop("study", path, "--json")
        assert answer.code == 0, answer.err
        assert "SIMULATED" in answer.err
        assert set(answer.json["parts"]) == {"lint", "compare"}
    assert tables(tmp_path / "one") == tables(tmp_path / "two") != {}
    told = json.loads((tmp_path / "two" / "study.json").read_text())
    assert told["simulated"] and told["versions"]["python"]
    assert told["parts"]["compare"]["sentences"]
    assert {name for part in told["parts"].values() for name in part["files"]} == set(
        tables(tmp_path / "two"))
    page = (tmp_path / "two" / "study.html").read_text()
    assert "SIMULATED" in page and "Can these data be trusted?" in page
    assert len(pd.read_parquet(tmp_path / "two" / "compare_predictions.parquet")) > 0


@pytest.mark.prefect
def test_a_part_that_cannot_be_done_costs_the_others_nothing(
        server: Any, tmp_path: Path, pressloop: Callable[..., Answer],
        monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr(planning, "plan", broken)
    path = write_study(tmp_path, parts="[lint]\n[plan]", study='workers = "here"')
    answer = pressloop("study", path, "--json")
    assert answer.code == 1
    assert "of all things" in answer.json["parts"]["plan"]["problem"]
    assert answer.json["parts"]["lint"]["sentences"]
    page = (tmp_path / "study" / "study.html").read_text()
    assert "could not be done: ZeroDivisionError: of all things" in page
    assert "Traceback" not in answer.err
    settings = read_study(path)
    source = source_of(settings.source, tmp_path, 0)
    trace = done_part("plan", settings.options["plan"], source, 0, one_by_one).trace
    assert trace.startswith("Traceback") and "in broken" in trace, "for the log"


def test_a_stop_that_a_library_makes_an_error_of_is_no_failed_part(tmp_path: Path) -> None:
    """As pydantic does where Ctrl-C comes while Prefect sends jobs to workers."""
    def stopped(*_: object) -> Iterator[Any]:
        Slow(number=signal.SIGINT).model_dump()
        yield None

    settings = read_study(write_study(tmp_path, parts=SMALL))
    source = source_of(settings.source, tmp_path, 4)
    with pytest.raises(KeyboardInterrupt), terminable():
        done_part("compare", settings.options["compare"], source, 4, stopped)


def test_the_same_part_twice_gives_the_same_rows(tmp_path: Path) -> None:
    settings = read_study(write_study(tmp_path, parts=SMALL))
    for part in ("lint", "compare"):
        source = source_of(settings.source, tmp_path, 4)
        for folder in ("one", "again"):
            done = done_part(part, settings.options[part], source, 4, one_by_one)
            assert not done.problem
            (tmp_path / folder).mkdir(exist_ok=True)
            write_tables(tmp_path / folder, done)
    assert tables(tmp_path / "one") == tables(tmp_path / "again") != {}


@pytest.mark.slow
@pytest.mark.parametrize(("part", "options", "title"), [
    ("replay", 'strategies = ["random", "one_at_a_time"]\nbudget = 4\nbatch = 2\nrepeats = 2',
     "What these numbers rest on"),
    ("plan", 'strategies = ["random"]\nbudget = 4\nbatch = 2\nrepeats = 2', "Replicates"),
    ("sensitivity", "draws = 40", "Do the readings make sense?")])
def test_every_part_has_its_section(tmp_path: Path, part: str, options: str, title: str) -> None:
    settings = read_study(write_study(tmp_path, 'preset = "reference"\nstacks = 14',
                                      parts=f"[{part}]\n{options}"))
    source = source_of(settings.source, tmp_path, 2)
    done = done_part(part, settings.options[part], source, 2, one_by_one)
    assert not done.problem, done.trace
    assert title in done.html and done.sentences[0].split()[0] in done.html
    assert done.html.count("<section>") == done.html.count("</section>") >= 1
    assert "Undefined" not in done.html


def test_names_from_a_table_are_no_markup() -> None:
    words = markdown_of({"study": "s", "source": "t", "seed": 1, "simulated": False, "parts": {
        "lint": {"sentences": ["<b>lot_a</b> | [x](y)"], "problem": None}}})
    assert r"\<b\>lot\_a\</b\> \| \[x\](y)" in words


@pytest.mark.prefect
def test_ctrl_c_ends_all_processes_at_once_with_one_line(
        tmp_path: Path, in_background: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    """A terminal sends it to every process of the group, here while a model learns for hours."""
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "endless.py").write_text(
        "import pathlib, time\nTITLE = 'endless'\ndef fit(data, prior, *, seed):\n"
        f"    pathlib.Path({str(tmp_path / 'learning')!r}).touch()\n    time.sleep(36000)\n")
    # The data check has something to tell of eight stacks, so that there is a table to stay.
    path = write_study(tmp_path, 'preset = "reference"\nstacks = 8',
                       parts=SMALL.replace('"mean",', '"lab.endless",'), study="processes = 2")
    started = in_background("study", path, PYTHONPATH=f"{ROOT}{os.pathsep}{tmp_path}")
    eventually((tmp_path / "learning").exists, "learning")
    os.killpg(started.pid, signal.SIGINT)
    assert started.wait(60) == 130
    told = (tmp_path / "process-0.log").read_text().splitlines()
    assert told[-1].startswith("pressloop: stopped. Tables of the parts that were done")
    assert not [line for line in told if "Traceback" in line or "Warning" in line]
    assert {p.suffix for p in (tmp_path / "study").iterdir()} == {".parquet"}
    eventually(lambda: not alive(started.pid), "the end of all processes")


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
