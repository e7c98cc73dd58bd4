"""Sheets of labs in China, Japan and Korea: what their columns and words mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_files import write_settings, write_table

from pressloop.flows.past.trials import read_past
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials.outcome import Failed, FailureMode, Intact

SHEETS = {
    "chinese": "样品编号,压力(MPa),保压时间(min),温度(℃),界面电阻(Ω·cm²),测试压力(MPa),批次,备注\n"
               "A1,100,3,25,120,30,一,正常\nA2,200,3,25,61,30,一,正常\nA3,300,3,60,35,30,一,\n"
               "A4,400,3,60,,30,一,开裂\nA5,300,10,60,,30,一,短路\n",
    "japanese": "試料番号,プレス圧 [MPa],保持時間 [min],プレス温度 [℃],界面抵抗 [Ωcm2],"
                "拘束圧 [MPa],ロット,判定\n"
                "A1,100,3,25,120,30,一,良好\nA2,200,3,25,61,30,一,良好\n"
                "A3,300,3,60,35,30,一,良好\n"
                "A4,400,3,60,,30,一,割れ\nA5,300,10,60,,30,一,ショート\n",
    "korean": "시료번호,압력 (MPa),유지시간 (min),온도 (°C),계면저항 (Ω cm²),"
              "스택압력 (MPa),로트,비고\n"
              "A1,100,3,25,120,30,一,정상\nA2,200,3,25,61,30,一,정상\nA3,300,3,60,35,30,一,정상\n"
              "A4,400,3,60,,30,一,균열\nA5,300,10,60,,30,一,단락\n",
}


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_columns_units_and_outcomes_are_understood(sheet: str, tmp_path: Path) -> None:
    path = write_table(tmp_path, sheet, "lab.csv")
    past = read_past(path, read_settings(write_settings(tmp_path)))
    trials = [one.trial(i) for i, one in enumerate(past, 1)]
    assert [t.stack.stack_id for t in trials] == ["A1", "A2", "A3", "A4", "A5"]
    assert {t.stack.lot for t in trials} == {"一"}
    assert [t.recipe.pressure_mpa for t in trials] == [100, 200, 300, 400, 300]
    assert [t.recipe.dwell_s for t in trials] == [180, 180, 180, 180, 600]
    assert [t.recipe.temperature_c for t in trials] == [25, 25, 60, 60, 60]
    intact = [t.outcome for t in trials if isinstance(t.outcome, Intact)]
    assert [o.resistance_ohm_cm2 for o in intact] == [120, 61, 35]
    assert {o.stack_pressure_mpa for o in intact} == {30}
    assert [t.outcome.mode for t in trials if isinstance(t.outcome, Failed)] == [
        FailureMode.CRUSHED, FailureMode.SHORTED]
