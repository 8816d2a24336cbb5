"""What preview and apply share: the run that they are, the documents that are meant, and a state on which all are clean."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flows.runs.plan import Owner, Plan, PlannedInput
from flows.runs.reclean import Recleaned, Tell
from flows.runs.selection import Selection, matches
from flows.runs.settings import Settings
from flows.runs.state import State, read_state
from flows.runs.survey import Candidate, survey
from storage.tables import Corpus

SAMPLE = 500
"""Documents that a preview looks at: a share of one half is then known to 6 percentage points."""


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """An order to find out what cleaning again would change."""

    corpus: str
    """Where the corpus is: a folder, or `s3://bucket/prefix`."""
    selection: Selection
    sample: int | None = SAMPLE
    """Most documents to look at; null: all."""


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """An order to do what a preview showed."""

    corpus: str
    plan: str
    """The preview's id."""
    approved_by: str
    """Who wants it; stands in the run's record."""


def new_id() -> str:
    """An id that sorts by time, of a plan and the run that applies it."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def select(corpus: Corpus, selection: Selection, config_id: str, at: int) -> dict[str, Candidate]:
    """The documents that are meant, as of a commit, by id."""
    return {id_: each for id_, each in survey(corpus, at).items() if matches(each, selection, config_id)}


def digest(candidates: Iterable[Candidate]) -> str:
    """Equal for the same documents with the same versions and inputs."""
    told = sorted((each.id, each.version, [raw for raw, _ in each.fingerprint]) for each in candidates)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def sample_of(candidates: Iterable[Candidate], most: int | None) -> list[Candidate]:
    """At most so many of them, the same whenever they are asked for."""
    # Ids are digests of names; hashed again, since a selection of ids could have been made by their start.
    ordered = sorted(candidates, key=lambda each: hashlib.sha256(each.id.encode()).digest())
    return ordered[:most]


def run_of(plan: str, config_id: str, selected_sha256: str, base_seq: int, approved_by: str | None = None) -> Plan:
    """The run of a reprocess, as deciding and committing know runs."""
    what = PlannedInput("reprocess", plan, "", 0, selected_sha256, None)
    return Plan(plan, datetime.now(UTC), Owner.me(), config_id, 1, None, (what,), base_seq, approved_by)


def bring_to_head(
    corpus: Corpus, choose: Callable[[int], Sequence[Candidate]], recleaned: Recleaned, settings: Settings, tell: Tell
) -> tuple[State, dict[str, Candidate]]:
    """A state of the corpus, and the documents that `choose` names at its commit, each cleaned as it stands there.

    While documents are cleaned others may commit; then those that changed are cleaned again.
    """
    while True:
        state = read_state(corpus)
        candidates = choose(state.seq)
        recleaned.bring(candidates, settings, tell)
        if corpus.roll() == state.seq:
            return state, {candidate.id: candidate for candidate in candidates}
