import io
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.records import Decision
from storage import delta, files, keys, proposals, rolling
from storage.asof import documents_at
from storage.bucket import open_bucket
from storage.errors import DamagedError, HeadMovedError, NotACorpusError, RefusedError
from storage.local import LocalBucket
from storage.parquet import concat
from storage.rows import latest
from storage.schema import SCHEMAS
from storage.tables import Corpus
from tests.storage.corpora import assert_lawful, doc_id, ingest, new_version, propose, rows
from tests.storage.faults import overtaken

FIRST = {"clock": "It struck twelve.", "ferry": "It sailed at noon.", "tower": "It was painted."}
SECOND = {"ferry": "It sailed at one.", "bridge": "It was opened."}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A corpus of one run, for tests to copy."""
    folder = tmp_path_factory.mktemp("made")
    ingest(Corpus.create(LocalBucket(folder)), "first", FIRST)
    return folder


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.slow)])
def corpus(request, made, tmp_path):
    if request.param == "s3":
        corpus = Corpus.create(open_bucket(request.getfixturevalue("s3").location()))
        ingest(corpus, "first", FIRST)
        return Corpus.open(corpus.bucket)
    shutil.copytree(made, tmp_path / "corpus")
    return Corpus.open(LocalBucket(tmp_path / "corpus"))


def as_others_open(corpus, table):
    uri, options = corpus.bucket.delta(keys.table(table))
    return DeltaTable(uri, storage_options=options)


def texts(corpus):
    return dict(zip(*corpus.scan("documents", ["id", "text"]).to_pydict().values(), strict=True))


def snapshot(corpus):
    return {info.key: (info.size, info.modified_at) for info in corpus.bucket.list("")}


def test_a_run_is_seen_whole_in_every_table(corpus):
    assert ingest(corpus, "second", SECOND) == 2
    assert_lawful(corpus)
    assert texts(corpus) == {doc_id(name): text for name, text in (FIRST | SECOND).items()}
    assert corpus.scan("outcomes", ["run_id"])["run_id"].to_pylist() == ["first"] * 3 + ["second"] * 2
    assert len(corpus.sketches()) == 5


def test_staged_files_are_invisible_until_the_commit(corpus):
    before = rows(corpus)
    proposal = propose(corpus, "second", [new_version("bridge", 1, "It was opened.")])
    assert rows(Corpus.open(corpus.bucket)) == before
    corpus.commit(proposal)
    assert len(rows(corpus)["documents"]) == 4


def test_a_run_that_stands_in_the_log_adds_nothing(corpus):
    before = snapshot(corpus)
    assert corpus.commit(propose(corpus, "first")) == 1
    assert snapshot(corpus) == before


def test_an_unchanged_run_adds_outcomes_commit_and_log_entries_only(corpus):
    before = snapshot(corpus)
    ingest(corpus, "again", FIRST)
    after = snapshot(corpus)
    assert {key: after[key] for key in before} == before
    added = sorted(after.keys() - before.keys())
    assert [key for key in added if "_delta_log" not in key and "/outcomes/" not in key] == [keys.commit(2)]


def test_a_withdrawn_document_leaves_documents_and_stays_in_versions(corpus):
    corpus.commit(propose(corpus, "undo", decisions=[Decision(doc_id("clock"), 1, "withdrawn")]))
    assert_lawful(corpus)
    assert doc_id("clock") not in texts(corpus)
    assert doc_id("clock") in corpus.scan("versions", ["id"])["id"].to_pylist()


def test_an_old_document_is_shown_with_its_new_decision(corpus):
    decision = Decision(doc_id("clock"), 1, duplicate_of=doc_id("tower"), cluster=doc_id("tower"))
    corpus.commit(propose(corpus, "judge", decisions=[decision]))
    assert_lawful(corpus)
    row = corpus.scan("documents", where=pc.field("id") == doc_id("clock")).to_pylist()[0]
    assert (row["duplicate_of"], row["version"], row["seq"], row["run_id"]) == (doc_id("tower"), 1, 2, "first")


def test_a_rolled_back_document_is_its_earlier_version_under_a_new_number(corpus):
    ingest(corpus, "second", {"clock": "It struck thirteen."})
    ingest(corpus, "undo", {"clock": FIRST["clock"]})
    assert_lawful(corpus)
    assert texts(corpus)[doc_id("clock")] == FIRST["clock"]
    assert latest(corpus.scan("decisions")).filter(pc.field("id") == doc_id("clock"))["version"].to_pylist() == [3]


def test_several_versions_of_one_document_may_come_in_one_run(corpus):
    versions = [new_version("bridge", 1, "Planned."), new_version("bridge", 2, "Built.")]
    corpus.commit(propose(corpus, "both", versions, [Decision(doc_id("bridge"), 2)]))
    assert_lawful(corpus)
    assert texts(corpus)[doc_id("bridge")] == "Built."


@pytest.mark.parametrize(
    ("versions", "decisions", "why"),
    [
        ([("clock", 1)], [("clock", 1)], "version 1 .* after version 1"),
        ([("clock", 3)], [("clock", 3)], "version 3 .* after version 1"),
        ([("bridge", 2)], [("bridge", 2)], "version 2 .* after version 0"),
        ([("bridge", 1), ("bridge", 1)], [("bridge", 1)], "version 1 .* after version 1"),
        ([], [("clock", 1), ("clock", 1)], "decides twice"),
        ([("bridge", 1)], [], "does not decide"),
        ([], [("clock", 2)], "version 2 .* does not exist"),
        ([], [("nobody", 1)], "does not exist"),
    ],
)
def test_what_would_break_a_law_is_refused_before_the_commit(corpus, versions, decisions, why):
    before = rows(corpus)
    proposal = propose(
        corpus,
        "bad",
        [new_version(name, version, "x") for name, version in versions],
        [Decision(doc_id(name), version) for name, version in decisions],
    )
    with pytest.raises(RefusedError, match=why):
        corpus.commit(proposal)
    assert corpus.roll() == 1
    assert rows(corpus) == before


def test_a_file_that_vanished_before_the_commit_is_refused(corpus):
    proposal = propose(corpus, "second", [new_version("bridge", 1, "x")])
    corpus.bucket.delete(keys.table_file("outcomes", "x") if not proposal.sketches else proposal.sketches.path)
    with pytest.raises(RefusedError, match="not what was staged"):
        corpus.commit(proposal)


def test_a_proposal_on_an_old_state_is_turned_away(corpus):
    stale = propose(corpus, "slow", [new_version("bridge", 1, "slow")])
    ingest(Corpus.open(corpus.bucket), "quick", {"bridge": "quick"})
    with pytest.raises(HeadMovedError):
        corpus.commit(stale)
    assert texts(corpus)[doc_id("bridge")] == "quick"


def test_a_writer_that_commits_during_the_check_is_no_broken_law(corpus, monkeypatch):
    proposal = propose(corpus, "slow", [new_version("bridge", 1, "slow")])
    check, left = proposals.check, [True]

    def late(*args):
        if left:
            left.pop()
            ingest(Corpus.open(corpus.bucket), "quick", {"bridge": "quick"})
        check(*args)

    monkeypatch.setattr(proposals, "check", late)
    with pytest.raises(HeadMovedError):
        corpus.commit(proposal)
    assert_lawful(corpus)
    assert texts(corpus)[doc_id("bridge")] == "quick"


def test_of_two_writers_in_the_worst_order_both_end_up_in_the_log(corpus):
    plain = corpus.bucket
    other = Corpus.open(plain)
    slow = Corpus.open(overtaken(plain, keys.COMMITS, lambda: ingest(other, "quick", {"bridge": "quick", "ferry": "quick"})))
    assert ingest(slow, "slow", {"bridge": "slow", "clock": "slow"}) == 3
    assert_lawful(corpus)
    assert texts(corpus) == {
        doc_id("bridge"): "slow",
        doc_id("clock"): "slow",
        doc_id("ferry"): "quick",
        doc_id("tower"): FIRST["tower"],
    }


@pytest.mark.parametrize("table", keys.TABLES)
def test_a_commit_is_applied_once_when_another_roller_is_quicker(corpus, monkeypatch, table):
    apply = delta.Handle.apply
    left = [table]

    def late(handle, commit, *rest):
        if handle.table in left:
            left.remove(handle.table)
            Corpus.open(corpus.bucket).roll()
        return apply(handle, commit, *rest)

    monkeypatch.setattr(delta.Handle, "apply", late)
    ingest(corpus, "second", SECOND)
    assert not left
    assert_lawful(corpus)
    assert texts(corpus) == {doc_id(name): text for name, text in (FIRST | SECOND).items()}


def test_a_roller_may_meet_tables_that_are_further_than_the_head_it_saw(corpus, monkeypatch):
    roll, left = rolling.roll_table, ["documents"]

    def slow(bucket, log, table, head, budget):
        if table in left:
            left.remove(table)
            ingest(Corpus.open(corpus.bucket), "quick", {"bridge": "quick"})
        roll(bucket, log, table, head, budget)

    monkeypatch.setattr(rolling, "roll_table", slow)
    ingest(corpus, "second", SECOND)
    assert not left
    assert_lawful(corpus)
    assert texts(corpus)[doc_id("bridge")] == SECOND["bridge"]


def test_a_table_that_is_behind_catches_up_over_several_commits(corpus, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(rolling, "roll_table", lambda *_: None)
        corpus.commit(propose(corpus, "second", [new_version("bridge", 1, "Planned.")]))
    corpus.commit(propose(corpus, "third", [new_version("bridge", 2, "Built.")]))
    assert_lawful(corpus)
    assert texts(corpus)[doc_id("bridge")] == "Built."


def test_what_the_budget_does_not_reach_waits_and_readers_see_the_older_state_whole(corpus, monkeypatch):
    before = rows(corpus)["documents"]
    monkeypatch.setattr(Corpus.roll, "__defaults__", (0,))
    assert ingest(corpus, "second", SECOND) == 2
    assert ingest(corpus, "third", {"mill": "It turned."}) == 3
    assert corpus.applied() == {"versions": 3, "decisions": 3, "outcomes": 3, "documents": 1}
    assert rows(corpus)["documents"] == before
    assert [row["id"] for row in concat(documents_at(corpus, 3), SCHEMAS["documents"]).to_pylist()].count(doc_id("ferry")) == 1
    assert corpus.roll(budget=None) == 3
    assert_lawful(corpus)
    assert texts(corpus) == {doc_id(name): text for name, text in (FIRST | SECOND | {"mill": "It turned."}).items()}


def test_a_run_of_new_documents_looks_for_nothing_in_documents(corpus, monkeypatch):
    read, seen = files.read, []
    monkeypatch.setattr(files, "read", lambda bucket, table, *rest: seen.append(table) or read(bucket, table, *rest))
    ingest(corpus, "second", {"mill": "It turned.", "lock": "It opened."})
    assert "documents" not in seen
    ingest(corpus, "third", {"mill": "It stood."})
    assert "documents" in seen


def test_an_update_of_the_newest_documents_writes_little_of_the_table_again(tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path / "new"))
    ingest(corpus, "many", {f"d{n}": str(n) for n in range(10_000)})
    stood = {file.path: file.rows for file in delta.Handle(corpus.bucket, "documents").files()}
    newest = sorted(stood)[-3:]
    ids = [files.read(corpus.bucket, "documents", path, ["id"])["id"][0].as_py() for path in newest]
    decisions = [Decision(id_, 1, "withdrawn", cluster=id_) for id_ in ids]
    corpus.commit(propose(corpus, "undo", decisions=decisions))
    gone = stood.keys() - {file.path for file in delta.Handle(corpus.bucket, "documents").files()}
    assert gone == set(newest)
    assert sum(stood[path] for path in gone) <= 0.07 * 10_000


def test_files_are_bounded_sorted_and_named_by_content(corpus, monkeypatch):
    monkeypatch.setattr(files, "ROWS_PER_FILE", 2)
    rows_ = corpus.scan("versions")
    entries = corpus.stage_files("versions", [rows_.slice(n, 1) for n in range(3)], seq=2)
    assert [entry.rows for entry in entries] == [2, 1]
    assert corpus.stage_files("versions", [rows_.slice(n, 1) for n in range(3)], seq=2) == entries
    for entry in entries:
        data = corpus.bucket.get(keys.table_file("versions", entry.path))
        ids = pq.read_table(io.BytesIO(data), columns=["id"])["id"].to_pylist()
        assert ids == sorted(ids)
        assert (entry.min_id, entry.max_id, entry.size, entry.sha256[:24]) == (ids[0], ids[-1], len(data), entry.path[18:42])


def test_scan_reads_columns_and_conditions(corpus):
    assert corpus.scan("versions").schema == SCHEMAS["versions"]
    found = corpus.scan("versions", ["text"], pc.field("id") == doc_id("tower"))
    assert found.to_pydict() == {"text": [FIRST["tower"]]}
    assert corpus.scan("versions", ["text"], pc.field("id") == "nobody").num_rows == 0


def test_a_missing_data_file_is_named(corpus):
    path = delta.Handle(corpus.bucket, "versions").files()[0].path
    corpus.bucket.put(keys.table_file("versions", path), b"PAR1 not really PAR1")
    with pytest.raises(DamagedError, match=path):
        corpus.scan("versions")


def test_a_log_that_lost_its_end_is_damage(corpus):
    corpus.bucket.delete(keys.commit(1))
    with pytest.raises(DamagedError, match=r"000000000001\.json is missing"):
        Corpus.open(corpus.bucket).roll()


def test_other_delta_readers_see_the_same_rows(corpus):
    ingest(corpus, "second", SECOND)
    for table in keys.TABLES:
        read = pa.table(as_others_open(corpus, table).scan(columns=["id", "seq"]))
        assert sorted(map(repr, read.to_pylist())) == sorted(map(repr, corpus.scan(table, ["id", "seq"]).to_pylist()))


def test_tables_ask_for_the_oldest_readers(corpus):
    for table in keys.TABLES:
        reader, writer = delta.Handle(corpus.bucket, table).protocol
        assert reader == 1
        assert writer <= 4


def test_other_writers_are_told_to_keep_text_out_of_statistics(corpus):
    for table in keys.TABLES:
        configuration = as_others_open(corpus, table).metadata().configuration
        assert configuration["delta.dataSkippingStatsColumns"] == "id,seq"


def test_no_text_stands_in_logs_checkpoints_or_statistics(corpus):
    ingest(corpus, "second", {"bridge": "Zwölfuhrläuten über der Brücke"})
    for table in ("versions", "documents"):
        as_others_open(corpus, table).create_checkpoint()
    for info in corpus.bucket.list("clean/"):
        data = corpus.bucket.get(info.key)
        if info.key.endswith(".json"):
            assert b"Zw" not in data
            assert b"Harbour" not in data
        elif "_delta_log" in info.key and info.key.endswith(".parquet"):
            assert "Zwölf" not in repr(pq.read_table(io.BytesIO(data)).to_pylist())
        elif info.key.endswith(".parquet"):
            metadata = pq.read_metadata(io.BytesIO(data))
            assert metadata.metadata is None
            columns = [metadata.row_group(0).column(n) for n in range(metadata.num_columns)]
            assert {column.path_in_schema for column in columns if column.is_stats_set} <= {"id", "seq"}


def test_a_table_without_a_commit_is_empty_and_typed(tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path / "new"))
    for table in keys.TABLES:
        assert corpus.scan(table).equals(SCHEMAS[table].empty_table())
    assert corpus.roll() == 0


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "My Photos").mkdir()
    (tmp_path / "My Photos" / "cat 1.jpg").write_bytes(b"x")
    with pytest.raises(NotACorpusError, match=r"not empty and not a corpus \(it holds My Photos/cat 1.jpg\)"):
        Corpus.create(LocalBucket(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["My Photos"]


def test_opening_what_is_not_there_creates_nothing(tmp_path):
    with pytest.raises(NotACorpusError, match="there is no corpus"):
        Corpus.open(LocalBucket(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()


def test_a_corpus_of_a_newer_format_is_refused(corpus):
    corpus.bucket.put(keys.CORPUS, b'{"format": "winnow-corpus", "version": 2}')
    with pytest.raises(NotACorpusError, match="upgrade"):
        Corpus.open(corpus.bucket)


def test_creating_again_opens(corpus):
    assert Corpus.create(corpus.bucket).roll() == 1


def test_a_creator_that_died_between_marker_and_tables_is_finished_by_the_next(tmp_path):
    bucket = LocalBucket(tmp_path)
    Corpus.create(bucket)
    shutil.rmtree(tmp_path / "clean" / "documents")
    assert ingest(Corpus.create(bucket), "first", FIRST) == 1


names = st.sampled_from(["clock", "ferry", "tower", "bridge"])
runs = st.lists(st.dictionaries(names, st.sampled_from(["one", "two", "three"]), max_size=4), max_size=4)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs)
def test_any_runs_leave_a_lawful_corpus(tmp_path_factory, runs):
    corpus = Corpus.create(LocalBucket(tmp_path_factory.mktemp("runs")))
    expected: dict[str, str] = {}
    for number, texts_ in enumerate(runs):
        assert ingest(corpus, f"run-{number}", texts_) == number + 1
        expected |= texts_
    assert_lawful(corpus)
    assert texts(corpus) == {doc_id(name): text for name, text in expected.items()}


def test_timestamps_are_utc_and_come_back_equal(corpus):
    when = datetime(2026, 3, 4, 13, 5, 6, 7, tzinfo=UTC) + timedelta(days=1)
    version = replace(new_version("bridge", 1, "x"), fetched_at=when)
    corpus.commit(propose(corpus, "second", [version]))
    assert corpus.scan("documents", ["fetched_at"], pc.field("id") == doc_id("bridge"))["fetched_at"].to_pylist() == [when]


def test_a_corpus_made_before_a_column_existed_is_read_and_gets_it(tmp_path, monkeypatch):
    def without(table):
        return pa.schema([field for field in SCHEMAS[table] if field.name != "published_source"])

    def narrow(batches):
        return [
            batch.drop_columns(["published_source"]) if "published_source" in batch.column_names else batch for batch in batches
        ]

    stage = files.stage
    with monkeypatch.context() as older:
        for table in ("versions", "documents"):
            older.setitem(SCHEMAS, table, without(table))
        older.setattr(files, "stage", lambda bucket, table, batches, **place: stage(bucket, table, narrow(batches), **place))
        ingest(Corpus.create(LocalBucket(tmp_path)), "old", FIRST)
    assert "published_source" not in pq.read_schema(next((tmp_path / "clean/versions").glob("*.parquet"))).names
    corpus = Corpus.open(LocalBucket(tmp_path))
    assert corpus.scan("versions", ["published_source"]).to_pydict() == {"published_source": [None] * 3}
    ingest(corpus, "new", SECOND)
    assert_lawful(corpus)
    for table in ("versions", "documents"):
        assert as_others_open(corpus, table).schema().to_arrow().field("published_source").nullable
        assert delta.Handle(corpus.bucket, table).protocol <= (1, 4)
    assert texts(corpus)[doc_id("bridge")] == "It was opened."
    before = snapshot(corpus)
    corpus.roll()
    assert snapshot(corpus) == before


def test_a_table_stays_open_between_uses(corpus, monkeypatch):
    ingest(corpus, "second", SECOND)
    opened = []
    make = delta.Handle.__init__
    monkeypatch.setattr(delta.Handle, "__init__", lambda self, *args: opened.append(args) or make(self, *args))
    ingest(corpus, "third", {"mill": "It turned."})
    assert corpus.applied() == dict.fromkeys(keys.TABLES, 3)
    assert not opened


def test_a_table_that_is_open_is_seen_as_others_leave_it(corpus):
    assert corpus.scan("documents").num_rows == len(FIRST)
    ingest(Corpus.open(corpus.bucket), "other", {"mill": "It turned."})
    assert texts(corpus)[doc_id("mill")] == "It turned."


def test_other_credentials_open_a_table_anew(tmp_path, monkeypatch):
    corpus = Corpus.create(LocalBucket(tmp_path))
    with corpus.handles.opened("versions") as first:
        pass
    where, _ = corpus.bucket.delta(keys.table("versions"))
    monkeypatch.setattr(LocalBucket, "delta", lambda *_: (where, {"aws_session_token": "renewed"}))
    with corpus.handles.opened("versions") as second:
        assert second is not first
    with corpus.handles.opened("versions") as third:
        assert third is second
