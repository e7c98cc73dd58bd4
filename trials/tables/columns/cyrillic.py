"""Column names, units and outcome words as labs write them in Russian, Ukrainian and Bulgarian."""

from __future__ import annotations

import re

from pressloop.trials.outcome import FailureMode

NAMES: dict[str, str] = {
    "pressure_mpa": "р давление давлениепрессования усилие усилиепрессования нагрузка сила тиск "
                    "налягане",
    "stack_pressure_mpa": "давлениестека давлениеизмерения давлениеприизмерении",
    "dwell_s": "выдержка время времявыдержки времяпрессования длительность витримка час "
               "часвитримки време",
    "temperature_c": "т температура температурапрессования темп",
    "resistance_ohm_cm2": "сопротивление удельноесопротивление импеданс опір съпротивление "
                          "поверхностноесопротивление",
    "resistance_se_ohm_cm2": "погрешность ошибка ско похибка грешка",
    "failure_mode": "брак дефект отказ разрушение результат статус состояние стан дефекти",
    "stack": "образец номеробразца № №образца номер ячейка таблетка зразок образец№ проба",
    "lot": "партия партія серия замес партида",
    "operator": "оператор исполнитель виконавець",
    "electrode area": "площадь площадьэлектрода площа площ",
    "die diameter": "прессформа диаметрпрессформы матрица диаметрматрицы",
    "electrode diameter": "диаметр диаметробразца диаметртаблетки діаметр диаметър",
    "thickness": "толщина товщина дебелина",
    "conductivity": "проводимость ионнаяпроводимость электропроводность провідність проводимост",
}
"""Whole names of each quantity; Т and Р look like the letters of the symbols."""
PARTS: dict[str, str] = {
    "pressure_mpa": "давлен|усили|нагрузк|тиск|наляган",
    "dwell_s": "выдержк|время|длительн|витримк|тривал|време",
    "temperature_c": "температур",
    "resistance_ohm_cm2": "сопротивл|импеданс|опір|съпротивл",
    "thickness": "толщин",
    "conductivity": "проводим|провідн",
}
"""Stems of names."""
_OTHER = ("измер|помол|размол|спекан|отжиг|сушк|предварит|подпресс|стек|комнатн|окруж|погрешн|"
          "ошибк|отклон|скорост|нагрев|масл|манометр|хранен|вимір|попередн|похибк")
"""Stems of other steps than the pressing, and of errors."""
NEVER: dict[str, str] = {
    "pressure_mpa": _OTHER + "|врем|выдержк|длительн|температур",
    "dwell_s": _OTHER + "|температур|дата",
    "temperature_c": _OTHER + "|врем|выдержк|длительн",
    "resistance_ohm_cm2": "погрешн|ошибк|отклон|похибк|объемн|объёмн|электролит",
}
"""Stems of names that mean something else."""
UNITS: dict[str, str] = {
    "Па": "Pa", "кПа": "kPa", "МПа": "MPa", "ГПа": "GPa", "бар": "bar", "атм": "atm",
    "кгс": "kgf", "кг": "kg", "тс": "t", "т": "t", "тонн": "t", "тонны": "t", "Н": "N", "кН": "kN",
    "с": "s", "сек": "s", "мин": "min", "хв": "min", "ч": "h", "час": "h", "часов": "h",
    "год": "h", "мс": "ms", "Ом": "ohm", "кОм": "kohm", "МОм": "Mohm", "мОм": "mohm",
    "См": "S", "мСм": "mS", "мкСм": "uS", "м": "m", "см": "cm", "мм": "mm", "мкм": "um",
    "К": "K", "Гц": "Hz", "мГц": "mHz", "кГц": "kHz", "МГц": "MHz", "Ф": "F", "мкФ": "uF",
    "нФ": "nF", "пФ": "pF", "Гн": "H", "град": "deg", "рад": "rad"}
"""Units by their symbols: См is a siemens, and см a centimetre."""
WORDS: dict[FailureMode | str, str] = {
    FailureMode.CRUSHED: "трещина трещины треснул треснула раскол сломан сломана разрушен "
                         "разрушена раздавлен тріщина пукнатина",
    FailureMode.SHORTED: "кз замыкание закоротка закорочен коротке",
    FailureMode.DELAMINATED: "отслоение расслоение расслоился отслоился розшарування",
    "failed": "брак отказ дефект негоден неудача",
    "intact": "годен норма целый цел хорошо",
    "in work": "ожидание ожидает планируется измеряется",
}
"""What became of a stack, by the outcome."""
_ANY_CASE = {symbol.casefold(): latin for symbol, latin in reversed(UNITS.items())}
LETTERS = re.compile(r"[\u0400-\u04ff]+")


def in_latin(text: str) -> str:
    """Units in the symbols that the rest of the world has for them; other text as it stands."""
    return LETTERS.sub(lambda match: UNITS.get(match[0]) or _ANY_CASE.get(
        match[0].casefold(), match[0]), text)
