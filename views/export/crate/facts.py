"""What a crate tells of a campaign: its trials, when each step was done and by which program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from pressloop.trials.ledger.log import LogRow
from pressloop.trials.trial import Trial

NEVER = "1970-01-01T00:00:00+00:00"


class Step(NamedTuple):
    """One entry of a trial: when it was recorded (ISO 8601, UTC) and by which versions."""

    utc: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """The entries of one trial by their kinds, the latest of each; `stage` is that of its fault."""

    by_kind: Mapping[str, Step] = field(default_factory=dict)
    stage: str = ""

    def first(self, *kinds: str) -> Step | None:
        """The entry of the first of these kinds that there is."""
        return next((self.by_kind[kind] for kind in kinds if kind in self.by_kind), None)


@dataclass(frozen=True, slots=True)
class Facts:
    """A campaign to be exported, without anything that says where a lab keeps it.

    `units` are those of its own parameters and quantities, `devices` what answered at the last
    start, `recorded` when the newest entry was made (ISO 8601, UTC), `licence` an SPDX identifier
    or an address, "" for none; `orcids` those of operators, by name; `publisher` is the lab or
    institute that stands behind the data, "" where it was not named."""

    campaign: str
    trials: tuple[Trial, ...]
    steps: Mapping[int, Steps]
    recorded: str = NEVER
    devices: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False
    units: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    orcids: Mapping[str, str] = field(default_factory=dict)
    publisher: str = ""

    def of(self, trial: Trial) -> Steps:
        """What is recorded of a trial, and when."""
        return self.steps.get(trial.number, Steps())


def steps_of(rows: Sequence[LogRow]) -> dict[int, Steps]:
    """The entries of each trial by its number."""
    found, stages = dict[int, dict[str, Step]](), dict[int, str]()
    for row in rows:
        if row.trial is not None:
            step = Step(in_seconds(row.utc), tuple(sorted(row.versions.items())))
            found.setdefault(row.trial, {})[row.kind] = step
            if row.kind == "faulted":
                stages[row.trial] = str(row.payload.get("stage", ""))
    return {number: Steps(by_kind, stages.get(number, "")) for number, by_kind in found.items()}


def newest(rows: Sequence[LogRow]) -> str:
    """When the newest entry was made."""
    return max((in_seconds(row.utc) for row in rows), default=NEVER)


def in_seconds(utc: str) -> str:
    """A time of the ledger as crates write it: UTC with its offset, whole seconds."""
    return datetime.fromisoformat(utc).astimezone(UTC).isoformat(timespec="seconds")
