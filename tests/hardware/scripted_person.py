"""A person whose answers are written down beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pressloop.hardware.person import Question
from pressloop.trials.errors import Fault


@dataclass
class ScriptedPerson:
    """Fills the blanks of each question with the next answers; leaves when there are none."""

    answers: list[float | str]
    asked: list[Question] = field(default_factory=list)

    def ask(self, question: Question) -> Mapping[str, float | str]:
        """The next answers, each of the kind that its blank asks for."""
        self.asked.append(question)
        if len(self.answers) < len(question.blanks):
            raise Fault("nobody is there any more")
        given = {}
        for blank in question.blanks:
            value = self.answers.pop(0)
            assert value in blank.choices if blank.choices else (
                isinstance(value, str) != bool(blank.unit)), (blank, value)
            given[blank.name] = value
        return given

    @property
    def troubles(self) -> list[str]:
        """What was said to be wrong, question by question."""
        return [question.trouble for question in self.asked]
