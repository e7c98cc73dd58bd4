"""Questions of runs to a person, and answers, by the API of the Prefect server that a run uses.

The server that PREFECT_API_URL names, or one that pressloop has started for this user. Prefect
itself is not loaded: a few requests are all there is to it.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pressloop.flows.engine.server import ADDRESS_VARIABLE
from pressloop.flows.engine.server_door import basic
from pressloop.flows.engine.server_key import key_of
from pressloop.flows.engine.server_process import HOST
from pressloop.flows.operator.typed import SECONDS, expected
from pressloop.hardware.own_folder import own_folder
from pressloop.trials.errors import BadInput, Fault
from pressloop.views.console.form import Field

LOOK_S = 1.0
"""How long an answer of the server counts."""
PATIENCE_S = 5.0
ANSWER_PATIENCE_S = 60.0
"""For an answer of the server to a question of the console, and to what a person has answered."""
BUSY, BUSY_PAUSE_S = 503, 0.5
"""Status of a server that has no time for a request now, and how long it is left alone then."""
PAUSED = "PAUSED"
UNIT = re.compile(r"^(.*) \(([^()]+)\)$")


@dataclass(frozen=True, slots=True)
class Asking:
    """What a run asks: the server's address, the run's id, and the question as a form.

    `key` tells one question from the next; `patterns` are what each answer must look like."""

    address: str
    run: str
    key: str
    title: str
    text: tuple[str, ...]
    trouble: bool
    fields: tuple[Field, ...]
    patterns: Mapping[str, str]


class Questions:
    """Looks for questions; an answer of the server counts for a second."""

    def __init__(self) -> None:
        self._known = dict[str, tuple[float, Asking | None]]()
        self._address = dict[str, str]()
        self._answering = threading.Lock()

    def of(self, run: str) -> Asking | None:
        """What this flow run asks now; None where it asks nothing, or no server knows it."""
        if not run:
            return None
        at, found = self._known.get(run, (0.0, None))
        if time.monotonic() - at < LOOK_S:
            return found
        found = self._looked(run)
        self._known = {**dict(list(self._known.items())[-32:]), run: (time.monotonic(), found)}
        return found

    def answer(self, asking: Asking, values: Mapping[str, str],
               record: Callable[[], None] = lambda: None) -> None:
        """Records that it was answered, and resumes the run with these answers.

        A server resumes a run whatever it asks by now, so that is looked at once more: the answer
        of whoever is second would go to the next question. Raises BadInput where the run waits for
        another answer or for none, Fault where the server does not take this one."""
        with self._answering:
            if not _waits(asking):
                raise BadInput("question", "answered meanwhile, or withdrawn", "one that waits",
                               "Somebody else was faster: close this, and look what the run asks.")
            record()
            done = _ask(asking.address, f"flow_runs/{asking.run}/resume",
                        {"run_input": dict(values)}, ANSWER_PATIENCE_S)
            self._known.pop(asking.run, None)
        if done is None or done.get("status") != "ACCEPT":
            why = (done or {}).get("details", {}).get("reason") or "its server gives no answer"
            raise Fault(f"the run did not take the answer: {why}. Look at its question again.")

    def _looked(self, run: str) -> Asking | None:
        known = self._address.get(run)
        for address in [known] if known else addresses():
            state = (_ask(address, f"flow_runs/{run}") or {}).get("state")
            if state is not None:
                self._address[run] = address
                return _question(address, run, state)
        self._address.pop(run, None)
        return None


def addresses() -> Iterator[str]:
    """APIs at which a run of this user may be known."""
    if given := os.environ.get(ADDRESS_VARIABLE):
        yield given
    for path in sorted(own_folder().glob("server-*.auth")):
        port = path.stem.removeprefix("server-")
        if port.isdecimal():
            yield f"http://{HOST}:{port}/api"


def proved(asking: Asking, values: Mapping[str, str]) -> dict[str, str]:
    """The answers, each as its field asks for it. Raises BadInput."""
    found = {}
    for f in asking.fields:
        given = values.get(f.name, "").strip()
        pattern = asking.patterns.get(f.name)
        if pattern is not None and not re.fullmatch(pattern, given):
            raise BadInput(f.label, repr(given), expected(f.unit) if f.unit == SECONDS
                           else f"a number in {f.unit}, such as 1.2",
                           "Type it again.")
        if f.choices and given not in [value for value, _ in f.choices]:
            raise BadInput(f.label, repr(given), f"one of {', '.join(v for v, _ in f.choices)}",
                           "Choose one.")
        found[f.name] = given
    return found


def _waits(asking: Asking) -> bool:
    """Whether the run still waits for just this answer. Raises Fault where no server tells."""
    state = (_ask(asking.address, f"flow_runs/{asking.run}", patience_s=ANSWER_PATIENCE_S)
             or {}).get("state")
    if state is None:
        raise Fault("the run did not take the answer: its server gives no answer. Look at its "
                    "question again.")
    keys = (state.get("state_details") or {}).get("run_input_keyset") or {}
    return state.get("type") == PAUSED and keys.get("response") == asking.key


def _question(address: str, run: str, state: Mapping[str, Any]) -> Asking | None:
    keys = (state.get("state_details") or {}).get("run_input_keyset")
    if state.get("type") != PAUSED or not keys:
        return None
    schema = _ask(address, f"flow_runs/{run}/input/{keys['schema']}")
    told = _ask(address, f"flow_runs/{run}/input/{keys['description']}")
    if not isinstance(schema, dict) or not isinstance(told, str):
        return None
    parts = [part.strip() for part in told.split("\n\n") if part.strip()]
    bold = [part for part in parts if part.startswith("**") and part.endswith("**")]
    title = bold[-1].strip("*") if bold else "A question"
    text = [part.strip("*") for part in parts if part.strip("*") != title]
    properties: dict[str, Any] = schema.get("properties", {})
    return Asking(address, run, keys["response"], title, tuple(text), len(bold) > 1,
                  tuple(_field(name, one) for name, one in properties.items()),
                  {name: one["pattern"] for name, one in properties.items() if "pattern" in one})


def _field(name: str, one: Mapping[str, Any]) -> Field:
    choices = one.get("enum") or ([one["const"]] if "const" in one else [])
    title = str(one.get("title", name))
    if choices:
        return Field(name, title, "choice", choices=[(str(c), str(c)) for c in choices])
    if "pattern" in one and (found := UNIT.match(title)):
        return Field(name, found[1], "number", unit=found[2])
    return Field(name, title, "number" if "pattern" in one else "long")


def _ask(address: str, path: str, body: object = None, patience_s: float = PATIENCE_S) -> Any:
    """What the server answers; None where it does not, or knows nothing of it.

    A server whose database is locked says 503 and has done nothing: it is asked again."""
    auth, until = key_of(address), time.monotonic() + patience_s
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/{path}", data, {
        "Content-Type": "application/json", **({"Authorization": basic(auth)} if auth else {})})
    while True:
        try:
            with urllib.request.urlopen(request, timeout=patience_s) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if error.code != BUSY or time.monotonic() > until:
                return None
        except (OSError, ValueError):
            return None
        time.sleep(BUSY_PAUSE_S)
