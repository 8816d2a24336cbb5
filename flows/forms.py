"""What people fill in: the parameters of the flows, with their limits, as the browser's forms show and the server checks them.

Limits stand in models, because Prefect's forms keep of a bare parameter only its description and default.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from flows.runs.rework import SAMPLE
from flows.runs.selection import Selection

Filled = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
"""A text that says something."""
Standing = Literal["kept", "duplicate", "rejected", "withdrawn", "failed"]


class Form(BaseModel):
    """A group of fields; a field that it has not is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _emptied(cls, told: object) -> object:
        # The form sends null for a field that was filled and emptied again, and the server lets that pass.
        return {name: value for name, value in told.items() if value is not None} if isinstance(told, dict) else told


class Inputs(Form):
    """What is read."""

    paths: list[Filled] = Field(
        min_length=1,
        title="Paths",
        description="Files, folders, s3://bucket/prefix or https://… addresses, one a row; "
        "relative ones begin where the service was started.",
    )
    source: str = Field(
        default="",
        title="Source",
        description="Name of the source; else the name of the given folder, for a file its parent's.",
    )
    limit: int | None = Field(default=None, ge=1, title="At most", description="Take only so many inputs; empty: all.")


class Which(Form):
    """Which documents are cleaned again: those that meet every condition; an empty one is met by all."""

    sites: list[Filled] = Field(default=[], title="Sites")
    languages: list[Filled] = Field(default=[], title="Languages")
    published_from: date | None = Field(default=None, title="Published on or after")
    published_to: date | None = Field(default=None, title="Published on or before")
    runs: list[Filled] = Field(default=[], title="Runs", description="Listed by one of these runs.")
    outcomes: list[Standing] = Field(default=[], title="Outcomes", description="How the document stands in the corpus now.")
    reasons: list[Filled] = Field(default=[], title="Reasons", description="Rejected for one of these, or with text cut for it.")
    documents: list[Filled] = Field(default=[], title="Documents", description="Ids, URLs or file names, one a row.")
    cleaned_before: str = Field(
        default="", title="Cleaned by version before", description="Cleaned last by a version of Winnow lower than this: 0.2.0."
    )
    other_config: bool = Field(
        default=False, title="Cleaned under other settings", description="Only what was cleaned last under settings that differ."
    )

    def to_selection(self) -> Selection:
        """The conditions as a run knows them."""
        return Selection.from_plain(self.model_dump(mode="json") | {"cleaned_before": self.cleaned_before or None})


class Sampling(Form):
    """How much of the selection is cleaned again to foretell the whole."""

    documents: int = Field(default=SAMPLE, ge=1, le=100_000, title="Documents", description="At most so many, drawn evenly.")
    everything: bool = Field(default=False, title="All of them", description="Slower; nothing is left to chance.")

    @property
    def most(self) -> int | None:
        """Most documents to look at; null: all."""
        return None if self.everything else self.documents


class Approval(Form):
    """Which plan is carried out, and who answers for it."""

    plan: Filled = Field(title="Plan", description="What reprocess-preview wrote.")
    approved_by: Filled = Field(title="Approved by", description="Your name; it stands in the corpus's records.")


class Edition(Form):
    """Which release is made."""

    name: Filled = Field(title="Name", description="What readers will know it by: letters, digits, dots, hyphens, underscores.")
    at: str = Field(
        default="", title="As of", description="A commit's number, or a run's id or the start of it; empty: the newest commit."
    )
    opt_outs: Literal["as the settings say", "keep", "leave-out"] = Field(
        default="as the settings say", title="Opt-outs", description="Documents whose pages signal against use."
    )
    jsonl: bool = Field(default=False, title="JSONL too", description="The same rows beside, an object a line.")
