"""What a person fills in at Prefect's page, as models: each field with help, unit and bounds.

The server checks them, and so does the flow: whoever reaches the server may go round its check.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pressloop.flows.campaign.blackout import blackout
from pressloop.trials.errors import BadInput

MOST = 1000
"""Stacks that one run may be asked for."""


class Form(BaseModel):
    """What all forms share: nothing is converted, nothing beside the fields is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _window(told: str) -> str:
    try:
        return blackout(told).told
    except BadInput as error:
        raise ValueError(str(error)) from None


Window = Annotated[str, Field(max_length=80), AfterValidator(_window)]
Notes = Annotated[str, Field(title="Notes", max_length=2000, description="Kept in the ledger.")]


class CampaignOrder(Form):
    """What one run of the campaign is asked for."""

    stacks: int = Field(default=8, title="Stacks", ge=1, le=MOST, description="To press in this "
                        "run, at its press, on top of those there are; as far as the campaign's "
                        "budget goes.")
    seed: int | None = Field(default=None, title="Seed", ge=0, le=2**31 - 1,
                             description="Of the search. Empty: from the settings.")
    notes: Notes = ""
    when_busy: Literal["skip", "wait"] = Field(
        default="skip", title="When another run has the press", description="This run is "
        "skipped, or waits for its turn.")
    blackouts: tuple[Window, ...] = Field(
        default=(), title="Blackout windows", max_length=50, strict=False, description="No stack "
        "is begun in them: Mon-Fri 08:00-18:00, or 2026-12-24 to 2027-01-02. In the lab's time "
        "zone.")


class StudyOrder(Form):
    """What one study is asked for."""

    seed: int | None = Field(default=None, title="Seed", ge=0, le=2**31 - 1,
                             description="Of all that is drawn. Empty: from the study's settings.")


class ReevaluateOrder(Form):
    """By which rules the spectra are read again; fields left empty stay as the settings say."""

    circuit: str = Field(default="", title="Circuit", max_length=200,
                         description="Such as L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3, or auto.")
    max_relative_se: float | None = Field(
        default=None, title="Largest relative standard error", gt=0, le=10.0,
        description="Of the resistance, as a share of it: 0.1 is 10 %. Readings above are set "
        "aside.")
    min_hz: float | None = Field(default=None, title="Lowest frequency (Hz)", gt=0, le=1e9,
                                 description="Points below are left out.")
    max_hz: float | None = Field(default=None, title="Highest frequency (Hz)", gt=0, le=1e9,
                                 description="Points above are left out.")
    note: str = Field(default="", title="Why", max_length=2000, description="Kept with every "
                      "outcome.")


class ReportOrder(Form):
    """Which report is wanted."""

    folder: str = Field(default="reports", title="Folder",
                        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$",
                        description="In the folder of the deployment; made where it lacks.")


class BackupOrder(Form):
    """How many backups are kept."""

    keep: int = Field(default=30, title="Keep", ge=1, le=10_000, description="The newest so many; "
                      "older ones are deleted once the new one is proved equal.")
