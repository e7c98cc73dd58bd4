"""Answers that the console carries to a run's server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from pressloop.flows.operator_console.question import Asking, Questions
from pressloop.trials.errors import BadInput, Fault


@contextmanager
def answering(*statuses: int) -> Iterator[tuple[str, list[Any]]]:
    """The address of a server that answers with these one after the other, and what it was told.

    Its run asks one question, until an answer is taken."""
    told: list[Any] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            taken = any(s < 300 for s in statuses[:len(told)])
            state = {"type": "RUNNING"} if taken else {
                "type": "PAUSED", "state_details": {"run_input_keyset": {"response": "key"}}}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"state": state}).encode())

        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(statuses[min(len(told), len(statuses)) - 1])
            self.end_headers()
            self.wfile.write(b'{"status": "ACCEPT"}')

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api", told
        finally:
            server.shutdown()
            thread.join()


def asking(address: str) -> Asking:
    return Asking(address, "run", "key", "Press stack 1", (), False, (), {})


def test_a_server_that_is_busy_for_a_moment_gets_the_answer_again() -> None:
    with answering(503, 503, 201) as (address, told):
        Questions().answer(asking(address), {"answer": "pressed"})
    assert told == [{"run_input": {"answer": "pressed"}}] * 3


@pytest.mark.parametrize("status", [404, 409, 500])
def test_a_server_that_refuses_is_told_once(status: int) -> None:
    with answering(status) as (address, told), pytest.raises(Fault, match="did not take"):
        Questions().answer(asking(address), {"answer": "pressed"})
    assert len(told) == 1


def test_of_two_people_who_answer_at_once_the_second_answers_no_other_question() -> None:
    """The run goes on with the first answer; what it asks next was read by neither."""
    recorded: list[str] = []
    with answering(201) as (address, told):
        questions, refused = Questions(), list[BadInput]()

        def answer(who: str) -> None:
            try:
                questions.answer(asking(address), {"answer": who}, lambda: recorded.append(who))
            except BadInput as error:
                refused.append(error)

        people = [threading.Thread(target=answer, args=(who,)) for who in ("ana", "ben")]
        for one in people:
            one.start()
        for one in people:
            one.join()
    assert len(told) == 1 and len(refused) == 1 and "Somebody else was faster" in str(refused[0])
    assert recorded == [told[0]["run_input"]["answer"]], "nobody is on record who was refused"
