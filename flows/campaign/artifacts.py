"""What the Prefect UI shows of a campaign: progress, the trials, the recommendation.

Views of the ledger, no more: when the server is away the campaign goes on without them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.logging import get_run_logger

from pressloop.flows.campaign.lab import Run
from pressloop.flows.engine.server import healthy
from pressloop.flows.settings.gauge import load_of
from pressloop.trials.trial import Trial
from pressloop.trials.wording import plain_name
from pressloop.views.corrections import effect_sentences
from pressloop.views.kinds import in_order
from pressloop.views.markdown import recommendation_markdown, trials_table

SHOWN = 50
"""Rows of the table artifact, which is sent anew after each trial, and which the server keeps each
time; the ledger has them all."""
LOOK_AGAIN_S = 20.0
"""How long a server that was found away is left alone."""
LAST_WAIT_S = 60.0
"""How long the end of a run waits for a server that is away, so that it hears of it."""


class Board:
    """The campaign's artifacts. Keys are lower case, digits and dashes, as Prefect wants."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.key = plain_name(run.campaign)
        self.away_since: float | None = None
        self.progress: UUID | None = None
        self._show_progress(run.history())

    def update(self) -> None:
        """After each trial."""
        trials = self.run.history()
        self._show_progress(trials)
        rows = trials_table(in_order(trials)[-SHOWN:])
        self._try(lambda: create_table_artifact(
            table=rows, key=f"{self.key}-trials", description=self._title("trials")))

    def conclude(self, stopping: Sequence[str]) -> None:
        """After the last trial, with what the rules of stopping say.

        A server that was away shows everything once it is back."""
        # Loads torch: runs that press nothing do without, and start seconds sooner.
        from pressloop.optimizer import recommend
        from pressloop.optimizer.corrected import effect_of

        if self._back():
            self.update()
        run = self.run
        models = run.models()
        if models.log_resistance is None:
            return
        best = recommend(models)
        text = recommendation_markdown(
            best, campaign=run.campaign, simulated=run.simulated, stopping=stopping,
            corrections=effect_sentences(effect_of(models), best), load=load_of(run.settings))
        self._try(lambda: create_markdown_artifact(
            markdown=text, key=f"{self.key}-recommendation",
            description=self._title("recommended recipe")))

    def _title(self, what: str) -> str:
        return f"{self.run.campaign}: {what}{' (SIMULATED)' if self.run.simulated else ''}"

    def _percent(self, trials: Sequence[Trial]) -> float:
        used = sum(t.used_here for t in trials)
        return min(100.0, 100.0 * used / self.run.order.trials)

    def _show_progress(self, trials: Sequence[Trial]) -> None:
        percent, known = self._percent(trials), self.progress
        if known is not None:
            self._try(lambda: update_progress_artifact(known, progress=percent))
            return
        made = self._try(lambda: create_progress_artifact(
            progress=percent, key=f"{self.key}-progress",
            description=f"{self.run.campaign}: stacks pressed of {self.run.order.trials}"))
        self.progress = made if isinstance(made, UUID) else None

    def _try(self, publish: Callable[[], Any]) -> Any:
        """Publishes unless the server was found away a moment ago.

        Says so once, and once more when it is back."""
        away = self.away_since
        if away is not None and time.monotonic() - away < LOOK_AGAIN_S:
            return None
        try:
            shown = publish()
        except Exception as error:  # noqa: BLE001 - what is shown never costs a stack
            if away is None:
                get_run_logger().warning("Prefect cannot show this campaign now (%s); the campaign "
                                         "goes on, the ledger has it all.", error)
            # The server that comes back may be another one, which knows no artifact of ours.
            self.away_since, self.progress = time.monotonic(), None
            return None
        if away is not None:
            get_run_logger().info("Prefect is back; what it shows catches up.")
        self.away_since = None
        return shown

    def _back(self) -> bool:
        """Waits a while for a server that is away; True when it was and answers again."""
        deadline = time.monotonic() + LAST_WAIT_S
        while self.away_since is not None and time.monotonic() < deadline:
            if healthy(os.environ.get("PREFECT_API_URL", "")):
                self.away_since = None
                return True
            time.sleep(1.0)
        return False
