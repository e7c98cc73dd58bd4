"""Entries of the ledger: one fact each, appended once and never changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from pressloop.trials.outcome import Outcome
from pressloop.trials.people import Cautioned, Noted, Requested
from pressloop.trials.quantity import Measurement
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace

ONLY_WHERE_GIVEN = {"only_where_given": True}
"""Metadata of a field that is not kept where it is None: entries without it stay as older programs
write and read them."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A campaign was started, or started again, under these settings (plain JSON values).

    `devices` says which press and meter answered; `simulated` is True where either was not real,
    None in ledgers that do not tell. `flow_run` is the id of Prefect's flow run, `target` the
    number of stacks at which this run ends: the same flow run, started again, keeps to it. `press`
    is the name of the run's press, None of one without a name; `share` at how many stacks of that
    press the run ends, None where it was not asked for so many.
    """

    settings: dict[str, object]
    settings_digest: str
    seed: int
    versions: dict[str, str] = field(default_factory=dict)
    note: str = ""
    devices: dict[str, str] = field(default_factory=dict)
    simulated: bool | None = None
    flow_run: str = ""
    target: int | None = None
    press: str | None = field(default=None, metadata=ONLY_WHERE_GIVEN)
    share: int | None = field(default=None, metadata=ONLY_WHERE_GIVEN)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run of the campaign ended: "finished", "stopped" or "failed", with what was said of it.

    A run that was killed leaves none. `press` is the name of its press, None of one without a name.
    """

    how: str
    detail: str = ""
    press: str | None = field(default=None, metadata=ONLY_WHERE_GIVEN)


@dataclass(frozen=True, slots=True)
class Queued:
    """A person wants a stack pressed by this recipe, before the next one that is proposed.

    `number` counts the recipes that people have asked for, from 1; `source` says where it comes
    from."""

    number: int
    recipe: Recipe
    reason: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Unqueued:
    """A person has taken the recipe with this number out of the queue, before it was pressed."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A person said what cycles are that the press has accepted and this ledger lacked.

    `verdict` is "adopted" (they are this campaign's; what the press knows of them was written as
    trials) or "others" (they are stacks of somebody else). `stacks` names the stack of each cycle,
    "" where nobody can. Stacks of the campaign are counted from `first_free` on, so that none is
    called like one of these.
    """

    press_serial: str
    verdict: str
    cycle_ids: tuple[int, ...]
    stacks: tuple[str, ...]
    first_free: int
    reason: str


@dataclass(frozen=True, slots=True)
class Stocked:
    """A stack was made and is in the inventory.

    `made_utc` is when it was made, `exposed_utc` since when it is exposed (to the air of the glove
    box or dry room), both ISO 8601 in UTC; `exposure_limit_h` are the hours of exposure after which
    it is no longer pressed, None for never. Values that are None are those of the campaign.
    """

    barcode: str
    lot: str
    made_utc: str
    exposed_utc: str
    exposure_limit_h: float | None = None
    operator: str | None = None
    thickness_um: float | None = None
    area_cm2: float | None = None
    pre_press_mpa: float | None = None
    anode_press_mpa: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """A person did something to a stack of the inventory.

    `what` is "loaded" (into the press or magazine `where`), "unloaded", "quarantined" or
    "released"; `step` counts what was done to this stack, from 1."""

    barcode: str
    step: int
    what: str
    where: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A campaign has taken a stack out of the inventory, for its trial of this number.

    Where it was loaded at `where`; "" for anywhere."""

    barcode: str
    campaign: str
    trial: int
    where: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A recipe was chosen for a stack.

    `purpose`, `beliefs`, `reason` say why, in a word, numbers and a sentence ("" in ledgers that do
    not tell). `queued` is the number of the recipe in the queue, which is thereby taken out of it;
    None for one that was proposed. `press` is the name of the press that the stack is for, None in
    a campaign whose press has no name."""

    stack: Stack
    recipe: Recipe
    purpose: str
    beliefs: dict[str, float] = field(default_factory=dict)
    reason: str = ""
    queued: int | None = field(default=None, metadata=ONLY_WHERE_GIVEN)
    press: str | None = field(default=None, metadata=ONLY_WHERE_GIVEN)


@dataclass(frozen=True, slots=True)
class Commanded:
    """This press is about to be told to run this cycle; committed before it moves.

    In this boot of its program where it counts them."""

    cycle_id: int
    press_serial: str = ""
    boot_counter: int | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """The press has finished the cycle."""

    trace: Trace


@dataclass(frozen=True, slots=True)
class Entered:
    """What a person has measured of a stack and entered.

    Values of quantities, or how it failed ("spoilt" by a person among them) and, where a value says
    so, which."""

    values: tuple[Measurement, ...] = ()
    failure: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One sweep (number `sweep`, from 1) of every electrode, and what a person has entered.

    None where nobody was asked."""

    sweep: int
    spectra: tuple[Spectrum, ...]
    entered: Entered | None = field(default=None, metadata=ONLY_WHERE_GIVEN)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the readings mean; `reading` counts evaluations, from 1.

    `rules` are those of the evaluation as plain values ({} in ledgers that do not tell), `note`
    says why it was done again.
    """

    reading: int
    outcome: Outcome
    rules: dict[str, object] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Faulted:
    """The machine failed in `stage`, or the stack was abandoned."""

    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A person said what became of a stack that the press could not account for."""

    reason: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A person puts right what is recorded of a stack that is done with.

    `stack`, `recipe` and `outcome` are what counts from now on, None for what stays as it was
    recorded, which remains in the ledger. `what` is "corrected", "withdrawn", "relabelled" or
    "restored"; `correction` counts those of the trial, from 1. What was commanded and pressed is
    never changed: only an imported stack may get another recipe.
    """

    correction: int
    what: str
    reason: str
    outcome: Outcome | None = None
    stack: Stack | None = None
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """A past press, taken over from a table; `row_digest` tells the same row again."""

    row_digest: str
    source: str
    stack: Stack
    recipe: Recipe
    outcome: Outcome


TrialEntry = (
    Planned | Commanded | Pressed | Measured | Evaluated | Faulted | Settled | Imported | Corrected
)
InventoryEntry = Stocked | Handled | Drawn
PeopleEntry = Requested | Noted | Cautioned
RunEntry = Opened | Ended | Reconciled | Queued | Unqueued | InventoryEntry | PeopleEntry
Entry = RunEntry | TrialEntry
