"""The command in this process, and a small corpus made through the store."""

import hashlib
import sys
import types
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli.main import cli
from ingest.identity import document_id
from ingest.records import Decision, Document, Edge, Flag, RawPage, Reason, Removal, Sketch
from storage.local import LocalBucket
from storage.proposals import Proposal
from storage.raw import RawRef
from storage.rows import NewVersion, Outcome, Pipeline, decision_table, outcome_table, sketch_table, version_table
from storage.tables import Corpus

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
RUN = "20260304T120000-0badcafe"
HOSTILE = "Read more\x1b[2J\x9b1m on \u202eour\u202c page"
FETCHED = "http://www.port.example/pier?utm_source=x"
KEPT_ID = document_id(RawPage(source="port", name="a/pier.txt", media_type="text/html", body=b"", url=FETCHED))
COPY_ID, SHORT_ID = KEPT_ID[:4] + "2" * 28, "ffff" + "3" * 28


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """No settings and no corpus of the developer's are found; nothing is coloured unless asked for."""
    monkeypatch.chdir(tmp_path)
    for name in ("WINNOW_CORPUS", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def winnow():
    """Calls the command in this process."""
    return lambda *arguments, **options: CliRunner().invoke(cli, list(map(str, arguments)), **options)


@pytest.fixture
def seam(monkeypatch):
    """Puts a function in the place of a run's: `seam(function)`."""

    def put(function):
        module = types.ModuleType("flows.runs.ingest")
        module.ingest = function
        monkeypatch.setitem(sys.modules, "flows.runs.ingest", module)

    return put


def pier(flags=frozenset()) -> Document:
    """A document with a title, own text, a block cut in part, and a hostile block cut whole."""
    blocks = [
        "The pier opens",
        "By Ada Lorn",
        "The pier of Lassel opened on Monday.",
        "It cost 4 million. (Lorn Agency)",
        HOSTILE,
    ]
    source = "\n".join(blocks)
    cuts = [("By Ada Lorn", Reason.BYLINE, 0.96), (" (Lorn Agency)", Reason.CREDIT, 0.8), (HOSTILE, Reason.RELATED_TEASER, 0.914)]
    removals = tuple(Removal(source.index(cut), source.index(cut) + len(cut), reason, score) for cut, reason, score in cuts)
    return Document(
        text="The pier of Lassel opened on Monday.\n\nIt cost 4 million.",
        source_text=source,
        title="The pier opens",
        title_span=(0, 14),
        removals=removals,
        url="https://port.example/pier",
        site="port.example",
        authors=("Ada Lorn",),
        published_at=NOON,
        published_precision="day",
        language="en",
        language_score=0.9987,
        script="Latn",
        n_words=11,
        flags=flags,
    )


def version(id_: str, document: Document) -> NewVersion:
    """Version 1 of a document."""
    digest = hashlib.sha256(id_.encode()).hexdigest()
    values = {"id": id_, "version": 1, "source": "port", "document": document, "sketch": Sketch(b"\1" * 512, b"\2" * 64, 3)}
    values |= {"content_sha256": digest, "raw_sha256": digest, "raw_ref": None, "fetched_at": NOON, "first_seen_at": NOON}

    return NewVersion(**values)


@pytest.fixture
def corpus(tmp_path) -> Path:
    """A corpus of a document, a copy of it, and an input that was too short."""
    made = Corpus.create(LocalBucket(tmp_path / "corpus"))
    versions = [
        version(KEPT_ID, pier(frozenset({Flag.CHARSET_GUESSED}))),
        version(COPY_ID, pier()),
    ]
    decisions = [
        Decision(KEPT_ID, 1, cluster=KEPT_ID),
        Decision(COPY_ID, 1, duplicate_of=KEPT_ID, cluster=KEPT_ID, evidence=(Edge(KEPT_ID, "exact", 1.0, 1.0, 0.0),)),
    ]
    told = {"source": "port", "raw_sha256": "ab", "config_id": "c", "fetched_at": NOON}
    counts = {
        "version": 1,
        "language": "en",
        "site": "port.example",
        "chars_kept": 56,
        "chars_cut": (("byline", 11), ("credit", 14)),
    }
    outcomes = [
        Outcome(id=KEPT_ID, name="a/pier.txt", outcome="kept", url=FETCHED, **told, **counts),
        Outcome(id=COPY_ID, name="b/copy.txt", outcome="duplicate", duplicate_of=KEPT_ID, **told, **counts),
        Outcome(
            id=SHORT_ID,
            name="c/short.txt",
            outcome="rejected",
            stage="quality",
            reason="too-short",
            detail="It has 3 words.",
            url="https://www.broken.example/short",
            raw_ref=RawRef("raw/warc/x.warc.gz", 0, 10),
            **told,
        ),
    ]
    seq = made.roll() + 1
    by = {"run_id": RUN, "seq": seq}
    made.commit(
        Proposal(
            run=RUN,
            seq=seq,
            created_at=NOON,
            config_id="c",
            versions=made.stage_files("versions", [version_table(versions, **by, pipeline=Pipeline("0.1.0", "c"))], seq=seq),
            decisions=made.stage_files("decisions", [decision_table(decisions, **by)], seq=seq),
            outcomes=made.stage_files("outcomes", [outcome_table(outcomes, **by)], seq=seq),
            sketches=made.stage_sketches([sketch_table(versions, seq=seq)], seq=seq),
        )
    )
    return tmp_path / "corpus"
