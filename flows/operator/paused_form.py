"""A person at Prefect's web page: the flow run pauses, its form is the question."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID, uuid4

from httpx import HTTPError
from prefect import pause_flow_run
from prefect.exceptions import FlowPauseTimeout, PrefectException, PrefectHTTPStatusError
from prefect.input import RunInput
from prefect.input.actions import create_flow_run_input
from prefect.input.run_input import Keyset
from pydantic import Field, ValidationError, create_model

from pressloop.flows.operator.closed_form import closed_with_the_run
from pressloop.flows.operator.run_log import note
from pressloop.flows.operator.terminal import parsed
from pressloop.flows.operator.typed import pattern
from pressloop.flows.operator.variables import POLL_VARIABLE
from pressloop.hardware.person import Blank, Question
from pressloop.trials.errors import Fault
from pressloop.views.words import with_signs

DAY_S = 24 * 3600
WRITTEN = 409
"""Status by which a server refuses a form that it has: Prefect's client sends one again whose
answer was lost."""


class Asked(RunInput):
    """A form that may be written twice."""

    @classmethod
    def save(cls, keyset: Keyset, flow_run_id: UUID | None = None) -> None:
        """Keeps the form for the run's page. Raises HTTPError where the server does not take it."""
        try:
            super().save(keyset, flow_run_id)
        except PrefectHTTPStatusError as error:
            _prove_written(error)
            # Of its fields or of its description: the other may be missing.
            try:
                create_flow_run_input(keyset["description"], cls._description, flow_run_id)
            except PrefectHTTPStatusError as again:
                _prove_written(again)


def _prove_written(error: PrefectHTTPStatusError) -> None:
    if error.response.status_code != WRITTEN:
        raise error


class PrefectPerson:
    """Pauses the flow run until its form is filled in; `timeout_s` is how long that may take.

    A pause belongs to the flow run, but may be asked for from within one of its tasks, such as
    that which presses: Prefect keeps both contexts side by side, and the task simply waits.
    """

    def __init__(self, timeout_s: int = DAY_S, poll_s: int | None = None) -> None:
        self._timeout_s = timeout_s
        self._poll_s = poll_s or int(os.environ.get(POLL_VARIABLE, "5"))

    def ask(self, question: Question) -> Mapping[str, float | str]:
        """An answer of the right kind for each blank, checked here too.

        Whoever reaches the server can go round its check. Raises Fault when nobody answers in time
        or no pause can be had."""
        trouble = question.trouble
        while True:
            note(f"A person is awaited: {question.title}. Answer by the form of this run's page "
                 f"(Resume) within {self._timeout_s / 3600:g} h."
                 + (f" {trouble}" if trouble else ""))
            try:
                answer = self._resumed(form(question, trouble))
                return {blank.name: _value(blank, answer[blank.name]) for blank in question.blanks}
            except (ValidationError, KeyError, ValueError) as error:
                trouble = f"The form was not filled in as asked: {error}"

    def _resumed(self, asked: type[RunInput]) -> dict[str, Any]:
        try:
            # A key of its own for each question: Prefect numbers pauses from 1 again when a run is
            # started again, and would then take the answer to an earlier question for this one's.
            with closed_with_the_run():
                answer = pause_flow_run(wait_for_input=asked, timeout=self._timeout_s,
                                        poll_interval=self._poll_s, key=uuid4().hex)
        except FlowPauseTimeout:
            raise Fault(f"nobody filled in the form within {self._timeout_s / 3600:g} h") from None
        except (PrefectException, HTTPError, RuntimeError) as error:
            raise Fault(f"the flow run cannot be paused for a question: {error}") from None
        return answer.model_dump()


def form(question: Question, trouble: str) -> type[RunInput]:
    """The question as a form.

    Plain fields without given values: a form with given values loses the constraints of its fields
    on the way to the server."""
    fields: Any = {blank.name: (_kind(blank), Field(title=_title(blank), pattern=_pattern(blank)))
                   for blank in question.blanks}
    model: type[RunInput] = create_model("Answer", __base__=Asked, **fields)
    text = f"**{question.title}**\n\n" + with_signs(question.text).replace("\n", "\n\n")
    model._description = f"**{trouble}**\n\n{text}" if trouble else text
    return model


def _kind(blank: Blank) -> Any:
    return Literal[blank.choices] if blank.choices else str


def _pattern(blank: Blank) -> str | None:
    return pattern(blank.unit) if blank.unit else None


def _title(blank: Blank) -> str:
    return f"{blank.label} ({blank.unit})" if blank.unit else blank.label


def _value(blank: Blank, given: object) -> float | str:
    value = parsed(blank, str(given).strip())
    if value is None:
        raise ValueError(f"{blank.label} = {given}")
    return value
