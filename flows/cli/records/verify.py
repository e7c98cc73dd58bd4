"""`pressloop verify`: is the ledger complete and in order?"""

from __future__ import annotations

from dataclasses import asdict

from pressloop.flows.campaign.stored import existing, named
from pressloop.flows.console import FAILED, emit, tell
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.verification import Proof, prove


def verify(url: str, campaign: str | None, expected: tuple[str, ...], as_json: bool) -> int:
    """Proves one campaign or all; returns the exit code: 1 where something is broken.

    Raises BadInput for a hash that is none."""
    for some in expected:
        if not 8 <= len(some) <= 64 or set(some.lower()) - set("0123456789abcdef"):
            raise BadInput("--expect", some, "8 to 64 hexadecimal digits", "Give a hash that "
                           "`pressloop verify` printed before.")
    wanted = tuple(some.lower() for some in expected)
    with existing(url) as ledger:
        names = ledger.chains() if campaign is None else (named(ledger, campaign),)
        proofs = [prove(ledger, name, wanted) for name in names]
        strays, gone, damage = ledger.strays(), _gone(ledger), ledger.damage()
        exactly = ledger.counts_exactly
    # An expected hash belongs to one campaign, and is none of the others' business.
    unseen = sorted(set(wanted).intersection(*(p.unseen for p in proofs)) if proofs else wanted)
    sound = not (strays or unseen or damage or (gone and exactly)
                 or any(p.broken is not None for p in proofs))
    result = {"sound": sound, "stray_arrays": strays, "missing_hashes": unseen,
              "missing_newest": gone, "damage": damage,
              "campaigns": [_plain(proof) for proof in proofs]}
    said = [*map(_line, proofs), *_rest(strays, unseen), *_count(gone, exactly),
            *([f"BROKEN: the file itself is damaged: {damage}"] if damage else [])]
    said = said or ["No campaign in this ledger."]
    emit(result, as_json, lambda: tell("\n".join(said)))
    return 0 if sound else FAILED


def _plain(proof: Proof) -> dict[str, object]:
    plain = asdict(proof)
    del plain["unseen"]
    return plain


def _line(proof: Proof) -> str:
    if proof.broken is not None:
        return f"{proof.campaign.strip()}: BROKEN at {proof.broken}"
    left = f", open trials: {', '.join(map(str, proof.open_trials))}" if proof.open_trials else ""
    return (f"{proof.campaign.strip()}: entries 1 to {proof.entries}, complete and in order, up to "
            f"{proof.head}{left}")


def _gone(ledger: Ledger) -> int:
    """How many numbers the database has given out above that of the newest entry."""
    return ledger.given_out() - ledger.newest()


def _count(gone: int, exactly: bool) -> list[str]:
    if not gone:
        return []
    if exactly:
        return [f"BROKEN: the {gone} newest entries are gone: the database has given out their "
                "numbers"]
    return [f"Note: PostgreSQL has given out {gone} numbers above that of the newest entry: as many"
            " entries were broken off in mid write (up to 32 where the server was killed), or are "
            "gone"]


def _rest(strays: int, unseen: list[str]) -> list[str]:
    said = [f"BROKEN: no campaign has the expected {some}: its newest entries are missing, or it "
            "was written anew" for some in unseen]
    return said + ([f"BROKEN: {strays} stored arrays belong to no entry"] if strays else [])
