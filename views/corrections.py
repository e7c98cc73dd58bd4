"""What people have put right in the record, and what it changes, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressloop.trials.corrections import differences
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted
from pressloop.views.words import amount, recipe_words, span_of

if TYPE_CHECKING:
    # Tables are shown by programs that never load torch.
    from pressloop.optimizer import Recommendation
    from pressloop.optimizer.corrected import Effect


def corrected_words(trial: Trial) -> str:
    """What counts now and was recorded otherwise, and why; "" for a stack that is as recorded."""
    if (last := trial.correction) is None or not trial.is_corrected:
        return ""
    return f"{', '.join(spelt(trial)) or last.what}: {last.reason}"


def spelt(trial: Trial) -> list[str]:
    """What was recorded, then what counts.

    Only the word where a stack has lost its outcome: that its values are gone goes without
    saying."""
    found = differences(trial)
    lost = [one for one in found if one.startswith("outcome ")]
    kept = [one for one in found if not one.endswith("-> none")]
    return kept if lost else found


def effect_sentences(effect: Effect | None, now: Recommendation | None) -> tuple[str, ...]:
    """One for each stack that was corrected, and one that says what it changed."""
    if effect is None:
        return ()
    told = tuple(f"Trial {t.number} ({t.stack.stack_id}): {corrected_words(t)}."
                 for t in effect.corrected)
    return (*told, change_words(effect, now))


def change_words(effect: Effect, now: Recommendation | None) -> str:
    """The recommendation without the corrections, held against the one with them."""
    them = counted(len(effect.corrected), "correction")
    before = effect.before
    if before is None:
        return f"Without {them} there would be no intact stack, and nothing to recommend."
    told = ", ".join(f"{amount(e.value, e.quantity)} ({span_of(e.low, e.high, e.quantity)})"
                     for e in before.expected)
    was = f"{recipe_words(before.recipe)} with {told}"
    if now is None:
        return f"Without {them}, {was} would be recommended; with them no intact stack is left."
    if before.recipe == now.recipe:
        return f"Without {them} the same recipe would be recommended, with {told}."
    return f"Without {them}, {was} would be recommended."
