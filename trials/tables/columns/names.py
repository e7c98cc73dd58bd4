"""What quantities are called in lab sheets.

By whole names, by parts of names, and by what shows that another quantity is meant. All names are
folded (`headings.folded`): small plain letters."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pressloop.trials.tables.columns import cyrillic, east_asian, european
from pressloop.trials.tables.columns.headings import Heading, folded, heading
from pressloop.trials.tables.columns.units import (
    AREA,
    CONDUCTIVITY,
    FORCE,
    LENGTH,
    OHM,
    OHM_AREA,
    PRESSURE,
    RESISTIVITY,
    SHARE,
    TEMPERATURE,
    TIME,
    Unit,
)

STACK, LOT, OPERATOR, MODE = "stack", "lot", "operator", "failure_mode"
RESISTANCE, ERROR = "resistance_ohm_cm2", "resistance_se_ohm_cm2"
HELD, DAMAGE = "stack_pressure_mpa", "damage_index"
AREA_CM2, DIAMETER, DIE, THICKNESS, SIGMA, GAUGE = (
    "electrode area", "electrode diameter", "die diameter", "thickness", "conductivity",
    "oil pressure")
"""Quantities that others are worked out from."""
WRONG = (r"\b(se|sd|err|error|fehler|stdev|std|stderr|unsicherheit|uncertainty|abweichung|tol|"
         r"error[ei]?s?|erreurs?|erro|incertitude|incertidumbre|incertezza)\b|±")
EARLIER = (r"before|vor|initial|initiale|pristine|prima|avant|antes|inicial|iniziale|przed|pred|"
           r"fore|voor|до")


@dataclass(frozen=True, slots=True)
class Names:
    """Whole names, a pattern of names, and one of names that mean something else."""

    whole: frozenset[str]
    part: re.Pattern[str] | None
    never: re.Pattern[str] | None
    dimensions: tuple[str, ...] = ()


def _names(whole: str, part: str = "", never: str = "", *dimensions: str) -> Names:
    return Names(frozenset(folded(one).replace(" ", "") for one in whole.split()),
                 re.compile(part) if part else None, re.compile(never) if never else None,
                 dimensions)


def _everywhere(quantity: str, names: Names) -> Names:
    """The names with those of other countries and scripts."""
    whole, part, never = names.whole, names.part, names.never
    for more in (east_asian, european, cyrillic):
        whole |= _names(more.NAMES.get(quantity, "")).whole
        part = _either(part, more.PARTS.get(quantity))
        never = _either(never, more.NEVER.get(quantity))
    return replace(names, whole=whole, part=part, never=never)


def _either(known: re.Pattern[str] | None, more: str | None) -> re.Pattern[str] | None:
    if more is None:
        return known
    words = "|".join(folded(word) for word in more.split("|"))
    return re.compile(f"{known.pattern}|{words}" if known and known.pattern else words)


WESTERN: dict[str, Names] = {
    HELD: _names(
        "stackpressure pstack stapeldruck pop betriebsdruck messdruck zelldruck operatingpressure",
        r"\b(stack|operat\w*|stapel|betriebs?|eis|mess\w*|meas\w*|cell|zell|test|cycl\w*)\b.*"
        r"(pressure|druck)|(stapel|betriebs|mess|zell)druck|(pressure|druck|\bp\b) .*\b(eis|during|"
        r"held|meas\w*|mess\w*|impedan\w*|test)\b", WRONG, PRESSURE, FORCE),
    GAUGE: _names("", r"\b(oil|ol|gauge|manometer|manomet\w*|hydraul\w*|idraulic\w*|pump\w*|huile|"
                  r"olio|aceite|oleo)\b|\b(ram|line) pressure|oldruck|hydraulikdruck|"
                  r"pumpendruck|manometer",
                  WRONG + r"|pa on sample", PRESSURE),
    "pressure_mpa": _names(
        "p pressure press pressing druck force kraft load last f tonnage pfab ppress pmax fpress "
        "pressdruck presskraft pression presion pressione tryck",
        r"pressure|druck|pression\b|presion|pressione|\bpress(ed|ing)?\b(?!.*(time|temp))|"
        r"\b(force|load|kraft|tonnage|tonnen)\b|presskraft|compaction|densification",
        WRONG + r"|\b(stack|operat\w*|stapel|betriebs?|anode|pre|prepress\w*|vacuum|vakuum|gas|"
        r"ambient|eis|mess|meas\w*|test|cell|rate|rampe?|release|oil|ol|gauge|manomet\w*|pump\w*|"
        r"huile|olio|aceite|oleo|loading|"
        r"hydraul\w*|time|temp\w*|who|by|before|vor|date|machine|press id|set ?up|no|nr|mass)\b|"
        r"(ram|line) pressure|vor(press|druck)|pumpendruck|prepress|"
        r"luftdruck|stapeldruck|messdruck|betriebsdruck|oldruck|zelldruck"
        r"|presszeit|presstemp|beladung", PRESSURE, FORCE),
    "dwell_s": _names(
        "t dwell hold holding time dauer zeit haltezeit presszeit pressdauer haltedauer duration "
        "verweilzeit τ tau thold tdwell tp tpress duree tiempo tempo",
        r"dwell|\bhold(ing)?\b|halte|press(ing)? (time|duration)|presszeit|pressdauer|duration|"
        r"dauer|verweil|\btime\b|zeit|duree|temps|tiempo|tempo\b",
        WRONG + r"|\b(rest|ruhe|wait|warte|anneal\w*|mill\w*|mix\w*|date|day|stamp|rampe?|heat\w*|"
        r"cool\w*|storage|age|eis|meas\w*|mess\w*|sinter\w*|start|end|temp|temperatur\w*|"
        r"(?<!under )(?<!at )pressure|pre|prepress\w*|preheat\w*|since|"
        r"of day)\b|uhrzeit|ruhezeit|wartezeit|messzeit|zeitpunkt|haltedruck|aufheiz|lager|mahl",
        TIME),
    "temperature_c": _names(
        "temp temperature temperatur θ theta tpress tplaten tplatte presstemperatur temperatura "
        "pressentemperatur plattentemperatur",
        r"temp\b|temperature|temperatur|temperatura|\b(platens?|heater|hot ?plate)\b|heizplatte",
        WRONG + r"|\b(eis|meas\w*|mess\w*|anneal\w*|sinter\w*|room|raum|ambient|glovebox|storage|"
        r"test|cycl\w*|dry\w*|time|zeit|synth\w*|calc\w*|cool\w*|preheat\w*|pre heat\w*|quench\w*|"
        r"dew|taupunkt|pre|prepress\w*|chiller|oven dry\w*)\b|messtemp|raumtemp|umgebung|lagertemp|"
        r"trocken|sinter|zelltemp", TEMPERATURE),
    RESISTANCE: _names(
        "r asr rint rct rif ri rasr rinterface rinterfacial rp rtot rtotal resistance widerstand "
        "impedance impedanz z rsum resistenza resistencia ir flachenwiderstand "
        "grenzflachenwiderstand ubergangswiderstand rgrenz",
        r"\basr\b|area specific|resist|widerstand|impedan[cz]|\br (int|if|ct|interface\w*|grenz\w*|"
        r"total|tot|sum)\b|\b(rint|rct)\b|^r a\b",
        WRONG + r"|series|serien|\br0\b|\br ?(s|b|bulk|ohm|ohmic|lead|el|se)\b|bulk|electrolyte|"
        r"elektrolyt|\b(ohmic|ohmsch\w*|lead|cable|kabel|shunt|ratio|min|max|"
        r"minimum|maximum|lower|upper)\b|file|datei|humid|\b(after|nach|post|apres|despues|dopo) .*"
        r"(cycl|zykl|cicl|aging|alterung)|\b(cycled|aged)\b",
        OHM_AREA, OHM),
    ERROR: _names(
        "se sem sd err error stderr stderror standarderror standardfehler unsicherheit "
        "uncertainty ± dr ∆r rse rsd rerr rerror asrerror fehler stdev std stabw fiterror asrse",
        r"(\br\b|\basr\b|rint|resist|widerstand|impedanc?z?).*(" + WRONG + r")|("
        + WRONG + r").*(\br\b|\basr\b|resist|widerstand)"
        r"|\b(standard|rel|relative\w*|relativer|fit) ?"
        r"(error|fehler|err)\b", "",
        OHM_AREA, OHM, SHARE),
    MODE: _names(
        "failure failuremode failed fail defect defekt ausfall ausfallart ausfallursache fehler "
        "fehlerbild fehlerart status state outcome result ergebnis zustand condition befund "
        "resultat resultado estado stato etat fallo falla guasto echec defaut ok intact intakt "
        "survived uberlebt passed bestanden success sound works"),
    DAMAGE: _names("damage damageindex crushedfraction"),
    STACK: _names(
        "stack stackid stackno stackname sample sampleid sampleno samplename samplenr probe "
        "probennummer probennr probenr probenname probenid cell cellid cellno zelle zellnr "
        "zellnummer pellet pelletid id name nr no # number specimen run test versuch versuchsnr "
        "versuchnr experiment expno stapel stapelnr lfdnr echantillon muestra"),
    LOT: _names(
        "lot lotno lotid lotnumber batch batchno batchid batchnumber charge chargennr chargenr "
        "chargennummer chargenno los losnr losnummer powder powderlot powderbatch pulver "
        "pulvercharge lote lotto"),
    OPERATOR: _names(
        "operator op person user bediener bedienerin benutzer pressedby madeby preparedby who wer "
        "bearbeiter operateur operatore operador experimenter student personal hergestelltvon"),
    AREA_CM2: _names("area electrodearea flache elektrodenflache a surface aelectrode "
                     "geometricarea",
                     r"\barea\b|flache\b|elektrodenflache",
                     r"resist|asr|widerstand|specific|spez|loading", AREA),
    DIE: _names("die diediameter diedia matrize matrizendurchmesser stempeldurchmesser ddie",
                r"\bdie\b|matrize|stempel|mould|mold", "press|druck|force|kraft", LENGTH),
    DIAMETER: _names("diameter durchmesser dia o electrodediameter pelletdiameter ø electrode "
                     "elektrode øelectrode øelektrode øpellet pellet",
                     r"diameter|durchmesser|\bdia\b", "particle|grain|partikel|korn", LENGTH),
    THICKNESS: _names("thickness t dicke l hohe height thick pelletthickness separatorthickness",
                      r"thickness|dicke\b|\bheight\b|hohe\b", WRONG, LENGTH),
    SIGMA: _names("sigma conductivity leitfahigkeit ionicconductivity σ κ kappa sigmaion",
                  r"conductiv|leitfahigkeit|\bsigma\b|σ", WRONG + "|electronic|thermal",
                  CONDUCTIVITY, RESISTIVITY),
}
KNOWN = {quantity: _everywhere(quantity, names) for quantity, names in WESTERN.items()}
NEEDS_UNIT = re.compile(r"\b(force|load|kraft|last|tonnage|presskraft|f|fpress|forza|fuerza|"
                        r"forca)\b")
"""Names of a force, whose number is no pressure."""
RESISTIVE = re.compile(r"resistivit|\brho\b|ρ|(spe[zc]\w*) (widerstand|resistance)|spezwiderstand|"
                       r"удельн\w* сопротивлен|电阻率|電阻率|抵抗率|비저항")
"""Folded names of a resistivity, where the unit is that of one: ρ alone may be a density."""
REMARK = re.compile(european.REMARKS)
"""Folded headers of columns in which people write what they like."""
OVER = " | "
"""Between the two rows of a header."""
OTHER_STEP = re.compile(r"\b(pre|prepress\w*|vor\w*|anode\w*|anneal\w*|sinter\w*|mill\w*|mix\w*|"
                        r"synth\w*|storage|lager\w*|dry\w*|trock\w*|cycl\w*|zykl\w*|before)\b")
"""Groups of columns that tell of another step than the pressing, or of readings before it."""
STEP_SYMBOL = re.compile(r".* (?P<symbol>[ptfrz])")
"""A step of the work before a symbol, as in Press T (°C)."""
SYMBOLS = {"pressure_mpa": "pf", "temperature_c": "t", "dwell_s": "t", RESISTANCE: "rz"}
LETTERS = {RESISTANCE: r"[rz] \D", "pressure_mpa": r"[pf] \D", "temperature_c": r"t \D",
           "dwell_s": r"t \D"}
"""Symbols that mean the quantity with whatever index, where the unit agrees."""
LESS = re.compile(r"\b(set|setpoint|set point|sp|soll|sollwert|target|nominal|nominell|planned|"
                  r"ziel|consigne|consigna|zadan\w*|setpunkt)\b|设定|目标|"
                  + "|".join(folded(word) for word in ("設定", "目標", "설정", "목표", "заданн")))
MORE = re.compile(r"\b(ist|istwert|actual|act|real|reel|achieved|reached|attained|measured|max|eff|"
                  r"effective|effektiv|tatsachlich|erreicht|pv|rzeczywist\w*|skutecn\w*)\b|实际|实测|"
                  + "|".join(folded(word) for word in ("実際", "実測", "실제", "실측", "фактич")))
OFF = re.compile(rf"\b({EARLIER})\b")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header may mean.

    The quantity, the unit if it states one, and how sure that is, from 0 (its own name) on."""

    quantity: str
    rank: float
    unit: Unit | None = None


