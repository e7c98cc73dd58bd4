"""What a person puts right: appended, the first record kept, what was pressed never changed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from trial_stories import story

from pressloop.trials import (
    BadInput,
    Commanded,
    Corrected,
    Damage,
    Evaluated,
    Failed,
    FailureMode,
    Imported,
    Intact,
    Ledger,
    LedgerProblem,
    Opened,
    Planned,
    Recipe,
    SetAside,
    Spoilt,
    Stack,
    State,
    Trial,
    Withdrawn,
)
from pressloop.trials.corrections import corrected, differences, relabelled, restored, withdrawn
from pressloop.trials.ledger.codec import decode, encode
from pressloop.trials.ledger.fold import fold
from pressloop.trials.ledger.verification import prove
from pressloop.trials.outcome import Arc

STACK = Stack("night-001", "L-1", "ana", 0.785, 600.0)
RECIPE = Recipe(200.0, 60.0, 25.0)
TYPED = Intact(395.51, 0.5, damage=Damage(0.01, 0.01), stack_pressure_mpa=5.0)
READ = Intact(78.5, 0.785, total_ohm_cm2=157.0, resistance_ohm=100.0, area_cm2=0.785,
              circuit="R0", summed=("R1",),
              arcs=(Arc("R1", 78.5, 100.0, 0.9, 2e-6, "interface", True),))
IMPORTED = Trial(1, STACK, RECIPE, State.IMPORTED, outcome=TYPED)
PRESSED = Trial(1, STACK, RECIPE, State.EVALUATED, outcome=READ, cycle_id=1)


def after(trial: Trial, *entries: Corrected) -> Trial:
    """The trial with these corrections, as the ledger tells it."""
    first = Imported("d", "t.csv", trial.stack, trial.recipe, trial.outcome or TYPED)
    found, = fold([(1, first), *((1, entry) for entry in entries)])
    return found


def test_a_wrong_value_is_put_right_and_the_first_one_stays() -> None:
    entry = corrected(IMPORTED, {"resistance_ohm_cm2": "39.55"}, "decimal point")
    trial = after(IMPORTED, entry)
    assert trial.outcome == replace(TYPED, resistance_ohm_cm2=39.55)
    assert trial.as_recorded.outcome == TYPED
    assert trial.state is State.IMPORTED
    assert (entry.stack, entry.recipe) == (None, None), "only what differs is kept"
    assert differences(trial) == ["resistance_ohm_cm2 395.51 -> 39.55"]


def test_corrections_go_on_from_what_counts_now_and_back_to_the_first_record() -> None:
    lot = corrected(IMPORTED, {"lot": "L-2", "operator": "ben"}, "wrong bag")
    once = after(IMPORTED, lot)
    value = corrected(once, {"resistance_ohm_cm2": 40.0}, "typo", over=1)
    twice = after(IMPORTED, lot, value)
    assert (twice.stack.lot, twice.stack.operator) == ("L-2", "ben")
    assert twice.corrections == 2
    back = restored(twice, "all was right", over=2)
    found = after(IMPORTED, lot, value, back)
    assert (found.stack, found.outcome, found.is_corrected) == (STACK, TYPED, False)
    with pytest.raises(BadInput, match="Nothing was added"):
        restored(found, "again", over=3)


def test_a_correction_that_somebody_does_not_know_of_is_told_of() -> None:
    trial = after(IMPORTED, corrected(IMPORTED, {"resistance_ohm_cm2": 40.0}, "decimal point"))
    with pytest.raises(BadInput, match=r'395.51 -> 40.*"decimal point".*say --over 1') as refused:
        corrected(trial, {"resistance_ohm_cm2": 41.0}, "mine")
    assert "trial 1" in str(refused.value)
    with pytest.raises(BadInput, match="--over"):
        corrected(IMPORTED, {"lot": "L-2"}, "mine", over=1)


def test_what_was_pressed_is_never_changed() -> None:
    with pytest.raises(BadInput, match="as trial 1 was pressed"):
        corrected(PRESSED, {"pressure_mpa": 300.0}, "typo")
    moved = corrected(IMPORTED, {"pressure_mpa": "140"}, "two digits exchanged")
    assert after(IMPORTED, moved).recipe == Recipe(140.0, 60.0, 25.0)
    story = [(1, Planned(STACK, RECIPE, "own")), (1, Commanded(1))]
    with pytest.raises(LedgerProblem, match="corrected after commanded"):
        fold([*story, (1, Corrected(1, "withdrawn", "no", Withdrawn("no")))])


def test_another_area_rescales_what_was_measured_here() -> None:
    entry = corrected(PRESSED, {"area_cm2": "1.57"}, "12 mm electrode")
    outcome = entry.outcome
    assert isinstance(outcome, Intact) and entry.stack is not None
    assert entry.stack.area_cm2 == 1.57
    assert (outcome.resistance_ohm_cm2, outcome.resistance_ohm) == (157.0, 100.0)
    assert outcome.resistance_se_ohm_cm2 == pytest.approx(1.57)
    assert outcome.arcs[0].capacitance_f_cm2 == pytest.approx(1e-6)
    with pytest.raises(BadInput, match="Give --set resistance_ohm_cm2 too"):
        corrected(IMPORTED, {"area_cm2": "1.57"}, "12 mm electrode")


def test_a_value_by_hand_leaves_out_what_the_fit_has_told_of_another() -> None:
    entry = corrected(PRESSED, {"resistance_ohm_cm2": 60.0}, "read again by hand")
    assert entry.outcome == Intact(60.0)


@pytest.mark.parametrize("changes, words", [
    ({}, "--set = nothing"), ({"presure_mpa": "1"}, "one of stack, lot"),
    ({"resistance_ohm_cm2": "0"}, "failed stack"), ({"resistance_ohm_cm2": "nan"}, "finite"),
    ({"resistance_ohm_cm2": "9.9E37"}, "no stack has that"),
    ({"resistance_ohm_cm2": "1_0"}, "unit"),
    ({"resistance_ohm_cm2": "39,55"}, "decimal point"), ({"lot": " "}, "non-empty"),
    ({"area_cm2": "-1", "resistance_ohm_cm2": "4"}, "above 0"), ({"damage_index": "2"}, "between"),
    ({"pressure_mpa": "nan"}, "finite"), ({"resistance_ohm_cm2": "395.51"}, "the same values")])
def test_values_that_cannot_be_are_refused(changes: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        corrected(IMPORTED, changes, "typo")


def test_a_person_is_believed_over_the_damage_index() -> None:
    for label, kept in (("crushed", None), ("failed", None), ("shorted", TYPED.damage),
                        ("delaminated", TYPED.damage)):
        outcome = relabelled(IMPORTED, label, "seen").outcome
        assert outcome == Failed(FailureMode(label), "seen", kept)
    assert relabelled(IMPORTED, "spoilt", "dropped").outcome == Spoilt("dropped")
    for label, words in (("intact", "pressloop correct"), ("broken", "one of crushed")):
        with pytest.raises(BadInput, match=words):
            relabelled(IMPORTED, label, "seen")


def test_a_withdrawn_stack_comes_back_only_as_it_was_recorded() -> None:
    trial = after(IMPORTED, withdrawn(IMPORTED, "typed twice"))
    assert trial.withdrawn and trial.outcome == Withdrawn("typed twice")
    for make in (lambda: corrected(trial, {"lot": "x"}, "no", over=1),
                 lambda: relabelled(trial, "crushed", "no", over=1),
                 lambda: withdrawn(trial, "no", over=1)):
        with pytest.raises(BadInput, match="withdrawn"):
            make()
    assert after(IMPORTED, withdrawn(IMPORTED, "typed twice"),
                 restored(trial, "it was not", over=1)).outcome == TYPED


@pytest.mark.parametrize("state, words", [
    (State.MEASURED, "pressloop settle"), (State.PLANNED, "pressloop settle"),
    (State.FAULTED, "pressloop attach"), (State.SETTLED, "pressloop attach")])
def test_a_stack_without_an_outcome_has_nothing_to_put_right(state: State, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        withdrawn(Trial(1, STACK, RECIPE, state), "no")


def test_a_reason_is_asked_for() -> None:
    for make in (withdrawn, restored):
        with pytest.raises(BadInput):
            make(IMPORTED, "  ")
    with pytest.raises(BadInput, match="--reason"):
        relabelled(IMPORTED, "crushed", " ")


def test_a_set_aside_stack_counts_once_it_has_a_resistance() -> None:
    aside = replace(PRESSED, outcome=SetAside("noisy"))
    assert corrected(aside, {"resistance_ohm_cm2": 44.0}, "by hand").outcome == Intact(44.0)
    with pytest.raises(BadInput, match="set aside"):
        corrected(aside, {"resistance_se_ohm_cm2": 1.0}, "by hand")


def test_a_later_reading_is_recorded_beneath_a_correction() -> None:
    told = [(1, entry) for entry in story()]
    lot = Corrected(1, "corrected", "wrong bag", stack=replace(STACK, lot="L-2"))
    again = Evaluated(3, replace(READ, resistance_ohm_cm2=80.0))
    found, = fold([*told, (1, lot), (1, again)])
    assert isinstance(found.outcome, Intact)
    assert (found.stack.lot, found.outcome.resistance_ohm_cm2, found.readings) == ("L-2", 80.0, 3)
    held = Corrected(1, "corrected", "by hand", outcome=Intact(60.0))
    found, = fold([*told, (1, held), (1, again)])
    assert (found.outcome, found.as_recorded.outcome) == (Intact(60.0), again.outcome)


@pytest.mark.parametrize("entry", [
    Corrected(1, "corrected", "typo", READ, STACK, RECIPE), Corrected(3, "restored", "back"),
    Corrected(2, "withdrawn", "twice", Withdrawn("twice")),
    Corrected(2, "relabelled", "fell", Spoilt("fell")),
    Imported("d", "t", STACK, RECIPE, Failed(FailureMode.UNKNOWN, "from a table"))])
def test_entries_survive_the_ledger(entry: Corrected | Imported) -> None:
    assert decode(*encode(entry)) == entry


def test_a_plan_without_a_queue_is_kept_as_older_programs_keep_it() -> None:
    assert "queued" not in encode(Planned(STACK, RECIPE, "explore")).payload
    queued = Planned(STACK, RECIPE, "own recipe", queued=3)
    assert decode(*encode(queued)) == queued


def test_the_second_of_two_is_refused_by_the_ledger_itself(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/lab.db"
    one, two = (Corrected(1, "corrected", why, Intact(value)) for why, value in (
        ("mine", 40.0), ("yours", 41.0)))
    with closing(Ledger.open(url)) as ledger, closing(Ledger.open(url)) as other:
        ledger.append("night", None, Opened({}, "d", 0))
        for number in (1, 2):
            stack = replace(STACK, stack_id=f"s{number}")
            ledger.append("night", number, Imported(f"d{number}", "t", stack, RECIPE, TYPED))
        ledger.append("night", 1, one)
        with pytest.raises(LedgerProblem):
            other.append_all("night", [(2, one), (1, two)])
        first, second = other.history("night")
        assert (first.outcome, second.outcome) == (Intact(40.0), TYPED), "all or none"
        assert prove(ledger, "night").sound
