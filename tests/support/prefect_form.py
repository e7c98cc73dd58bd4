"""The form of a paused flow run, filled in as somebody at Prefect's page does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Forms:
    """Questions of one flow run, in the order they come."""

    def __init__(self, server: Any, run: str, eventually: Callable[..., Any]) -> None:
        self._server, self._run, self._eventually = server, run, eventually
        self._seen: set[str] = set()

    def answer(self, **values: Any) -> str:
        """Fills in the next form; the text above it."""
        keys = self._eventually(self._question, "the next question")
        self._seen.add(keys["response"])
        text = self._server(f"flow_runs/{self._run}/input/{keys['description']}")
        result = self._server(f"flow_runs/{self._run}/resume", {"run_input": values})
        assert result["status"] == "ACCEPT", result
        return str(text)

    def refused(self, **values: Any) -> None:
        """The server itself refuses to go on with these; the question stays."""
        self._eventually(self._question, "the next question")
        answer = self._server(f"flow_runs/{self._run}/resume", {"run_input": values})
        assert answer["status"] == "REJECT", answer

    def _question(self) -> Any:
        state = self._server(f"flow_runs/{self._run}")["state"]
        keys = state["state_details"].get("run_input_keyset") or {}
        assert state["type"] not in ("FAILED", "CRASHED"), state["message"]
        if state["type"] != "PAUSED" or not keys or keys["response"] in self._seen:
            return None
        # The form is laid down a moment after the pause.
        return keys if self._server.refusal(
            f"flow_runs/{self._run}/input/{keys['description']}", None) == 0 else None