def meanings(of: Heading, plain_names: frozenset[str]) -> list[Meaning]:
    """What a header may mean, the likeliest first.

    `plain_names` are the names of the product's own columns, which mean themselves. Of a header
    over two rows, the lower one alone tells where both together do not, unless the upper one names
    another step of the work."""
    if of.raw in plain_names:
        return [Meaning(of.raw, 0.0)]
    found = _found(of)
    upper, stroke, lower = of.raw.partition(OVER)
    if stroke and not found and not OTHER_STEP.search(folded(upper)):
        found = _found(heading(lower))
    return found


def _found(of: Heading) -> list[Meaning]:
    found = [one for quantity in KNOWN if (one := _meaning(of, quantity)) is not None]
    return sorted(found, key=lambda one: one.rank)


def _meaning(of: Heading, quantity: str) -> Meaning | None:
    names = KNOWN[quantity]
    unit = next((of.units[d] for d in names.dimensions if d in of.units), None)
    if of.units and unit is None:
        return None
    if quantity == SIGMA and unit is not None and unit.dimension == RESISTIVITY:
        odd = names.never is not None and names.never.search(of.words)
        return Meaning(quantity, 2.0, unit) if RESISTIVE.search(of.words) and not odd else None
    if of.base and (quantity not in (RESISTANCE, SIGMA) or not of.words):
        return None
    if not of.words:
        # A unit alone names a quantity where only one is meant by it.
        alone = quantity in ("pressure_mpa", "dwell_s", "temperature_c", RESISTANCE, SIGMA)
        return Meaning(quantity, 5.0, unit) if alone and unit is not None else None
    rank = _rank(of, quantity, unit)
    if rank is None:
        return None
    rank += 2.0 * (unit is None) + 0.3 * bool(LESS.search(of.words)) + 0.4 * bool(
        OFF.search(of.words)) - 0.2 * bool(MORE.search(of.words))
    return Meaning(quantity, rank, unit)


