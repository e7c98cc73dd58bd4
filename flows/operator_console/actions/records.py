"""Say what became of a stack: settle, mark, correct, withdraw, back to what was recorded."""

from __future__ import annotations

from collections.abc import Callable

from pressloop.flows.campaign.decisions.put_right import Known, correct, relabel, restore, withdraw
from pressloop.flows.campaign.decisions.settled import settle_trial
from pressloop.flows.operator_console.actions.base import REASON, Action, Asked, Plan, hidden
from pressloop.trials.corrected_values import CORRECTABLE, NAMES, OF_RECIPE, measured_names
from pressloop.trials.corrections import differences
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Intact
from pressloop.trials.readings import LABELS
from pressloop.trials.trial import Trial
from pressloop.views.console.form import Field, Form

SAYS = {"crushed": "crushed: the cathode, or the electrolyte, broke",
        "shorted": "shorted: the electrodes touch", "delaminated": "delaminated: the layers parted",
        "failed": "failed: nobody knows how", "spoilt": "spoilt by a person: says nothing"}
SEEN = Field("reason", "What you saw", "long", hint="Kept in the ledger with your name.")


def _trial(asked: Asked) -> Trial:
    """Raises BadInput for a number that is no trial."""
    number = asked.whole("trial", "Trial")
    found = next((t for t in asked.stand.trials if t.number == number), None)
    if found is None:
        raise BadInput("trial", number, f"a trial of {asked.campaign}", "Choose it again.")
    return found


def _named(trial: Trial) -> str:
    on = f" on press {trial.press}" if trial.press else ""
    return f"trial {trial.number}, stack {trial.stack.stack_id}{on}"


def _settle_form(asked: Asked) -> Form:
    trial = _trial(asked)
    at = f"press {trial.press}" if trial.press else "the press"
    return Form("settle", f"Settle {trial.stack.stack_id}", [
        f"Look at the stack and at {at} first.",
        "Its stack teaches nothing and is not pressed again; the next recipe gets a new stack."],
        [*hidden(asked, "trial"), SEEN], danger=True)


def _settle(asked: Asked) -> Plan:
    trial, reason = _trial(asked), asked.reason("What you saw")
    if not trial.is_open:
        raise BadInput("trial", trial.number, "open", "Only open trials need settling.")

    def do() -> str:
        settle_trial(asked.ledger, asked.campaign, trial.number, reason)
        return f"{_named(trial)}, is settled."

    return Plan(f"Settle {_named(trial)}, which is {trial.state}: {reason}", do)


def _mark_form(asked: Asked) -> Form:
    trial = _trial(asked)
    return Form("mark", f"Mark {trial.stack.stack_id}", ["What did you see?"], [
        *hidden(asked, "trial", "over"),
        Field("label", "It is", "choice", choices=[(one, SAYS[one]) for one in LABELS]), SEEN])


def _mark(asked: Asked) -> Plan:
    trial, label, reason = _trial(asked), asked.given("label"), asked.reason("What you saw")
    if label not in LABELS:
        raise BadInput("It is", repr(label), f"one of {', '.join(LABELS)}", "Choose one.")
    known = Known(reason, asked.whole("over", "Correction"))
    return _put(asked, trial, f"Mark {_named(trial)}, as {label}: {reason}", lambda: relabel(
        asked.ledger, asked.campaign, [trial.number], label, known))


def _correct_form(asked: Asked) -> Form:
    trial = _trial(asked)
    names = _correctable(asked, trial)
    now = trial.outcome.resistance_ohm_cm2 if isinstance(trial.outcome, Intact) else None
    text = "The original stays in the ledger." + (
        f" The resistance is {now:.4g} ohm cm2 now." if now is not None else "")
    return Form("correct", f"Correct {trial.stack.stack_id}", [text], [
        *hidden(asked, "trial", "over"),
        Field("name", "What", "choice", names[0] if len(names) == 1 else "",
              choices=[(one, one) for one in names]),
        Field("value", "Right value", hint="In the unit of the name."), REASON])


def _correct(asked: Asked) -> Plan:
    trial, name, value = _trial(asked), asked.given("name"), asked.given("value")
    known = Known(asked.reason(), asked.whole("over", "Correction"))
    if not name or not value:
        raise BadInput("Right value", repr(value), "a value of what was chosen", "Fill in both.")
    settings = asked.stand.settings
    words = name in NAMES or isinstance(trial.recipe.value(name), str)
    told = value if words else repr(asked.number("value", name, ""))
    return _put(asked, trial, f"Correct {_named(trial)}: {name} = {told}", lambda: correct(
        asked.ledger, asked.campaign, [trial.number], {name: told}, known, settings.quantities,
        settings.space.parameters))


def _correctable(asked: Asked, trial: Trial) -> list[str]:
    """Names of what may be corrected: of a stack that was pressed here, not what was commanded."""
    named = tuple(trial.recipe.named)
    names = (*CORRECTABLE, *named, *measured_names(trial, asked.stand.settings.quantities))
    return [n for n in names if not (trial.pressed_here and n in (*OF_RECIPE, *named))]


def _withdraw_form(asked: Asked) -> Form:
    return Form("withdraw", f"Withdraw {_trial(asked).stack.stack_id}", [
        "Nothing is learned from it any more; the original stays in the ledger."],
        [*hidden(asked, "trial", "over"), REASON])


def _withdraw(asked: Asked) -> Plan:
    trial, reference = _trial(asked), asked.stand.settings.reference
    known = Known(asked.reason(), asked.whole("over", "Correction"))
    return _put(asked, trial, f"Withdraw {_named(trial)}", lambda: withdraw(
        asked.ledger, asked.campaign, [trial.number], known, reference=reference))


def _restore_form(asked: Asked) -> Form:
    return Form("restore", f"Back to what was recorded of {_trial(asked).stack.stack_id}", [
        "What was recorded first counts again."], [*hidden(asked, "trial", "over"), REASON])


def _restore(asked: Asked) -> Plan:
    trial = _trial(asked)
    known = Known(asked.reason(), asked.whole("over", "Correction"))
    return _put(asked, trial, f"What was recorded first of {_named(trial)}, counts again",
                lambda: restore(asked.ledger, asked.campaign, [trial.number], known))


def _put(asked: Asked, trial: Trial, sentence: str, put: Callable[[], tuple[Trial, ...]]) -> Plan:
    """Refused where the stack was corrected since the form was shown."""
    over = asked.whole("over", "Correction")
    if trial.corrections != over:
        raise BadInput(f"trial {trial.number}", f"corrected {trial.corrections} times",
                       f"as it was when you looked ({over} times)", "Somebody else was faster: "
                       "close this, and look at the stack again.")

    def do() -> str:
        now, = put()
        return f"{_named(now)}: {', '.join(differences(now)) or 'as it was recorded'}."

    return Plan(f"{sentence}.", do)


SETTLE, MARK = Action(_settle_form, _settle), Action(_mark_form, _mark)
CORRECT, WITHDRAW = Action(_correct_form, _correct), Action(_withdraw_form, _withdraw)
RESTORE = Action(_restore_form, _restore)
