"""Sheets of labs in many countries: columns, units and words are what their people mean."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from lab_files import write_settings, write_table

from pressloop.flows.past.trials import read_past
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials.outcome import Failed, Intact

SHEETS = {
    "russian": "Образец;Давление прессования, МПа;Время под нагрузкой, мин;Т, °C;"
               "Температура измерения, °C;Сопротивление, Ом·см²;Брак\n"
               "О1;110;3;комн.;22;120;\nО2;210;3;25;22;61,5;нет\nО3;310;3;60;22;35;\n"
               "О4;410;3;60;22;;трещина\nО5;310;10;60;22;;КЗ\n",
    "czech": "Vzorek;Lisovací tlak (MPa);Doba výdrže (min);Teplota lisování (°C);"
             "Teplota měření (°C);Odpor (Ω·cm²);Porucha\n"
             "O1;110;3;pokojová;22;120;\nO2;210;3;25;22;61,5;ne\nO3;310;3;60;22;35;\n"
             "O4;410;3;60;22;;prasklý\nO5;310;10;60;22;;zkrat\n",
    "turkish": "Numune;Presleme basıncı (MPa);Bekleme süresi (dk);Sıcaklık (°C);"
               "Ölçüm sıcaklığı (°C);Direnç (Ω·cm²);Hasar\n"
               "O1;110;3;oda;22;120;\nO2;210;3;25;22;61,5;yok\nO3;310;3;60;22;35;\n"
               "O4;410;3;60;22;;çatlak\nO5;310;10;60;22;;kısa devre\n",
    "french": "Essai;Pression (MPa);Temps de broyage (h);Temps de pressage (min);"
              "Température de pressage (°C);Température de mesure (°C);Résistance (Ω·cm²);Défaut\n"
              "O1;110;9;3;ambiante;22;120;\nO2;210;9;3;25;22;61,5;non\nO3;310;9;3;60;22;35;\n"
              "O4;410;9;3;60;22;;fissuré\nO5;310;9;10;60;22;;court-circuit\n",
    "hungarian": "Minta;Nyomás (MPa);Tartási idő (perc);Hőmérséklet (°C);Ellenállás (Ω·cm²);Hiba\n"
                 "O1;110;3;szobahőmérséklet;120;\nO2;210;3;25;61,5;nem\nO3;310;3;60;35;\n"
                 "O4;410;3;60;;repedt\nO5;310;10;60;;rövidzárlat\n",
    "polish": "Próbka;Ciśnienie [MPa];Czas docisku [min];Temperatura [°C];"
              "Opór powierzchniowy [Ω·cm²];Uszkodzenie\n"
              "O1;110;3;pokojowa;120;\nO2;210;3;25;61,5;nie\nO3;310;3;60;35;\n"
              "O4;410;3;60;;pęknięcie\nO5;310;10;60;;zwarcie\n",
    "chinese": "编号,设定压力(MPa),实际压力(MPa),保压时间(分),温度(℃),界面电阻(Ω·cm²),"
               "是否开裂,短路\n"
               "O1,100,110,3,室温,120,否,否\nO2,200,210,3,25,61.5,否,否\nO3,300,310,3,60,35,否,否\n"
               "O4,400,410,3,60,,是,否\nO5,300,310,10,60,,否,是\n",
    "korean": "번호,성형 압력 (MPa),유지 시간 (분),온도 (℃),계면 저항 (Ω·cm²),균열 여부,단락 여부\n"
              "O1,110,3,상온,120,없음,없음\nO2,210,3,25,61.5,없음,없음\nO3,310,3,60,35,없음,없음\n"
              "O4,410,3,60,,있음,없음\nO5,310,10,60,,없음,있음\n",
}


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_a_sheet_of_another_country_means_what_its_lab_means(sheet: str, tmp_path: Path) -> None:
    path = write_table(tmp_path, sheet, "lab.csv")
    past = read_past(path, read_settings(write_settings(tmp_path)))
    recipes = [(one.recipe.pressure_mpa, one.recipe.dwell_s, one.recipe.temperature_c)
               for one in past]
    assert recipes == [(110, 180, 25), (210, 180, 25), (310, 180, 60), (410, 180, 60),
                       (310, 600, 60)]
    assert [one.outcome.resistance_ohm_cm2 for one in past
            if isinstance(one.outcome, Intact)] == [120, 61.5, 35]
    assert [str(one.outcome.mode) for one in past if isinstance(one.outcome, Failed)] == [
        "crushed", "shorted"]


TONS = {"Load (US tons)": 8896.443230521, "Load (short tons)": 8896.443230521,
        "Load, ton (US)": 8896.443230521, "Load [long tons]": 9964.01641818352,
        "Load (kips)": 4448.2216152605, "Load (tons)": 9806.65}


@pytest.mark.parametrize("header", TONS)
def test_a_ton_is_that_of_its_country(header: str, tmp_path: Path) -> None:
    name = f'"{header}"' if "," in header else header
    path = write_table(tmp_path, f"ID,{name},Dwell (s),T (°C),ASR (Ω cm²)\n1,1.5,60,25,120\n"
                       "2,2.5,60,25,70\n", "lab.csv")
    settings = read_settings(write_settings(tmp_path))
    found = [one.recipe.pressure_mpa for one in read_past(path, settings)]
    area = settings.envelope.die_area_mm2
    assert found == pytest.approx([1.5 * TONS[header] / area, 2.5 * TONS[header] / area])
    assert math.isfinite(area)


@pytest.mark.parametrize("header", ["Forza pressa (kN);Diametro stampo (mm)",
                                    "Fuerza (kN);Diámetro matriz (mm)",
                                    "Força (kN);Diâmetro do molde (mm)"])
def test_a_force_over_the_die_of_its_row(header: str, tmp_path: Path) -> None:
    text = (f"ID;{header};Tempo (min);Temp. (°C);ASR (Ω·cm²)\n1;13,27;13;3;25;100\n"
            "2;26,55;13;3;25;60\n")
    one, other = read_past(write_table(tmp_path, text, "lab.csv"),
                           read_settings(write_settings(tmp_path)))
    assert one.recipe.pressure_mpa == pytest.approx(100.0, rel=1e-3)
    assert other.recipe.pressure_mpa == pytest.approx(200.0, rel=1e-3)