def _rank(of: Heading, quantity: str, unit: Unit | None) -> float | None:
    """How well the name fits the quantity: 1 for a whole name, 2 for a part of one."""
    names = KNOWN[quantity]
    capital = quantity == "dwell_s" and of.compact == "t" and not of.units and _is_capital(of)
    if capital or (names.never is not None and names.never.search(of.words)):
        return None
    bare = asked(MORE.sub("", LESS.sub("", of.words)).strip()).replace(" ", "")
    bare = bare.rstrip("#") or bare
    if _letter(of, quantity) or {of.compact, bare} & names.whole:
        return 1.0
    if names.part is not None and names.part.search(of.words):
        return 2.0
    symbol = STEP_SYMBOL.fullmatch(of.words)
    if unit is not None and symbol and not OTHER_STEP.search(of.words) and symbol[
            "symbol"] in SYMBOLS.get(quantity, ""):
        return 2.4
    letter = LETTERS.get(quantity)
    return 2.5 if unit is not None and letter and re.match(letter, of.words) else None


def asked(words: str) -> str:
    """A name without the verb that makes it a question, as in is failed."""
    return re.sub(r"^(is|has|was|did|ist|hat) ", "", words)


def _letter(of: Heading, quantity: str) -> bool:
    """T is a temperature and t a time, unless the unit says otherwise."""
    return quantity == "temperature_c" and of.compact == "t" and (
        _is_capital(of) or bool(of.units))


def _is_capital(of: Heading) -> bool:
    return of.raw.rpartition(OVER)[2].strip()[:1] == "T"
