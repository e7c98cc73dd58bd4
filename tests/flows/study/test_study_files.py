"""The settings of a study, its sources, and `pressloop lint`: no server is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from lab_files import PAST, write_settings, write_table

from pressloop.flows.study.jobs import runner_of
from pressloop.flows.study.opened import handed_on, opened, taken
from pressloop.flows.study.outputs import Done, alone_in, clear, write_tables
from pressloop.flows.study.parts import PARTS
from pressloop.flows.study.settings import read_study
from pressloop.flows.study.sources import source_of
from pressloop.trials.errors import BadInput
from pressloop.trials.tables.files import cells_of
from pressloop.trials.trial import Trial
from tests.flows.conftest import Answer

Pressloop = Callable[..., Answer]
SOURCE = 'preset = "reference"\nstacks = 24\nlots = 2'


def write_study(folder: Path, source: str = SOURCE, parts: str = "", study: str = "") -> Path:
    path = folder / "study.toml"
    path.write_text(f'[study]\nname = "spring"\n{study}\n[source]\n{source}\n{parts}\n')
    return path


def told(trials: tuple[Trial, ...]) -> list[tuple[object, ...]]:
    return [(t.stack, t.recipe, t.outcome) for t in trials]


@pytest.mark.parametrize(("parts", "words"), [
    ("[replay]\nrepeat = 3", ("replay.repeat", "Did you mean repeats?")),
    ("[compar]", ("compar", "Did you mean compare?")),
    ("[plan]\npower = 2.0", ("plan.power",)),
    ('[lint]\nwithout = ["ordr"]', ("lint.without", "ordr")),
    ('[compare]\nmodels = "mean"', ("compare.models",)),
    ('[replay]\ndesign = "none.csv"', ("none.csv",)),
])
def test_what_a_part_does_not_know_is_refused(
        tmp_path: Path, pressloop: Pressloop, parts: str, words: tuple[str, ...]) -> None:
    pressloop("study", write_study(tmp_path, parts=parts)).refused(*words)


@pytest.mark.parametrize(("source", "words"), [
    ("", ("source", "one of table, ledger and preset")),
    (SOURCE + '\nledger = "sqlite:///x.db"', ("preset", "one set of stacks")),
    ('preset = "refrence"', ("source.preset", "reference")),
    ('table = "past.csv"', ("source.settings", "missing")),
    ('ledger = "sqlite:///x.db"\nstacks = 5', ("source.stacks", "left out beside ledger")),
    ('table = "none.csv"\nsettings = "lab.toml"', ("lab.toml",)),
    ("prest = 1", ("Did you mean preset?",)),
])
def test_sources_that_are_none_are_refused(tmp_path: Path, pressloop: Pressloop, source: str,
                                           words: tuple[str, ...]) -> None:
    pressloop("study", write_study(tmp_path, source)).refused(*words)


def test_parts_run_when_their_table_is_there_and_all_without_any(tmp_path: Path) -> None:
    assert tuple(read_study(write_study(tmp_path)).options) == tuple(PARTS)
    some = read_study(write_study(tmp_path, parts="[plan]\n[lint]"))
    assert tuple(some.options) == ("lint", "plan")


def test_lists_and_a_design_reach_the_options(tmp_path: Path) -> None:
    (tmp_path / "design.csv").write_text(
        "temperature_c;pressure_mpa;dwell_s\n25;100;60\n80;200,5;600\n")
    path = write_study(tmp_path, parts='[compare]\nmodels = ["mean", "linear"]\n'
                                       '[replay]\ndesign = "design.csv"')
    found = read_study(path)
    assert found.options["compare"].models == ("mean", "linear")
    assert found.options["replay"].design == ((100.0, 60.0, 25.0), (200.5, 600.0, 80.0))
    assert found.design.taken.startswith("design.csv: 2 rows read")


def test_a_study_is_done_on_what_was_read_when_it_was_opened(tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, PAST)
    found = opened(write_study(tmp_path, 'table = "past.csv"\nsettings = "lab.toml"'), seed=7)
    path, seed, out = found.asked
    (tmp_path / "past.csv").unlink()
    (tmp_path / "study.toml").unlink()
    with handed_on(found):
        assert taken(path, seed, out) is found
        with pytest.raises(BadInput, match="readable"):
            taken(path, 8, out)
    with pytest.raises(BadInput, match="readable"):
        taken(path, seed, out)


def test_csv_excel_and_parquet_give_the_same_trials(tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, PAST)
    frame = pd.read_csv(tmp_path / "past.csv")
    frame.to_excel(tmp_path / "past.xlsx", index=False)
    frame.to_parquet(tmp_path / "past.parquet")
    (tmp_path / "comma.csv").write_text(PAST.replace(",", ";").replace(".", ","))
    found = [source_of(read_study(write_study(
        tmp_path, f'table = "{name}"\nsettings = "lab.toml"')).source, tmp_path, 0)
        for name in ("past.csv", "past.xlsx", "past.parquet", "comma.csv")]
    first = told(found[0].data.trials)
    assert len(first) == 6
    assert all(told(other.data.trials) == first for other in found[1:])
    first_rows = [one.data.trials[0].number for one in found]
    assert first_rows == [2, 2, 1, 2], "a Parquet file has no row for the heading"
    assert not found[0].data.simulated
    assert len(set(found[0].digests.values())) == 2


@pytest.mark.parametrize(("name", "content"), [
    ("past.xlsx", b"no workbook"), ("past.parquet", b"no table"), ("past.xls", b"old"),
    ("past.csv", b"\xff\xfe\x00"), ("past.csv", b""), ("past.csv", b"pressure_mpa\n"),
])
def test_files_that_are_no_tables_are_refused(tmp_path: Path, pressloop: Pressloop, name: str,
                                              content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    pressloop("lint", tmp_path / name).refused("table")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_is_read_in_the_encodings_that_excel_writes(tmp_path: Path, encoding: str) -> None:
    rows = ("lot;pressure_mpa;temperature_c;notes\r\n"
            "Müller;100,5;25;30 °C, 5 µm²\r\nGröße;200;80;\r\n")
    (tmp_path / "past.csv").write_bytes(rows.encode(encoding))
    found = cells_of(tmp_path / "past.csv")
    assert found.header == ("lot", "pressure_mpa", "temperature_c", "notes")
    assert found.rows == ((2, ("Müller", "100.5", "25", "30 °C, 5 µm²")),
                          (3, ("Größe", "200", "80", "")))


@pytest.mark.parametrize("encoding", ["cp850", "mac-roman", "cp1251", "shift-jis"])
def test_a_csv_whose_letters_cannot_be_told_is_refused_for_that(
        tmp_path: Path, pressloop: Pressloop, encoding: str) -> None:
    lot = {"cp1251": "партия", "shift-jis": "ロット"}.get(encoding, "Müller")
    (tmp_path / "past.csv").write_bytes(f"lot,pressure_mpa\n{lot},100\n".encode(encoding))
    pressloop("lint", tmp_path / "past.csv").refused("encoding", "CSV UTF-8")


def test_the_simulator_gives_the_same_stacks_again_and_as_many_of_each_lot(tmp_path: Path) -> None:
    table = read_study(write_study(tmp_path)).source
    one, again, other = (source_of(table, tmp_path, seed).data for seed in (1, 1, 2))
    assert told(one.trials) == told(again.trials) != told(other.trials)
    assert one.simulated and one.lots == ("lot 1", "lot 2")
    assert sum(t.stack.lot == "lot 1" for t in one.trials) == 12
    assert [t.number for t in one.trials] == list(range(1, 25))


@pytest.mark.slow
def test_campaigns_of_a_ledger_are_lots(tmp_path: Path, pressloop: Pressloop) -> None:
    table = write_table(tmp_path)
    for name in ("spring", "autumn"):
        settings = write_settings(tmp_path, f"{name}.toml", campaign={"name": name})
        assert pressloop("import", settings, table).code == 0
    study = write_study(tmp_path, 'ledger = "sqlite:///lab.db"\ncampaigns = ["spring", "autumn"]')
    data = source_of(read_study(study).source, tmp_path, 0).data
    assert [t.number for t in data.trials] == [*range(1001, 1007), *range(2001, 2007)]
    assert "counted from 1001, 2001" in data.source
    assert data.lots == ("L-1 (autumn)", "L-1 (spring)")
    one = write_study(tmp_path, 'ledger = "sqlite:///lab.db"\ncampaign = "spring"')
    alone = source_of(read_study(one).source, tmp_path, 0).data
    assert alone.lots == ("L-1",)
    assert (alone.row_word, [t.number for t in alone.trials]) == ("trial", [*range(1, 7)])
    neither = write_study(tmp_path, 'ledger = "sqlite:///lab.db"')
    pressloop("study", neither).refused("spring", "autumn")


def test_rows_of_a_table_are_counted_as_in_its_file(tmp_path: Path) -> None:
    """The heading is row 1, as in a spreadsheet, and as the data check counts."""
    write_table(tmp_path)
    write_settings(tmp_path)
    study = write_study(tmp_path, 'table = "past.csv"\nsettings = "lab.toml"')
    source = source_of(read_study(study).source, tmp_path, 0)
    assert source.data.row_word == "row"
    assert [t.number for t in source.data.trials] == [*range(2, 8)]
    assert source.sheet is not None
    assert [*source.sheet.cells.index] == [*range(2, 8)]


@pytest.mark.slow
def test_lint_tells_by_its_exit_code(tmp_path: Path, pressloop: Pressloop) -> None:
    settings = write_settings(tmp_path)
    sound = pressloop("lint", write_table(tmp_path), "--settings", settings)
    assert sound.code == 0, sound.out
    short = PAST.replace("260,300,95,40,1,", "260,300,95,9.9E37,1,")
    bad = pressloop("lint", write_table(tmp_path, short), "--settings", settings, "--json")
    assert bad.code == 1
    assert bad.json["findings"][0]["rows"] == [5]
    assert not bad.json["ok"]
    for name in ("past.xlsx", "past.parquet"):
        frame = pd.read_csv(tmp_path / "past.csv")
        frame.to_excel(tmp_path / name, index=False) if "x" in name[-1] else frame.to_parquet(
            tmp_path / name)
        answer = pressloop("lint", tmp_path / name, "--json")
        assert answer.code == 1
    assert answer.json["findings"][0]["rows"] == [4], "rows of a Parquet file count from 1"


def test_lint_reads_what_the_strict_reader_refuses(tmp_path: Path, pressloop: Pressloop) -> None:
    ragged = write_table(tmp_path, "pressure_mpa,dwell_s,temperature_c,resistance_ohm_cm2\n"
                                   "100,60,25,40,5\n200,60,25\n300,60,25,30\n")
    found = pressloop("lint", ragged, "--json")
    assert found.code == 1
    assert found.json["findings"][0]["check"] == "shape"
    assert found.json["findings"][0]["rows"] == [2, 3]
    twice = write_table(tmp_path, "pressure_mpa,pressure_mpa,resistance_ohm_cm2\n1,2,3\n4,5,6\n")
    assert pressloop("lint", twice, "--json").json["findings"][0]["column"] == "pressure_mpa"


def test_tables_are_written_the_same_again_and_old_ones_taken_away(tmp_path: Path) -> None:
    done = Done("plan", tables={"plan_costs": [{"stacks": 1, "worse_percent": 2.5}, {"stacks": 2}],
                                "empty": []})
    write_tables(tmp_path, done)
    first = (tmp_path / "plan_costs.parquet").read_bytes()
    write_tables(tmp_path, done)
    assert (tmp_path / "plan_costs.parquet").read_bytes() == first
    assert done.files == ("plan_costs.parquet",), "a table without rows has no file"
    assert list(pd.read_parquet(tmp_path / "plan_costs.parquet").columns) == [
        "stacks", "worse_percent"]
    (tmp_path / "mine.parquet").write_bytes(first)
    clear(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.parquet"]


def test_two_studies_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with alone_in(tmp_path / "out"):
        with pytest.raises(BadInput, match="no other study"), alone_in(tmp_path / "." / "out"):
            pass
        with alone_in(tmp_path / "other"):
            pass
    with alone_in(tmp_path / "out"):
        assert (tmp_path / "out").is_dir()


def test_dask_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                            ) -> None:
    import sys

    table = read_study(write_study(tmp_path, study='workers = "dask"')).table
    for name in ("prefect_dask", "prefect_dask.task_runners"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(BadInput, match=r"pip install .pressloop\[dask\]"):
        runner_of(table)
    assert runner_of(replace_workers(table, "here")) is None


def replace_workers(table: object, workers: str) -> object:
    return table.model_copy(update={"workers": workers})  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[3] / "examples" / "studies").glob(
    "*.toml")), ids=lambda p: p.stem)
def test_example_studies_can_be_read(path: Path) -> None:
    assert read_study(path).options
