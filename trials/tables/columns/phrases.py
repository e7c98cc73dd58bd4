"""Failures in what people write beside a stack: `short circuit after release`, `pellet cracked`."""

from __future__ import annotations

import re

from pressloop.trials.outcome import FailureMode

PHRASES: dict[FailureMode, re.Pattern[str]] = {mode: re.compile(pattern) for mode, pattern in (
    (FailureMode.SHORTED,
     r"\bshort[- ]?circuit|\bshorted\b|^short\b(?=[\s(,;:.!]*[\d(,;:.!]|$)|\binternal short|"
     r"kurzschlu(ss|ß)|kurzgeschlossen|court[- ]circuit|cortocircuit|kortslut|kortsluiting|"
     r"zwarcie|zkrat|kısa devre|zárlat|scurtcircuit|oikosul|замыкан|закорот|\bкз\b|"
     r"curto[- ]circuito|短路|短絡|ショート|단락|쇼트"),
    (FailureMode.CRUSHED,
     r"\bcrack(ed|s)?\b|\bbroken?\b|\bfractured?\b|\bshattered\b|\bcrushed\b|gebrochen|gerissen|"
     r"\brisse?\b|\bbruch\b|\bfissur\w*|\bcass[ée]e?\b|\bincrinat\w*|\bagrietad\w*|\bspruck\w*|"
     r"\bsprick\w*|\bpraskl\w*|\bpopraskan\w*|\bçatla\w*|\bkırıl\w*|\brott[oaie]\b|\brot[oa]s?\b|"
     r"\btrincad\w*|\bfrattur\w*|\bfractur\w*|\brepedt\w*|трещин|треснул|раскол|слома|разруш|"
     r"\bgebarsten\b|\bgebroken\b|\bp[eę]kni\w*|割れ|破損|破断|クラック|裂|破碎|压碎|"
     r"균열|파손|깨"),
    (FailureMode.DELAMINATED,
     r"\bdelamin\w*|\bd[ée]lamin\w*|\bpeeled\b|abgelöst|abgeplatzt|отсло|расслое|rozwarstw|剥離|剥离|脱层|分层|박리"),
)}
"""What tells of a failure within a text in small letters."""
DENIED = re.compile(
    r"\b(no|not|non|never|without|w/o|kein\w*|nicht|ohne|sans|pas|aucune?|sin|senza|ingen|inga|utan|"
    r"geen|niet|zonder|bez|nie|brak|žádn\w*|yok|nem|nincs|не|нет|без|before|nearly|almost|beinahe|fast|maybe|possibly|perhaps|vielleicht|"
    r"evtl|suspected|replaced|repaired|previous|last|die|mou?ld|punch|tool|stempel|matrize|glass|glas|"
    r"window|foil|break|o-ring)\b|\?|無|无|なし|ない|未|不|没|없|안|아님")
"""What takes a failure back, or says it of something else than the stack."""


def failure_told(text: str) -> str:
    """The failure that a text tells of, "" where it tells of none, of several, or takes it back."""
    folded = " ".join(text.casefold().split())
    if DENIED.search(folded):
        return ""
    found = [str(mode) for mode, pattern in PHRASES.items() if pattern.search(folded)]
    return found[0] if len(found) == 1 else ""
