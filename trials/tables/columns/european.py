"""Column names and outcome words of labs from Sweden to Portugal, beside English and German."""

from __future__ import annotations

from pressloop.trials.outcome import FailureMode

NAMES: dict[str, str] = {
    "pressure_mpa": "tryck presstryck kraft druk persdruk perskracht ciśnienie nacisk siła pressão "
                    "pressãodeprensagem tlak lisovacítlak síla paine puristuspaine presiune basınç "
                    "pressionedipressatura fuerza forza força forcedepressage trykk tryk presiune "
                    "nyomás pritisak πίεση",
    "dwell_s": "tid hålltid presstid tijd houdtijd perstijd czas czasprasowania tempo "
               "tempodeprensagem čas doba dobalisování aika pitoaika timp süre tempodipressatura "
               "tiempodeprensado tempsdepressage holdetid idő χρόνος",
    "temperature_c": "temperatur presstemperatur temperatuur perstemperatuur temperatura teplota "
                     "lämpötila temperatură sıcaklık température",
    "resistance_ohm_cm2": "resistans gränsskiktsresistans ytresistans impedans weerstand "
                          "grensvlakweerstand impedantie opór rezystancja impedancja resistência "
                          "impedância odpor impedance vastus rezistență direnç impedenza "
                          "impedancia résistance",
    "failure_mode": "hasar arıza fejl feil hiba défaillance etatfinal "
                    "fel utfall resultat fout uitkomst wynik uszkodzenie falha estado vika "
                    "výsledek porucha esito",
    "stack": "prov provnr stapel monster proefstuk próbka nrpróbki amostra vzorek näyte campione "
             "probă numune échantillon "
             "essai éprouvette pastille prøve minta δείγμα",
    "lot": "sats parti partij partia lote šarže erä",
    "operator": "operatör utförare operateur wykonał operador operátor",
    "thickness": "tjocklek dikte grubość espessura tloušťka spessore espesor épaisseur",
    "electrode area": "yta elektrodyta oppervlakte powierzchnia área plocha superficie surface",
    "electrode diameter": "średnica diâmetro průměr diametro diámetro diamètre",
    "resistance_se_ohm_cm2": "erreur errore erro écart-type desviación desviaciónestándar "
                             "deviazionestandard incertitude incertidumbre incertezza incerteza "
                             "błąd odchyleniestandardowe niepewność chyba směrodatnáodchylka "
                             "nejistota standartsapma osäkerhet standardavvikelse "
                             "standaardafwijking",
    "conductivity": "ledningsförmåga konduktivitet jonledningsförmåga geleidbaarheid przewodność "
                    "przewodnictwo condutividade vodivost conducibilità conduttività conductividad "
                    "conductivité",
}
"""Whole names of each quantity."""
PARTS: dict[str, str] = {
    "pressure_mpa": "ciśnien|forza|fuerza|força|tlak|tryck|trykk|pressão|basınc|presiun|"
                    "nyomás|πίεση",
    "dwell_s": "výdrž|doba|bekleme|tutma|süresi|houdtijd|hålltid|holdetid|czas|wytrzym|tartási|"
               "pitoaika|permanenza|mantenimiento|maintien|χρόνος",
    "temperature_c": "teplot|sıcakl|hőmérs|lämpötil|θερμοκρ",
    "die diameter": "stampo|molde|moule|matriz|matrice|matryc|kalıp|forma lisov",
    "resistance_ohm_cm2": "odpor|opór |rezyst|rezist|direnc|weerstand|ellenáll|motstand|modstand|"
                          "αντίσταση",
}
"""Stems of names."""
_OTHER = (
    "mesure|medici|medid|misura|pomiar|měření|meting|mätning|måling|ölçüm|mittaus|mérés|broyage|"
    "molienda|macinazion|mieleni|mletí|malning|öğütme|frittage|spiekan|slinov|sinteriz|sintring|"
    "recuit|recocid|ricottura|wyżarz|žíhán|tavlama|séchage|secado|essicca|suszen|sušen|kurutma|"
    "torkning|wstępn|předlis|préalable|previa|reposo|riposo|repos |odpocz|relaks|ambiant|ambient|"
    "pokoj|oda sıcakl|stosu|empil|erreur|errore|odchyl|écart|desviac|deviazion|incert|niepewn|"
    "nejist|belirsiz|sapma|avvikels|afwijking")
"""Stems of other steps than the pressing, of the room, and of errors."""
NEVER: dict[str, str] = {
    "pressure_mpa": _OTHER + "|czas|doba|duree|temps|tiempo|teplot|temperat",
    "dwell_s": _OTHER + "|temperat|teplot",
    "temperature_c": _OTHER,
    "resistance_ohm_cm2": "erreur|errore|odchyl|écart|desviac|deviazion|incert|niepewn|nejist|"
                          "belirsiz|sapma|avvikels|afwijking|volumique|objęt|objem|elettrolit|"
                          "électrolyte|electrolit",
}
"""Stems of names that mean something else."""
REMARKS = (
    r"\b(comments?|remarks?|notes?|observations?|kommentare?|anmerkung(en)?|bemerkung(en)?|"
    r"notiz(en)?|beobachtung(en)?|hinweise?|info|sonstiges|anmarkning(ar)?|kommentar|opmerking(en)?|uwagi|"
    r"observacoes|observaciones|commentaires?|remarques?|osservazioni|poznamk[ay]|events?|issues?|"
    r"what happened|visual|inspection)\b|备注|備考|비고|备 注|메모|メモ|コメント")
"""Pattern of headers of columns in which people write what they like."""
WORDS: dict[FailureMode | str, str] = {
    FailureMode.CRUSHED: "sprucken spricka spräckt krossad gebroken gebarsten gescheurd pęknięta "
                         "pęknięty pęknięcie rachado quebrado trincado prasklý prasknutí haljennut "
                         "kırık çatlak çatladı fissurée cassée brisé rotta agrietada rota pęknięte "
                         "prasklá prasklé prasklina popraskaný knäckt revnet sprukket repedt "
                         "crepat fisurat partido partida rajado",
    FailureMode.SHORTED: "kortslutning kortsluten kortsluiting kortgesloten zwarcie "
                         "curto curto-circuito zkrat zkratován oikosulku kısadevre kortsluttet "
                         "rövidzárlat scurtcircuit",
    FailureMode.DELAMINATED: "delaminerad delaminering gedelamineerd delaminacja rozwarstwienie "
                             "delaminace delaminada",
    "failed": "trasig felaktig misslyckad defect kapot mislukt uszkodzona uszkodzony wadliwa "
              "falhou vadný rikki arızalı hatalı fejlet",
    "intact": "sağlam conform bezvad "
              "conforme hel goed heel dobra dobry sprawna dobrý kunnossa buona bonne buena bom",
}
"""What became of a stack, by the outcome."""
