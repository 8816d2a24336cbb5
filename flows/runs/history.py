"""What became of one document, commit by commit: its versions and the decisions on it, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.compute as pc

from storage.commits import Commit
from storage.files import Between
from storage.moments import readable
from storage.pool import abreast
from storage.tables import Corpus

FIELDS = ("title", "authors", "published_at", "language")
"""What makes a new version where it differs, beside the text."""
OF_VERSIONS = ("version", "seq", "run_id", "n_words", "content_sha256", *FIELDS)
OF_DECISIONS = ("seq", "run_id", "version", "status", "duplicate_of", "cluster")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """What one commit did to the document."""

    seq: int
    when: datetime
    """Of the commit."""
    run: str
    version: int
    """The one that the commit added or decided on."""
    change: str
    """new, new content, fields changed, rolled back, withdrawn, restored, re-elected, or decided again: nothing but its
    evidence changed."""
    detail: str
    """Which fields, why it was withdrawn, what it is a duplicate of; may be empty."""
    duplicate_of: str | None
    """From this commit on."""
    status: str
    """From this commit on: live or withdrawn."""
    n_words: int
    """Of the version."""


def history(corpus: Corpus, id_: str) -> list[Event]:
    """The document's versions and the decisions on it, in the order of time; empty where it never was one."""
    is_it, until = pc.field("id") == id_, Between(until=readable(corpus))
    versions = corpus.handles.at_once("versions", OF_VERSIONS, is_it, until).sort_by("version").to_pylist()
    decisions = corpus.handles.at_once("decisions", OF_DECISIONS, is_it, until).sort_by("seq").to_pylist()
    seqs = sorted({row["seq"] for row in (*versions, *decisions)})
    commits = dict(zip(seqs, abreast(corpus.log.read, seqs), strict=True))
    return list(_events(corpus, id_, versions, decisions, commits))


def _events(
    corpus: Corpus, id_: str, versions: Sequence[Row], decisions: Sequence[Row], commits: Mapping[int, Commit]
) -> Iterator[Event]:
    texts = _Texts(corpus, id_)
    by_number = {row["version"]: row for row in versions}
    decided = {row["seq"]: row for row in decisions}
    before: Row | None = None
    for seq, commit in commits.items():
        made = [row for row in versions if row["seq"] == seq]
        now = decided.get(seq)
        for row in made:
            if now is None or row["version"] != now["version"]:
                yield _event(commit, row, before, ("new content", "replaced by the next version in the same run"))
        if now is not None:
            row = by_number[now["version"]]
            contents = _contents(row, by_number, texts) if row in made else None
            yield _event(commit, row, now, _told(corpus, id_, commit, before, now, contents))
            before = now


def _event(commit: Commit, row: Row, decision: Row | None, told: tuple[str, str]) -> Event:
    change, detail = told
    return Event(
        seq=commit.seq,
        when=commit.committed_at,
        run=commit.run,
        version=row["version"],
        change=change,
        detail=detail,
        duplicate_of=decision["duplicate_of"] if decision else None,
        status=decision["status"] if decision else "live",
        n_words=row["n_words"],
    )


def _told(
    corpus: Corpus, id_: str, commit: Commit, before: Row | None, now: Row, contents: tuple[str, str] | None
) -> tuple[str, str]:
    """What changed in a word, and the rest of it."""
    undone = f"run {commit.undoes} was rolled back" if commit.undoes else ""
    if now["status"] != "live":
        return "withdrawn", undone or _why(corpus, id_, commit.seq)
    if before is None:
        return "new", _elected(now)
    if before["status"] != "live":
        return "restored", ", ".join(filter(None, (undone, *(contents or ())[1:], _elected(now))))
    elected = "" if _same(before, now, "duplicate_of") else _elected(now) or "no duplicate any more"
    if contents is not None:
        return "rolled back" if undone else contents[0], ", ".join(filter(None, (contents[1], undone, elected)))
    if elected:
        return "re-elected", elected
    return (
        ("re-elected", f"now in the cluster of {now['cluster']}") if not _same(before, now, "cluster") else ("decided again", "")
    )


def _same(before: Row, now: Row, name: str) -> bool:
    return bool(before[name] == now[name])


def _elected(now: Row) -> str:
    return f"duplicate of {now['duplicate_of']}" if now["duplicate_of"] else ""


def _why(corpus: Corpus, id_: str, seq: int) -> str:
    """Why a commit withdrew the document: what it made of its input."""
    where = (pc.field("id") == id_) & (pc.field("seq") == seq)
    rows = corpus.handles.at_once("outcomes", ["stage", "reason", "detail"], where).to_pylist()
    return next((f"{row['stage']}/{row['reason']}: {row['detail']}" for row in rows if row["reason"]), "")


def _contents(row: Row, versions: Mapping[int, Row], texts: "_Texts") -> tuple[str, str]:
    """What a version changed, in a word, and the fields that it changed, or whose content it has again."""
    before = versions.get(row["version"] - 1)
    if before is None:
        return "new content", ""
    same = [number for number, other in versions.items() if other["content_sha256"] == row["content_sha256"]]
    if same[0] < row["version"]:
        return "new content", f"that of version {same[0]} again"
    fields = [name for name in FIELDS if row[name] != before[name]]
    told = ", ".join(name.removesuffix("_at") for name in fields)
    is_other = not fields or row["n_words"] != before["n_words"] or texts.of(row["version"]) != texts.of(before["version"])
    return ("new content", f"also {told}" if told else "") if is_other else ("fields changed", told)


class _Texts:
    """The document's texts, read when one is first asked for."""

    def __init__(self, corpus: Corpus, id_: str) -> None:
        self._corpus, self._id = corpus, id_
        self._texts: dict[int, str] | None = None

    def of(self, version: int) -> str:
        """The text of a version."""
        if self._texts is None:
            rows = self._corpus.handles.at_once("versions", ["version", "text"], pc.field("id") == self._id)
            self._texts = dict(zip(rows["version"].to_pylist(), rows["text"].to_pylist(), strict=True))
        return self._texts[version]
