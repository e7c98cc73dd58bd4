"""All actions by name."""

from __future__ import annotations

from collections.abc import Mapping

from pressloop.flows.operator_console.actions import recipes, records, run, words
from pressloop.flows.operator_console.actions.base import Action

ACTIONS: Mapping[str, Action] = {
    "start": run.START, "pause": run.PAUSE, "go_on": run.GO_ON, "stop": run.STOP,
    "release": run.RELEASE, "settle": records.SETTLE, "mark": records.MARK,
    "correct": records.CORRECT, "withdraw": records.WITHDRAW, "restore": records.RESTORE,
    "queue": recipes.QUEUE, "drop": recipes.DROP, "take": recipes.TAKE,
    "caution": recipes.CAUTION_ACTION, "answer": words.ANSWER, "note": words.NOTE,
}
