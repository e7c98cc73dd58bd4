"""Column names and outcome words of labs from Sweden to Portugal, beside English and German."""

from __future__ import annotations

from pressloop.trials.outcome import FailureMode

NAMES: dict[str, str] = {
    "pressure_mpa": "tryck presstryck kraft druk persdruk perskracht ciśnienie nacisk siła pressão "
                    "pressãodeprensagem tlak lisovacítlak síla paine puristuspaine presiune basınç "
                    "pressionedipressatura fuerza forza força forcedepressage",
    "dwell_s": "tid hålltid presstid tijd houdtijd perstijd czas czasprasowania tempo "
               "tempodeprensagem čas doba dobalisování aika pitoaika timp süre tempodipressatura "
               "tiempodeprensado tempsdepressage",
    "temperature_c": "temperatur presstemperatur temperatuur perstemperatuur temperatura teplota "
                     "lämpötila temperatură sıcaklık température",
    "resistance_ohm_cm2": "resistans gränsskiktsresistans ytresistans impedans weerstand "
                          "grensvlakweerstand impedantie opór rezystancja impedancja resistência "
                          "impedância odpor impedance vastus rezistență direnç impedenza "
                          "impedancia résistance",
    "failure_mode": "fel utfall resultat fout uitkomst wynik uszkodzenie falha estado vika "
                    "výsledek porucha esito",
    "stack": "prov provnr stapel monster proefstuk próbka nrpróbki amostra vzorek näyte campione "
             "probă numune échantillon",
    "lot": "sats parti partij partia lote šarže erä",
    "operator": "operatör utförare operateur wykonał operador operátor",
    "thickness": "tjocklek dikte grubość espessura tloušťka spessore espesor épaisseur",
    "electrode area": "yta elektrodyta oppervlakte powierzchnia área plocha superficie surface",
    "electrode diameter": "średnica diâmetro průměr diametro diámetro diamètre",
    "conductivity": "ledningsförmåga konduktivitet jonledningsförmåga geleidbaarheid przewodność "
                    "przewodnictwo condutividade vodivost conducibilità conduttività conductividad "
                    "conductivité",
}
"""Whole names of each quantity."""
REMARKS = (
    r"\b(comments?|remarks?|notes?|observations?|kommentare?|anmerkung(en)?|bemerkung(en)?|"
    r"notiz(en)?|beobachtung(en)?|hinweise?|info|sonstiges|anmarkning(ar)?|kommentar|opmerking(en)?|uwagi|"
    r"observacoes|observaciones|commentaires?|remarques?|osservazioni|poznamk[ay]|events?|issues?|"
    r"what happened|visual|inspection)\b|备注|備考|비고|备 注|메모|メモ|コメント")
"""Pattern of headers of columns in which people write what they like."""
WORDS: dict[FailureMode | str, str] = {
    FailureMode.CRUSHED: "sprucken spricka spräckt krossad gebroken gebarsten gescheurd pęknięta "
                         "pęknięty pęknięcie rachado quebrado trincado prasklý prasknutí haljennut "
                         "kırık fissurée cassée brisé rotta agrietada rota",
    FailureMode.SHORTED: "kortslutning kortsluten kortsluiting kortgesloten zwarcie "
                         "curto curto-circuito zkrat oikosulku",
    FailureMode.DELAMINATED: "delaminerad delaminering gedelamineerd delaminacja rozwarstwienie "
                             "delaminace delaminada",
    "failed": "trasig felaktig misslyckad defect kapot mislukt uszkodzona uszkodzony wadliwa "
              "falhou vadný rikki",
    "intact": "hel goed heel dobra dobry sprawna dobrý kunnossa buona bonne buena bom",
}
"""What became of a stack, by the outcome."""
