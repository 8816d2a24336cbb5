"""What a reprocess changes, document by document: how much of the text, and the editions before and after."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from flows.runs.previews import Result
from flows.runs.reclean import Recleaned
from flows.runs.redecide import Redecided
from flows.runs.survey import Candidate
from ingest.clean.words import COUNTED
from ingest.records import Document
from storage.asof import documents_at
from storage.rows import document_of
from storage.tables import Corpus

BUCKETS: tuple[tuple[str, float], ...] = (
    ("no word: only title, date, authors, language or paragraphs", 0.0),
    ("up to 1 % of words", 0.01),
    ("up to 5 %", 0.05),
    ("up to 20 %", 0.2),
    ("up to 50 %", 0.5),
    ("more than half", 1.0),
)
"""Name and upper bound of each part of the distribution."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of every document looked at."""

    results: tuple[Result, ...]
    """By id."""
    buckets: dict[str, int]
    """Of documents that get a new version."""

    @property
    def largest(self) -> list[Result]:
        """Those with a new version, the most changed first."""
        changed = [result for result in self.results if result.becomes == "new-version"]
        return sorted(changed, key=lambda result: (-result.words_changed, result.id))


def compare(corpus: Corpus, recleaned: Recleaned, redecided: Redecided, candidates: Mapping[str, Candidate]) -> Comparison:
    """What becomes of each document; texts are read of those that change alone."""
    differ, buckets = _differences(corpus, recleaned, redecided)
    reasons = {id_: why for id_, (why, _) in rejections(recleaned, redecided).items()}

    def result(id_: str) -> Result:
        version = candidates[id_].version
        if id_ in redecided.changed:
            return Result(id_, version, "new-version", words_changed=differ.get(id_, 0))
        if id_ in redecided.withdrawn:
            return Result(id_, version, "rejected", reasons[id_])
        return Result(
            id_, version, "accepted" if id_ in redecided.accepted else "failed" if id_ in redecided.failed else "unchanged"
        )

    return Comparison(tuple(result(id_) for id_ in sorted(candidates)), buckets)


def rejections(recleaned: Recleaned, redecided: Redecided) -> dict[str, tuple[str, str]]:
    """Withdrawn document → `stage/reason` and the sentence that explains it."""
    places = {judged.place: id_ for id_, judged in redecided.withdrawn.items()}
    found: dict[str, tuple[str, str]] = {}
    for number, rows in recleaned.tables(["stage", "reason", "detail"]):
        for at, row in enumerate(rows.to_pylist()):
            if (number, at) in places:
                found[places[number, at]] = (f"{row['stage']}/{row['reason']}", row["detail"] or "")
    return found


def editions(
    corpus: Corpus, recleaned: Recleaned, redecided: Redecided, ids: Sequence[str]
) -> Iterator[tuple[str, Document, Document]]:
    """Id and both editions of documents that change, in the order asked for."""
    heads = redecided.publication.heads
    before: dict[str, Document] = {}
    for rows in corpus.batches("versions", where=_among(ids)):
        before.update((row["id"], document_of(row)) for row in rows.to_pylist() if row["version"] == heads[row["id"]].version)
    after = dict(_after(recleaned, redecided, ids))
    yield from ((id_, before[id_], after[id_]) for id_ in ids)


def titles(recleaned: Recleaned, corpus: Corpus, ids: Iterable[str]) -> dict[str, str]:
    """Headlines of documents, new ones before old ones; empty where there is none."""
    wanted = set(ids)
    old = corpus.scan("documents", ["id", "title"], _among(wanted)).to_pylist()
    found = {row["id"]: row["title"] or "" for row in old}
    for _, rows in recleaned.tables(["id", "title"]):
        found.update((row["id"], row["title"]) for row in rows.to_pylist() if row["title"] and row["id"] in wanted)
    return found


def _after(recleaned: Recleaned, redecided: Redecided, ids: Iterable[str]) -> Iterator[tuple[str, Document]]:
    wanted = set(ids)
    verdicts = redecided.publication.verdicts.values()
    places = {verdict.judged.place: verdict.judged.id for verdict in verdicts if verdict.is_head and verdict.judged.id in wanted}
    for number in sorted({place[0] for place in places}):
        rows = recleaned.table(number)
        yield from (
            (id_, document_of(rows.slice(row, 1).to_pylist()[0])) for (shard, row), id_ in places.items() if shard == number
        )


def _differences(corpus: Corpus, recleaned: Recleaned, redecided: Redecided) -> tuple[dict[str, int], dict[str, int]]:
    """Document → words that differ, and the distribution of their share."""
    texts = _Texts(recleaned, redecided)
    found: dict[str, int] = {}
    buckets = dict.fromkeys((name for name, _ in BUCKETS), 0)
    for rows in documents_at(corpus, redecided.publication.seq - 1, ["id", "text"], redecided.changed):
        for id_, before in zip(rows["id"].to_pylist(), rows["text"].to_pylist(), strict=True):
            found[id_], share = difference(before, texts.of(id_))
            buckets[next(name for name, most in BUCKETS if share <= most)] += 1
    return found, buckets


def difference(before: str, after: str) -> tuple[int, float]:
    """Words that one text has and the other has not, and their share of the words of both."""
    a, b = Counter(COUNTED.findall(before)), Counter(COUNTED.findall(after))
    differ, total = ((a - b) + (b - a)).total(), (a + b).total()
    return differ, differ / total if total else 0.0


def _among(ids: Iterable[str]) -> pc.Expression:
    # Typed: Arrow takes an empty list for one of nulls.
    return pc.field("id").isin(pa.array(sorted(ids), pa.string()))


class _Texts:
    """New texts by document; the shard that was read last stays in memory."""

    def __init__(self, recleaned: Recleaned, redecided: Redecided) -> None:
        verdicts = redecided.publication.verdicts.values()
        self._recleaned = recleaned
        self._places = {verdict.judged.id: verdict.judged.place for verdict in verdicts if verdict.is_head}
        self._number = -1
        self._texts: list[str] = []

    def of(self, id_: str) -> str:
        """The new text of a document that changes."""
        number, row = self._places[id_]
        if number != self._number:
            self._number, self._texts = number, self._recleaned.table(number, ["text"])["text"].to_pylist()
        return self._texts[row]
