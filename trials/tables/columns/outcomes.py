"""Words for what became of a stack, as labs write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pressloop.trials.outcome import FailureMode
from pressloop.trials.tables.columns import cyrillic, east_asian, european
from pressloop.trials.tables.columns.phrases import failure_told

FAILED, INTACT, IN_WORK, UNKNOWN = "failed", "intact", "in work", ""
WORDS: dict[str, str] = {
    **{str(mode): str(mode) for mode in FailureMode},
    **dict.fromkeys(
        [
            "crush", "cracked", "crack", "broken", "broke", "shattered", "fragmented",
            "pellet cracked", "cell cracked", "fractured", "pellet broken",
            "broken pellet", "gebrochen", "gerissen", "zerdrückt", "zerbrochen",
            "riss", "bruch", "pellet gebrochen", "pellet gerissen", "zerquetscht", "fissuré",
            "écrasé"
        ], "crushed"),
    **dict.fromkeys(
        [
            "short", "short circuit", "short-circuit", "short circuited", "shortcircuit",
            "kurzschluss", "kurzgeschlossen", "kurz", "court-circuit", "ks"
        ], "shorted"),
    **dict.fromkeys(
        [
            "delamination", "delam", "delam.", "detached", "peeled", "peeled off", "peel-off",
            "abgelöst", "delaminiert", "abgeplatzt", "no contact", "kein kontakt", "open circuit",
            "lost contact"
        ], "delaminated"),
    **dict.fromkeys(
        [
            "failed", "fail", "failure", "defect", "defective", "defekt", "dead", "bad", "nok",
            "n.i.o.", "n.i.o", "nio", "not ok", "ausfall", "ausgefallen", "fehlgeschlagen", "yes",
            "ja", "true", "1", "1.0", "x", "kaputt", "échec", "fallito", "unknown failure",
            "failed (unknown)", "rejected", "ausschuss"
        ], FAILED),
    **dict.fromkeys(
        [
            "ok", "o.k.", "okay", "good", "gut", "intact", "intakt", "fine", "pass", "passed",
            "i.o.", "i.o", "io", "in ordnung", "none", "no", "nein", "false", "0", "keiner",
            "0.0", "kein", "success", "successful", "works", "working", "sound", "alive", "done",
            "measured", "gemessen", "fertig", "no failure", "not failed", "valid", "-", "–", "—",
            "n/a", "na"
        ], INTACT),
    **dict.fromkeys(
        [
            "in work", "in progress", "pending", "running", "läuft", "in arbeit", "planned",
            "geplant", "pressed", "gepresst", "queued", "waiting", "offen", "ausstehend", "todo",
            "to do", "not measured", "nicht gemessen", "open"
        ],
        IN_WORK),
    **dict.fromkeys(["cortocircuito", "en corto", "corto", "en court-circuit", "cc"], "shorted"),
    **dict.fromkeys(["agrietado", "fisurado", "roto", "fracturado", "incrinato", "rotto", "cassé"],
                    "crushed"),
    **dict.fromkeys(["delaminado", "delaminato", "délaminé", "despegado"], "delaminated"),
    **dict.fromkeys(["fallado", "fallo", "défaillant", "guasto", "hs", "sí", "si", "oui"], FAILED),
    **dict.fromkeys(["bien", "bueno", "bon", "buono", "non", "aucun", "ninguno", "nessuno"],
                    INTACT),
    **dict.fromkeys(["y", "j", "t", "o", "sim", "tak", "ja."], FAILED),
    **dict.fromkeys(["keine", "keins", "nichts", "aucune", "inga", "ingen", "geen", "brak",
                     "nenhum", "nenhuma", "ninguna", "nessuna"], INTACT),
    **dict.fromkeys(["n", "f", "não", "nie", "nej", "nee", "ne"], INTACT),
    **dict.fromkeys(["×", "✗", "✘"], FAILED), **dict.fromkeys(["○", "〇", "◯", "✓", "✔"], INTACT),
    **dict.fromkeys(["pellet broke", "breakage", "fracture", "cracks", "cracking", "bruchstück",
                     "pellet crushed", "zerstört"], "crushed"),
    **dict.fromkeys(["kurzschluß", "int. short", "internal short", "soft short"], "shorted"),
    **dict.fromkeys(["はい", "是", "有", "あり", "有り", "예", "있음", "var"], FAILED),
    **dict.fromkeys(["いいえ", "否", "无", "無", "なし", "無し", "아니오", "없음", "nu", "nic"],
                    INTACT),
    **{word: str(outcome) for words_of in (
        east_asian.WORDS, european.WORDS, cyrillic.WORDS)
       for outcome, words in words_of.items() for word in words.split()}}
"""What a word says, by its small letters."""
ONLY_AS_OUTCOME = frozenset({"1", "0", "x", "-", "–", "—", "n/a", "na", "yes", "no", "ja", "nein",
                             "true", "false", "none", "kein", "keiner", "sí", "si", "oui",
                             "non", "y", "n", "j", "t", "f", "o", "ja.", "sim", "tak", "não", "nie",
                             "nej", "nee", "ne", "1.0", "0.0", "×", "✗", "✘", "○", "〇", "◯",
                             "✓", "✔", "keine", "keins", "nichts", "aucune", "inga", "ingen",
                             "geen", "brak", "nenhum", "nenhuma", "ninguna", "nessuna", "да", "нет",
                             "так", "ні", "не", "evet", "hayır", "var", "yok", "ano", "igen", "nem",
                             "kyllä", "ei", "nu", "nic", "žádná", "žádný", "はい", "いいえ", "是",
                             "否", "有", "无", "無", "あり", "有り", "なし", "無し", "예", "있음",
                             "아니오", "없음"})
"""Words that say nothing by themselves: they answer what the header asks."""


JUDGED = frozenset({"○", "〇", "◯", "×", "✗", "✘", "✓", "✔"})
"""Signs of a judgement; those that say no are never a yes, as an x is."""
ASKS_FAILURE = re.compile(r"fail|defe[ck]t|ausfall|fehler|fall[oa]|guasto|echec|defaut|hasar|"
                          r"arıza|uszkodz|porucha|брак|дефект|отказ|失效|不良|불량")
"""Headers to which a plain yes is a failure."""
ASKS_SOUND = frozenset({"ok", "intact", "intakt", "survived", "uberlebt", "passed", "bestanden",
                        "success", "sound", "works", "alive", "functional", "working"})
"""Headers to which a plain yes is a stack that did not fail."""
OPPOSITE = {"yes": INTACT, "ja": INTACT, "true": INTACT, "1": INTACT, "x": INTACT, "oui": INTACT,
            "si": INTACT, "sí": INTACT, "no": FAILED, "nein": FAILED, "false": FAILED, "0": FAILED,
            "non": FAILED, "none": FAILED, "y": INTACT, "j": INTACT, "t": INTACT, "o": INTACT,
            "n": FAILED, "f": FAILED, "1.0": INTACT, "0.0": FAILED,
            **dict.fromkeys(["да", "так", "evet", "ano", "igen", "kyllä", "はい", "是", "예", "tak",
                             "sim"], INTACT),
            **dict.fromkeys(["нет", "ні", "не", "hayır", "ne", "nem", "ei", "nu", "いいえ", "否",
                             "아니오", "nie", "não", "nee", "nej"], FAILED)}


def said(word: str, own: Mapping[str, str] | None = None) -> str | None:
    """What an outcome word says.

    A way to fail, FAILED where the way is not told, INTACT, IN_WORK, or None for a word that is not
    known. `own` are words of the lab."""
    key = re.sub(r"\s+", " ", word).strip(" .!").casefold()
    mine = {re.sub(r"\s+", " ", k).strip(" .!").casefold(): v for k, v in (own or {}).items()}
    if key in mine:
        return mine[key]
    if not key or key in WORDS:
        return WORDS.get(key, UNKNOWN)
    return WORDS.get(f"{key}.") or failure_told(key) or None


def says_failures(header: str, words: Sequence[str], own: Mapping[str, str] | None = None
                  ) -> bool:
    """True where a column's words are outcomes.

    One of them at least is known, and says more than yes or no, unless the header (folded) asks for
    just that."""
    found = {word.strip().casefold() for word in words if word.strip()}
    if found & JUDGED:
        return True
    if found and (ASKS_FAILURE.search(header) or header in ASKS_SOUND):
        return any(said(word, own) is not None for word in found)
    return any(said(word, own) for word in found - ONLY_AS_OUTCOME)


def failure_in(word: str, own: Mapping[str, str] | None = None) -> str:
    """The failure that a word in a column of readings tells of, "" for none."""
    found = said(word, own)
    telling = word.strip().casefold() not in ONLY_AS_OUTCOME or word in (own or {})
    return found if telling and found and found not in (INTACT, IN_WORK) else ""
