"""Answer what a run asks; note something, with a photo."""

from __future__ import annotations

import base64
import binascii

import numpy as np

from pressloop.flows.campaign.decisions.word_of_people import note
from pressloop.flows.campaign.standing import PressRun
from pressloop.flows.operator.typed import number
from pressloop.flows.operator_console.actions.base import Action, Asked, Plan, hidden
from pressloop.flows.operator_console.question import Asking, proved
from pressloop.trials.errors import BadInput
from pressloop.trials.people import Photo, photo_kind
from pressloop.views.console.form import Field, Form
from pressloop.views.words import with_signs


def _asking(asked: Asked) -> tuple[PressRun, Asking]:
    """The question that was read, and the run that asks it.

    Raises BadInput where it waits no more."""
    stand, key = asked.stand, asked.given("question")
    if not stand.asking:
        raise BadInput("question", "none", "one that waits", "It was answered already.")
    for press, found in stand.asking.items():
        if found.key == key:
            return stand.run_of(press), found
    raise BadInput("question", "another one", "the one that you read",
                   "The run asks something else by now: close this, and read it.")


def _answer_form(asked: Asked) -> Form:
    run, found = _asking(asked)
    title = f"Press {run.press}: {found.title}" if run.press else found.title
    return Form("answer", title, tuple(map(with_signs, found.text)),
                [Field("question", "question", "hidden", found.key), *found.fields], danger=True)


def _answer(asked: Asked) -> Plan:
    run, found = _asking(asked)
    values = proved(found, asked.values)
    told = "; ".join(f"{f.label}: {_read_back(f, values[f.name])}" for f in found.fields)
    of = f"Press {run.press}, {found.title} " if run.press else ""

    def do() -> str:
        on = f" of press {run.press}" if run.press else ""
        of_trial = run.stacks[0].number if run.stacks else None
        asked.source.questions.answer(found, values, lambda: note(
            asked.ledger, asked.campaign, f'Answered "{found.title}"{on}: {told}', of_trial))
        return "The run has the answer; it goes on within a few seconds."

    return Plan(f"{of}{told}.", do)


def _read_back(field: Field, typed: str) -> str:
    """What was understood: a number with a point, and its unit."""
    value = number(typed, field.unit) if field.unit else None
    return typed if value is None else f"{value:g} {field.unit}"


def _note_form(asked: Asked) -> Form:
    of = f"trial {asked.given('trial')}" if asked.given("trial") else asked.campaign
    return Form("note", f"Note on {of}", ["Kept in the ledger; it teaches no model."], [
        *hidden(asked, "trial"), Field("text", "Note", "long"),
        Field("photo", "Photo", "photo", optional=True, hint="JPEG or PNG, at most 8 MB.")])


def _note(asked: Asked) -> Plan:
    text, photo = asked.given("text"), _photo(asked.given("photo"))
    trial = asked.whole("trial", "Trial") if asked.given("trial") else None
    if not text:
        raise BadInput("Note", repr(text), "a text", "Write something.")

    def do() -> str:
        note(asked.ledger, asked.campaign, text, trial, photo)
        return "Noted."

    with_photo = f" With a photo of {photo.size // 1000} kB." if photo is not None else ""
    return Plan(f"Note: {text}{with_photo}", do)


def _photo(given: str) -> Photo | None:
    """The bytes of a picture; None for none. Raises BadInput for what is none."""
    if not given:
        return None
    try:
        photo = np.frombuffer(base64.b64decode(given, validate=True), np.uint8)
    except (binascii.Error, ValueError):
        raise BadInput("photo", "damaged", "a JPEG or PNG file", "Choose it again.") from None
    photo_kind(photo)
    return photo


ANSWER, NOTE = Action(_answer_form, _answer), Action(_note_form, _note)
