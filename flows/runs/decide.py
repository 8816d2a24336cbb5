"""What becomes of each judged input: new, a new version, unchanged, rejected.

Pure: it sees what the corpus knew, and reads nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from storage.raw import RawRef

NO_DATE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest version of a document, as the corpus knows it."""

    version: int
    content_sha256: str
    is_live: bool
    first_seen_at: datetime
    first_seq: int
    """Number of the commit that brought version 1."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The inputs that last gave a document, or were rejected in its place."""

    raw: Mapping[str, RawRef | None]
    """sha256 of each input's payload, and where its bytes are stored; of the last run that had bytes of the document."""
    config_id: str
    refusal: str | None = None
    """Why the document could not be fetched since then, a reason of the stage `fetch`; null where it could."""
    is_rejected: bool = False
    """Whether all of `raw` were rejected."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One judged input, without its text."""

    place: tuple[int, int]
    """Shard, and row in it."""
    id: str
    raw_sha256: str | None
    """Null where nothing could be read."""
    modified_at: datetime | None
    fetched_at: datetime | None
    result: Literal["document", "rejected", "failed"]
    content_sha256: str | None
    """Null where the result is no document."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one judged input."""

    judged: Judged
    outcome: Literal["new", "unchanged", "rejected", "failed"]
    version: int | None
    """The version it makes or confirms; null where it is rejected or failed."""
    is_head: bool
    """Whether it makes the version that its document ends this run with."""


def is_skipped(seen: Seen | None, head: Head | None, raw_sha256: str, config_id: str, refusal: str | None = None) -> bool:
    """Whether cleaning an input again, or refusing it again for `refusal`, could only give what the corpus holds.

    False where the last run had several inputs for the document: which of them is its head shows only when all are here.
    """
    if seen is None:
        return False
    if refusal is not None or seen.refusal is not None:
        return refusal == seen.refusal
    if head is not None and not head.is_live and not seen.is_rejected:
        # Withdrawn though its input was accepted: it comes back.
        return False
    return seen.config_id == config_id and set(seen.raw) == {raw_sha256}


def decide(
    inputs: Iterable[Judged], heads: Mapping[str, Head], seen: Mapping[str, Seen], config_id: str
) -> dict[tuple[int, int], Verdict]:
    """The verdict on every judged input, by its place.

    Several inputs with one id become consecutive versions, ordered by `modified_at`, `fetched_at` (nulls first) and `raw_sha256`.
    """
    groups: dict[str, list[Judged]] = defaultdict(list)
    for judged in inputs:
        groups[judged.id].append(judged)
    found: dict[tuple[int, int], Verdict] = {}
    for id_, group in groups.items():
        group.sort(key=lambda judged: (judged.modified_at or NO_DATE, judged.fetched_at or NO_DATE, judged.raw_sha256 or ""))
        before = seen.get(id_)
        raw = {judged.raw_sha256 for judged in group}
        repeats = len(group) > 1 and before is not None and before.config_id == config_id and set(before.raw) == raw
        verdicts = _confirm(group, heads.get(id_)) if repeats else follow(group, heads.get(id_))
        found.update({verdict.judged.place: verdict for verdict in verdicts})
    return found


def follow(group: Sequence[Judged], head: Head | None) -> list[Verdict]:
    """Verdicts on the inputs of one document in their order, each seen against what stands before it."""
    version = head.version if head else 0
    content = head.content_sha256 if head and head.is_live else None
    verdicts: list[Verdict] = []
    for judged in group:
        if judged.result != "document":
            verdicts.append(Verdict(judged, judged.result, None, is_head=False))
        elif judged.content_sha256 == content:
            verdicts.append(Verdict(judged, "unchanged", version, is_head=False))
        else:
            version, content = version + 1, judged.content_sha256
            verdicts.append(Verdict(judged, "new", version, is_head=True))
    return list(_only_last_is_head(verdicts))


def _confirm(group: Sequence[Judged], head: Head | None) -> list[Verdict]:
    """Verdicts on the very inputs of the document's last run: nothing is new, however often they alternate."""
    return [
        Verdict(judged, "unchanged", head.version, is_head=False)
        if head is not None and head.is_live and judged.result == "document"
        else verdict
        for judged, verdict in zip(group, follow(group, head), strict=True)
    ]


def _only_last_is_head(verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    last = max((verdict.version or 0 for verdict in verdicts if verdict.is_head), default=0)
    for verdict in verdicts:
        yield Verdict(verdict.judged, verdict.outcome, verdict.version, is_head=verdict.is_head and verdict.version == last)
