"""What undoing a run means for each document that it changed. Pure: it sees decisions, and reads nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.records import Decision


@dataclass(frozen=True, slots=True)
class Undo:
    """What a rollback does to the documents of a run."""

    restored: Mapping[str, int]
    """Document → the version whose content it gets back, under a new number."""
    withdrawn: frozenset[str]
    """Documents that were not live before the run."""
    later: frozenset[str]
    """Documents that were changed by a later run: they stay as they are."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not self.restored and not self.withdrawn

    @property
    def messages(self) -> list[str]:
        """What a person should hear beside the counts."""
        return [f"{len(self.later):,} documents were changed later and stay as they are"] if self.later else []


Contents = Mapping[tuple[str, int], str]
"""Document and version → the digest of its content: a version that a rollback restored is the one that it was before."""


def undo(before: Mapping[str, Decision], by_run: Mapping[str, Decision], now: Mapping[str, Decision], contents: Contents) -> Undo:
    """How each document that the run decided on comes to stand as it stood before.

    `before` holds the decisions that held when the run committed, `now` those that hold today. Which document is a duplicate of
    which is decided afresh, so that a run that changed nothing else of a document leaves it alone.
    """
    restored: dict[str, int] = {}
    withdrawn: set[str] = set()
    later: set[str] = set()
    for id_, made in by_run.items():
        stood = before.get(id_)
        if _content(stood, contents) == _content(made, contents):
            continue
        if _content(now[id_], contents) != _content(made, contents):
            later.add(id_)
        elif stood is not None and stood.status == "live":
            restored[id_] = stood.version
        else:
            withdrawn.add(id_)
    return Undo(restored, frozenset(withdrawn), frozenset(later))


def _content(decision: Decision | None, contents: Contents) -> str | None:
    """What the document says; null where it is not live."""
    return contents[decision.id, decision.version] if decision is not None and decision.status == "live" else None
