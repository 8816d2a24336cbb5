"""The page of a preview: gathers what it shows, the texts of the largest changes among it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.runs.compare import editions, rejections, titles
from flows.runs.previews import Preview
from flows.runs.reclean import Recleaned
from flows.runs.redecide import Redecided
from flows.runs.selection import Selection
from flows.runs.state import State
from flows.runs.survey import Candidate
from flows.view.changes import pair
from flows.view.preview import Entry, Listing, PreviewPage, preview_page
from storage.tables import Corpus

LARGEST = 20
"""Changes that are shown whole."""
LISTED = 30
"""Documents that each list names."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """What the lists of documents are made of."""

    names: Mapping[str, str]
    """Document → its input's name."""
    titles: Mapping[str, str]

    def listing(self, heading: str, remark: str, found: Mapping[str, tuple[str, str]], *, by_reason: bool = False) -> Listing:
        """A list of documents, each with why and a detail."""
        entries = [
            Entry(id_, self.titles.get(id_) or self.names.get(id_, id_), self.names.get(id_, ""), why, detail)
            for id_, (why, detail) in sorted(found.items())[:LISTED]
        ]
        counts: dict[str, int] = {}
        for why, _ in found.values() if by_reason else ():
            counts[why] = counts.get(why, 0) + 1
        ordered = dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
        return Listing(heading, remark, len(found), entries, ordered)


def page_of(
    made: Preview,
    corpus: Corpus,
    state: State,
    recleaned: Recleaned,
    redecided: Redecided,
    candidates: Mapping[str, Candidate],
) -> str:
    """The page as HTML."""
    names = {id_: f"{each.inputs[-1].source}/{each.inputs[-1].name}" for id_, each in candidates.items()}
    changed = sorted(
        (result for result in made.results if result.becomes == "new-version"), key=lambda each: (-each.words_changed, each.id)
    )
    largest = [result.id for result in changed[:LARGEST]]
    rejected = rejections(recleaned, redecided)
    accepted = {id_: (candidates[id_].standing, "") for id_ in redecided.accepted}
    copies = {id_: (f"copies {other[:12]}", "") for id_, other in redecided.newly_duplicate(state).items()}
    alone = dict.fromkeys(redecided.no_longer_duplicate(state), ("stands for itself", ""))
    lists = _Lists(names, titles(recleaned, corpus, {*rejected, *accepted, *copies, *alone}))
    return preview_page(
        PreviewPage(
            plan=made.plan,
            corpus=made.corpus,
            created=f"{made.created_at:%Y-%m-%d %H:%M} UTC",
            conditions=[*conditions(made.selection), ("settings", made.config_id), ("as of commit", str(made.base_seq))],
            selected=made.selected,
            looked_at=made.looked_at,
            is_sample=made.is_sample,
            changed=made.changed,
            low=made.low,
            high=made.high,
            counts=_counts(made),
            buckets=list((made.buckets or {}).items()),
            largest=[pair(id_, names[id_], *both) for id_, *both in editions(corpus, recleaned, redecided, largest)],
            listings=[
                lists.listing("Newly rejected", "Live documents that would be withdrawn.", rejected, by_reason=True),
                lists.listing("No longer rejected", "Inputs that would become documents, with how they stood.", accepted),
                lists.listing("Newly duplicates", "Documents that would point to another that tells their story.", copies),
                lists.listing("No longer duplicates", "Documents that pointed to another and would not.", alone),
            ],
            messages=made.messages,
        )
    )


def _counts(made: Preview) -> list[tuple[str, int, str]]:
    counts = made.counts
    return [
        ("stay as they are", counts["unchanged"], ""),
        ("get a new version", counts["new-version"], "changed"),
        ("newly rejected", counts["rejected"], "rejected"),
        ("no longer rejected", counts["accepted"], "accepted"),
        ("newly duplicates", made.newly_duplicate, ""),
        ("could not be read", counts["failed"], "failed"),
    ]


def conditions(selection: Selection) -> Iterator[tuple[str, str]]:
    """The conditions as a person reads them."""
    told = (
        ("sites", ", ".join(selection.sites)),
        ("languages", ", ".join(selection.languages)),
        ("published from", str(selection.published_from or "")),
        ("published to", str(selection.published_to or "")),
        ("runs", ", ".join(selection.runs)),
        ("standing", ", ".join(selection.outcomes)),
        ("reasons", ", ".join(selection.reasons)),
        ("documents", ", ".join(id_[:12] for id_ in selection.documents[:20]) + (" …" if selection.documents[20:] else "")),
        ("cleaned before", selection.cleaned_before or ""),
        ("cleaned under", "other settings than today's" if selection.other_config else ""),
    )
    found = [(label, value) for label, value in told if value]
    yield from found or [("selection", "all documents")]
