"""What the Prefect UI shows of a campaign: progress, the trials, the recommendation.

Views of the ledger, no more: when the server is away the campaign goes on without them.
"""

from __future__ import annotations

import re
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

from flows.lab import Run
from optimizer import recommend
from trials.outcome import Intact
from trials.trial import Trial
from views.markdown import recommendation_markdown, trials_table

SHOWN = 200
"""Rows of the table artifact; the ledger has them all."""


class Board:
    """The campaign's artifacts. Keys are lower case, digits and dashes, as Prefect wants."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.key = re.sub(r"[^a-z0-9]+", "-", run.campaign.lower()).strip("-") or "campaign"
        self.reachable = True
        self.progress = self._try(lambda: create_progress_artifact(
            progress=self._percent(run.history()), key=f"{self.key}-progress",
            description=f"{run.campaign}: stacks pressed of {run.order.trials}"))

    def update(self) -> None:
        """After each trial."""
        trials = self.run.history()
        if isinstance(self.progress, UUID):
            progress = self.progress
            self._try(lambda: update_progress_artifact(progress, progress=self._percent(trials)))
        rows = trials_table(trials)[-SHOWN:]
        self._try(lambda: create_table_artifact(
            table=rows, key=f"{self.key}-trials", description=self._title("trials")))

    def conclude(self) -> None:
        """After the last trial."""
        run, settings = self.run, self.run.settings
        history = run.history()
        if not any(isinstance(t.outcome, Intact) for t in history):
            return
        text = recommendation_markdown(
            recommend(history, settings.space, caution=settings.caution,
                      reference=settings.reference),
            campaign=run.campaign, simulated=run.simulated)
        self._try(lambda: create_markdown_artifact(
            markdown=text, key=f"{self.key}-recommendation",
            description=self._title("recommended recipe")))

    def _title(self, what: str) -> str:
        return f"{self.run.campaign}: {what}{' (SIMULATED)' if self.run.simulated else ''}"

    def _percent(self, trials: Sequence[Trial]) -> float:
        used = sum(t.pressed_here and not t.is_open for t in trials)
        return min(100.0, 100.0 * used / self.run.order.trials)

    def _try(self, publish: Callable[[], Any]) -> Any:
        """Publishes unless the server was found away; says so once."""
        if not self.reachable:
            return None
        try:
            return publish()
        except Exception as error:
            self.reachable = False
            get_run_logger().warning("Prefect cannot show this campaign any more (%s); the "
                                     "campaign goes on, the ledger has it all.", error)
            return None
