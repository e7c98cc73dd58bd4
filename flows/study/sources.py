"""Where the stacks of a study come from: a table, a ledger or the simulator."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pressloop.flows.campaign.stored import Stored, existing, stored
from pressloop.flows.past.sheet import sheet_from
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.flows.study.settings import SourceTable
from pressloop.flows.study.simulated_stacks import REFERENCE, SPACE, simulated_stacks
from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.space import NAMES, Space
from pressloop.studies.data import StudyData
from pressloop.studies.lint import Sheet
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.quantity import Quantity
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted


@dataclass(frozen=True, slots=True)
class Source:
    """What a study looks at.

    `sheet` is the table as it stands in its file, None for other sources, which are checked by
    their trials. `digests` tell the same source again."""

    data: StudyData
    digests: dict[str, str]
    sheet: Sheet | None = None


def source_of(table: SourceTable, folder: Path, seed: int) -> Source:
    """The stacks that `[source]` names.

    `folder` is where its paths start from. Raises BadInput for a source that cannot be read or has
    no stack with an outcome."""
    if table.table is not None and table.settings is not None:
        found = _from_table(folder / table.table, folder / table.settings)
    elif table.ledger is not None:
        found = _from_ledger(table)
    else:
        found = _simulated(table, seed)
    if not found.data.trials:
        raise BadInput("source", found.data.source, "one with evaluated stacks",
                       "Run or import a campaign first.")
    return found


def _from_table(path: Path, settings_path: Path) -> Source:
    settings = read_settings(settings_path)
    table = read_table(path, settings)
    trials = tuple(past.trial(past.line) for past in table.past if past.outcome is not None)
    space, left = _looked_at(settings.space, settings.quantities)
    data = StudyData(f"table {path.name} ({table.cells.words}){left}", trials, space,
                     settings.limits, settings.reference, row_word="row",
                     surrogate=settings.problem.surrogate, objective=_sought(settings))
    return Source(data, {path.name: _digest(path), settings_path.name: _digest(settings_path)},
                  sheet_from(table.reading, path, settings))


def _sought(settings: Settings) -> Objective:
    """Measured quantities; studies look at resistance alone under any other objective."""
    return settings.objective if settings.quantities else Objective()


def _looked_at(space: Space, quantities: Sequence[Quantity] = ()) -> tuple[Space, str]:
    """The space of a study.

    All parameters where a quantity is measured, as no law speaks of pressure alone then; else
    pressure, dwell and temperature, and a word on the parameters that studies leave alone. Raises
    BadInput where none of the three varies."""
    if quantities:
        return space, ""
    core, others = space.core, ", ".join(p.name for p in space.others if not p.fixed)
    if core is None:
        raise BadInput("source", "pressure, dwell and temperature fixed", "one of them varied",
                       "Studies look at these three; `pressloop suggest` takes the others too.")
    return core, f"; {others} vary too and are not looked at" if others else ""


def _from_ledger(table: SourceTable) -> Source:
    url = str(table.ledger)
    names: Sequence[str | None] = table.campaigns or (table.campaign,)
    campaigns = [stored(url, name) for name in names]
    step = _step(campaigns)
    trials = [t for at, campaign in enumerate(campaigns, 1) for t in _telling(campaign, at * step)]
    aside = sum(len(c.trials) for c in campaigns) - len(trials)
    last = campaigns[-1]
    named = " and ".join(c.campaign for c in campaigns)
    words = f"ledger, campaign{'s' if step else ''} {named}"
    if step:
        words += f" (their trials are counted from {step + 1}, {2 * step + 1} ...)"
    quantities = last.settings.quantities
    space, left = _looked_at(last.settings.space if quantities else
                             _space_around([c.settings.space for c in campaigns]), quantities)
    data = StudyData(
        words + (f" ({aside} without an outcome left out)" if aside else "") + left,
        tuple(trials), space, last.settings.limits,
        last.settings.reference, any(c.simulated for c in campaigns),
        surrogate=last.settings.problem.surrogate, objective=_sought(last.settings))
    with existing(url) as ledger:
        heads = {c.campaign: ledger.head(c.campaign)[1] for c in campaigns}
    return Source(data, heads)


def _step(campaigns: Sequence[Stored]) -> int:
    """What sets the numbers of several campaigns apart; nothing for one campaign.

    Trial 7 of the second is told as 2007."""
    most = max((t.number for c in campaigns for t in c.trials), default=0)
    return 0 if len(campaigns) == 1 else max(1000, 10 ** len(str(most)))


def _telling(campaign: Stored, beyond: int) -> list[Trial]:
    """Trials with an outcome.

    Of several campaigns, numbered from `beyond`, and each lot is one of its campaign."""
    kept = [t for t in campaign.trials if isinstance(t.outcome, (Intact, Failed))]
    if not beyond:
        return kept
    return [replace(t, number=beyond + t.number,
                    stack=replace(t.stack, lot=f"{t.stack.lot} ({campaign.campaign})"))
            for t in kept]


def _space_around(spaces: Sequence[Space]) -> Space:
    """The smallest box with all spaces inside."""
    bounds = {name: [getattr(space, name) for space in spaces] for name in NAMES}
    others = {p.name: p for space in spaces for p in space.others}
    return Space(**{name: (min(b[0] for b in all_of), max(b[1] for b in all_of))
                    for name, all_of in bounds.items()}, others=tuple(others.values()))


def _simulated(table: SourceTable, seed: int) -> Source:
    preset = str(table.preset)
    trials = simulated_stacks(preset, table.stacks, table.lots, seed)
    words = f"simulator, preset {preset}, {counted(table.stacks, 'stack')}" + (
        f" of {table.lots} lots" if table.lots > 1 else "")
    data = StudyData(words, trials, SPACE, reference=REFERENCE, simulated=True)
    return Source(data, {preset: f"seed {seed}"})


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
