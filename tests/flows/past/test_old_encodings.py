"""Sheets of programs that write older encodings than UTF-8: read in the right one, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pressloop.flows.past.reading import reading_of
from pressloop.trials.errors import BadInput

JAPANESE = "試料番号,ロット,成形圧力 (MPa),時間 (s),温度 (C),抵抗 (Ohm cm2),不良"
RUSSIAN = "Номер,Партия,Давление (MPa),Время (s),Температура (C),Сопротивление (Ohm cm2),Отказ"
POLISH = "Próbka,Partia,Ciśnienie (MPa),Czas (s),Temperatura (C),Opór (Ohm cm2),Uszkodzenie"


@pytest.mark.parametrize("encoding, header, lot, failed", [
    ("cp932", JAPANESE, "ソ表", "短絡"),
    ("euc_jp", JAPANESE, "表面", "短絡"),
    ("gb18030", "编号,批号,压力 (MPa),时间 (s),温度 (C),电阻 (Ohm cm2),状态", "粉体", "短路"),
    ("cp949", "시편,로트,압력 (MPa),시간 (s),온도 (C),저항 (Ohm cm2),불량", "가루", "단락"),
    ("cp1251", RUSSIAN, "чёрный", "КЗ"),
    ("koi8_r", RUSSIAN, "чёрный", "КЗ"),
    ("cp1250", POLISH, "żółć", "zwarcie"),
    ("iso8859_2", POLISH, "źdźbło", "zwarcie")])
def test_a_sheet_in_an_old_encoding_is_read_in_it(encoding: str, header: str, lot: str, failed: str,
                                                  tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(f"{header}\n1,{lot},100,60,25,140,\n2,{lot},200,60,25,,{failed}\n".encode(
        encoding))
    reading = reading_of(path)
    assert not reading.troubles and not reading.unused
    assert reading.column("lot") == [lot, lot]
    assert reading.column("failure_mode") == ["", "shorted"]
    assert f"read in the old encoding {encoding}" in reading.cells.words


@pytest.mark.parametrize("encoding", ["cp1251", "cp1250", "cp852", "mac-roman"])
def test_a_sheet_without_a_word_that_tells_its_encoding_is_refused(encoding: str, tmp_path: Path
                                                                   ) -> None:
    lot = {"cp1251": "партия", "cp1250": "źdźbło"}.get(encoding, "Müller")
    path = tmp_path / "old.csv"
    path.write_bytes(f"lot,P (MPa),t (s),T (C),R (Ohm cm2)\n{lot},100,60,25,140\n".encode(encoding))
    with pytest.raises(BadInput, match="UTF-8"):
        reading_of(path)
