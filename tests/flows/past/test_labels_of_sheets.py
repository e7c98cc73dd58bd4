"""Names of stacks and lots in sheets: none is lost, and what is not clear is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_files import write_settings, write_table

from pressloop.flows.cli.commands.table import table
from pressloop.flows.past.reading import reading_of
from pressloop.flows.past.sheet import sheet_from
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import read_settings
from pressloop.studies.lint import lint_sheet

TWO_LOTS = ("Pellet,NMC batch,SE batch,SE batch mass (g),p (MPa),t (s),T (°C),ASR (Ω cm²)\n"
            "K1,0012,1.20,3,100,60,25,120\nK2,0012,1.30,3,150,60,25,90\nK3,0013,,3,200,60,25,70\n")


@pytest.mark.parametrize("how, lots", [
    ({}, ["0012 / 1.20", "0012 / 1.30", "0013"]), ({"lot": "NMC batch"}, ["0012", "0012", "0013"]),
    ({"ignore": ["SE batch"]}, ["0012", "0012", "0013"])])
def test_lots_of_several_materials_are_joined(how: dict[str, object], lots: list[str],
                                              tmp_path: Path) -> None:
    path = write_table(tmp_path, TWO_LOTS, "lab.csv")
    known = read_settings(write_settings(tmp_path, **{"table": how} if how else {}))
    found = read_table(path, known)
    assert [one.stack.lot for one in found.past] == lots
    assert ("the lot is joined of 'NMC batch' and 'SE batch'; where one of them counts: [table] "
            'lot = "NMC batch"' in found.cells.words) is (not how)


@pytest.mark.parametrize("names", ["NMC batch,SE batch", "Kathodencharge,Elektrolyt-Charge",
                                   "正極ロット,SE lot", "Lot of the cathode,SE_lot"])
def test_no_lot_is_said_to_be_missing_that_is_there(names: str, tmp_path: Path) -> None:
    path = write_table(tmp_path, TWO_LOTS.replace("NMC batch,SE batch", names, 1), "lab.csv")
    found = lint_sheet(sheet_from(reading_of(path), path)).found
    assert not [one for one in found if one.column == "lot" and one.seen == "not recorded"]


def test_the_lot_of_the_stack_is_joined_with_none(tmp_path: Path) -> None:
    path = write_table(tmp_path, TWO_LOTS.replace("NMC batch", "Batch no.", 1), "lab.csv")
    assert reading_of(path).column("lot") == ["0012", "0012", "0013"]


def test_the_settings_that_are_written_read_the_same_labels(tmp_path: Path) -> None:
    text = TWO_LOTS + "K3,0013,1.20,3,250,60,25,60\nK5,0013,1.20,3,300,60,25,55\n"
    path, out = write_table(tmp_path, text, "lab.csv"), tmp_path / "new.toml"
    table(path, None, out, None, True)
    for name in ("stack", "lot"):
        assert reading_of(path, read_settings(out)).column(name) == reading_of(path).column(name)
    assert reading_of(path).column("stack") == ["K1", "K2", "", "", "K5"]
