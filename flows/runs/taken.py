"""A page on its way through a run, and what the corpus remembers of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from flows.runs.decide import Seen, is_skipped
from flows.runs.plan import PlannedInput
from flows.runs.state import State
from ingest.fetch.verdict import Validators, validators_of
from ingest.identity import document_id
from ingest.load import payload_sha256
from ingest.records import Cleaned, Failed, RawPage, Refused, Rejected
from storage import raw
from storage.bucket import Bucket
from storage.errors import DamagedError, KeyMissingError
from storage.raw import RawRef


@dataclass(slots=True)
class Taken:
    """A page on its way through a shard."""

    page: RawPage
    id: str
    raw_sha256: str
    """Empty where there are no bytes to be judged: the page could not be read or fetched."""
    ref: RawRef | None = None
    result: Cleaned | Rejected | Failed | None = None
    is_recalled: bool = False
    """Counted as skipped already, and called back since the run judges another input of its document."""

    @property
    def refusal(self) -> str | None:
        """Why it was not fetched, where that is for good; null for all other pages."""
        is_refused = isinstance(self.result, Rejected) and self.result.stage == "fetch"
        return self.result.reason if is_refused and isinstance(self.result, Rejected) else None


def taken_of(found: RawPage | Refused) -> Taken:
    """A page as its source handed it over."""
    if isinstance(found, RawPage):
        return Taken(found, document_id(found), payload_sha256(found))
    sha = "" if found.why.stage == "fetch" else found.raw_sha256 or payload_sha256(found.page)
    return Taken(found.page, document_id(found.page), sha, result=found.why)


def restored(page: RawPage, ref: RawRef) -> Taken:
    """A page that is stored already, to be judged again."""
    return Taken(page, document_id(page), payload_sha256(page), ref)


def failed(planned: PlannedInput, why: Failed) -> Taken:
    """The one page that stands for an input of which nothing can be read."""
    page = RawPage(planned.source, planned.name, "application/octet-stream", b"")
    return Taken(page, document_id(page), "", result=why)


@dataclass(frozen=True, slots=True)
class Company:
    """The inputs of one document in one run: all of them are judged or none, for which is its head shows only side by side."""

    bucket: Bucket | None
    seen: Mapping[str, Seen]
    _judged: set[str] = field(default_factory=set)
    _skipped: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    """Id → sha256 of each payload that was skipped, and the input's source and name."""

    def admit(self, taken: Taken, *, is_known: bool) -> list[Taken | None]:
        """What takes an input's place: null where it is skipped, else itself behind those that were skipped before it."""
        if is_known and taken.id not in self._judged:
            self._skipped.setdefault(taken.id, {})[taken.raw_sha256] = (taken.page.source, taken.page.name)
            return [None]
        self._judged.add(taken.id)
        return [*self._recalled(taken.id), taken]

    def _recalled(self, id_: str) -> Iterator[Taken]:
        for sha, place in self._skipped.pop(id_, {}).items():
            ref = self.seen[id_].raw.get(sha)
            if ref is not None and self.bucket is not None:
                yield replace(_called_back(self.bucket, ref, place, id_, sha), is_recalled=True)


def _called_back(bucket: Bucket, ref: RawRef, place: tuple[str, str], id_: str, sha: str) -> Taken:
    """A stored input, by its source and name, to be judged again; failed where its bytes cannot be used."""
    source, name = place
    try:
        return Taken(replace(raw.read(bucket, ref), name=name), id_, sha, ref)
    except (DamagedError, KeyMissingError) as error:
        why = Failed("unreadable", f"its stored bytes cannot be used: {error}")
        return Taken(RawPage(source, name, "application/octet-stream", b""), id_, "", result=why)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the corpus remembers of pages that are fetched again."""

    state: State
    config_id: str
    bucket: Bucket | None
    note: Callable[[str], None]
    """Called with a sentence on what is not as it should be."""

    def validators(self, planned: PlannedInput) -> Validators | None:
        """What to ask by whether a page has changed; null where its bytes are not to be had, or its site gave nothing."""
        ref = self._stored(self.state.seen.get(_id_of(planned)))
        if ref is None or self.bucket is None:
            return None
        try:
            return validators_of(raw.read(self.bucket, ref))
        except (DamagedError, KeyMissingError) as error:
            self.note(f"{planned.name}: its stored bytes cannot be used, so the whole page is asked for: {error}")
            return None

    def unchanged(self, planned: PlannedInput) -> Taken | None:
        """A page that has not changed: null where the corpus holds what would become of it, else its stored bytes."""
        id_ = _id_of(planned)
        seen = self.state.seen[id_]
        ref = self._stored(seen)
        if ref is None or self.bucket is None:
            raise RuntimeError(f"{planned.name} is said to be unchanged, but nothing was known of it")
        (sha,) = seen.raw
        if is_skipped(seen, self.state.heads.get(id_), sha, self.config_id):
            return None
        return restored(replace(raw.read(self.bucket, ref), source=planned.source, name=planned.name), ref)

    def _stored(self, seen: Seen | None) -> RawRef | None:
        """Where the bytes stand that a page was last seen with, if those of one input alone."""
        return next(iter(seen.raw.values())) if seen and len(seen.raw) == 1 else None


def _id_of(planned: PlannedInput) -> str:
    return document_id(RawPage(planned.source, planned.name, "", b"", requested_url=planned.location))
