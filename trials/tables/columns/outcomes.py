"""Words for what became of a stack, as labs write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pressloop.trials.outcome import FailureMode
from pressloop.trials.tables.columns import cyrillic, east_asian, european
from pressloop.trials.tables.columns.phrases import failure_told

FAILED, INTACT, IN_WORK, UNKNOWN = "failed", "intact", "in work", ""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PLAIN_YES = _words(
    "yes ja ja. true 1 1.0 x oui si sí y j t o sim tak да так evet ano igen kyllä はい 是 예")
PLAIN_NO = _words(
    "no nein none false 0 0.0 non n f não nie nej nee ne нет ні не hayır nem ei nu いいえ 否 "
    "아니오")
"""Answers to what a header asks, be it whether a stack failed or whether it is sound."""
THERE_IS = _words("var あり 有 有り 있음")
THERE_IS_NONE = _words(
    "kein keiner keine keins nichts aucune brak geen inga ingen nenhum nenhuma ninguna nessuna "
    "nic yok žádná žádný なし 无 無 無し 없음 - – — n/a na")
"""Whether there is a failure."""
SIGNS_OF_FAILURE, SIGNS_OF_SOUNDNESS = frozenset("×✗✘"), frozenset("○〇◯✓✔")
JUDGED = SIGNS_OF_FAILURE | SIGNS_OF_SOUNDNESS
"""Signs of a judgement; those that say no are never a yes, as an x is."""
ONLY_AS_OUTCOME = PLAIN_YES | PLAIN_NO | THERE_IS | THERE_IS_NONE | JUDGED
"""Words that say nothing by themselves: they answer what the header asks."""
OPPOSITE = dict.fromkeys(PLAIN_YES, INTACT) | dict.fromkeys(PLAIN_NO, FAILED)
"""What an answer says where the header asks whether a stack is sound."""
_PHRASES = {
    "crushed":
        "crush; cracked; crack; broken; broke; shattered; fragmented; pellet cracked; cell "
        "cracked; fractured; pellet broken; broken pellet; gebrochen; gerissen; zerdrückt; "
        "zerbrochen; riss; bruch; pellet gebrochen; pellet gerissen; zerquetscht; fissuré; "
        "écrasé; agrietado; fisurado; roto; fracturado; incrinato; rotto; cassé; pellet "
        "broke; breakage; fracture; cracks; cracking; bruchstück; pellet crushed; zerstört",
    "shorted":
        "short; short circuit; short-circuit; short circuited; shortcircuit; kurzschluss; "
        "kurzgeschlossen; kurz; court-circuit; ks; cortocircuito; en corto; corto; en "
        "court-circuit; cc; kurzschluß; int. short; internal short; soft short",
    "delaminated":
        "delamination; delam; delam.; detached; peeled; peeled off; peel-off; abgelöst; "
        "delaminiert; abgeplatzt; no contact; kein kontakt; open circuit; lost contact; "
        "delaminado; delaminato; délaminé; despegado",
    FAILED:
        "failed; fail; failure; defect; defective; defekt; dead; bad; nok; n.i.o.; n.i.o; nio; "
        "not ok; ausfall; ausgefallen; fehlgeschlagen; kaputt; échec; fallito; unknown "
        "failure; failed (unknown); rejected; ausschuss; fallado; fallo; défaillant; guasto; "
        "hs",
    INTACT:
        "ok; o.k.; okay; good; gut; intact; intakt; fine; pass; passed; i.o.; i.o; io; in "
        "ordnung; success; successful; works; working; sound; alive; done; measured; "
        "gemessen; fertig; no failure; not failed; valid; bien; bueno; bon; buono; aucun; "
        "ninguno; nessuno",
    IN_WORK:
        "in work; in progress; pending; running; läuft; in arbeit; planned; geplant; pressed; "
        "gepresst; queued; waiting; offen; ausstehend; todo; to do; not measured; nicht "
        "gemessen; open",
}
"""Words and phrases of one meaning."""
WORDS: dict[str, str] = {
    **{str(mode): str(mode) for mode in FailureMode},
    **{phrase: outcome for outcome, some in _PHRASES.items() for phrase in some.split("; ")},
    **dict.fromkeys(PLAIN_YES | THERE_IS | SIGNS_OF_FAILURE, FAILED),
    **dict.fromkeys(PLAIN_NO | THERE_IS_NONE | SIGNS_OF_SOUNDNESS, INTACT),
    **{word: str(outcome) for words_of in (
        east_asian.WORDS, european.WORDS, cyrillic.WORDS)
       for outcome, words in words_of.items() for word in words.split()}}
"""What a word says, by its small letters."""
ASKS_FAILURE = re.compile(r"fail|defe[ck]t|ausfall|fehler|fall[oa]|guasto|echec|defaut|hasar|"
                          r"arıza|uszkodz|porucha|брак|дефект|отказ|失效|不良|불량")
"""Headers to which a plain yes is a failure."""
ASKS_SOUND = frozenset({"ok", "intact", "intakt", "survived", "uberlebt", "passed", "bestanden",
                        "success", "sound", "works", "alive", "functional", "working"})
"""Headers to which a plain yes is a stack that did not fail."""


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
