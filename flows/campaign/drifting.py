"""Word of readings that begin to drift, while the campaign runs: the controls tell."""

from __future__ import annotations

from pressloop.flows.campaign.lab import Run
from pressloop.flows.operator.events import announce
from pressloop.flows.operator.run_log import note
from pressloop.trials.outcome import Intact


def announce_drift(run: Run) -> None:
    """Tells people once an alarm is raised that the controls before did not raise.

    Whatever goes wrong with that costs no stack."""
    try:
        _announce(run)
    except Exception as error:  # noqa: BLE001 - a word about readings never ends a campaign
        note(f"Nobody can say whether readings drift: {error}")


def _announce(run: Run) -> None:
    # Loads torch, which runs that press nothing do without.
    from pressloop.optimizer.history.drift import FEWEST, drift

    reference, trials = run.settings.reference, run.history()
    controls = [t for t in trials if t.recipe == reference and isinstance(t.outcome, Intact)]
    if len(controls) < FEWEST or not trials or trials[-1] is not controls[-1]:
        return
    now = drift(trials, reference, earlier=run.earlier)
    if now is None or not now.alarm:
        return
    before = drift(trials[:-1], reference, earlier=run.earlier)
    if before is not None and before.alarm:
        return
    words = now.sentences[0]
    note(words)
    announce("drift", run.campaign, words)
