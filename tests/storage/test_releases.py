import io
import json
import random
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import files, keys, published, shelves
from storage.bucket import open_bucket
from storage.errors import DamagedError, ReleaseError
from storage.local import LocalBucket
from storage.parquet import sha256
from storage.published import NAME, listed, pinned, seq_of
from storage.releases import Order, foretell
from storage.tables import Corpus
from tests.storage.corpora import doc_id, propose
from tests.storage.faults import Killed, Killer, WrappedBucket, overtaken
from tests.storage.released import APRIL, MARCH, Story, add, assert_whole, by_id, content, expected, filled, make, rows

SECOND = (Story("clock", "It struck one.", version=2), Story("bridge", "It opened."))


def quiet(*_told):
    """Progress that nobody follows."""


class ReleaseContract:
    @pytest.fixture
    def bucket(self):
        raise NotImplementedError

    @pytest.mark.parametrize("opt_outs", ["keep", "leave-out"])
    def test_a_release_holds_the_canonical_live_documents(self, bucket, opt_outs):
        corpus = filled(bucket)
        made = make(corpus, opt_outs=opt_outs)
        assert_whole(corpus, opt_outs=opt_outs)
        names = {"clock", "ferry", "tower", "closed"} - ({"closed"} if opt_outs == "leave-out" else set())
        assert {row["id"] for row in rows(bucket)} == {doc_id(name) for name in names}
        counts = made.manifest.counts
        assert (counts.documents, counts.duplicates_left_out, counts.opt_outs_left_out) == (len(names), 1, 4 - len(names))
        assert (made.is_new, made.latest, made.manifest.terms.seq) == (True, "spring", 1)

    def test_a_finished_release_is_left_alone_by_the_same_command(self, bucket):
        corpus = filled(bucket)
        make(corpus)
        before = {info.key: info.modified_at for info in bucket.list(keys.RELEASES)}
        assert make(corpus).is_new is False
        assert {info.key: info.modified_at for info in bucket.list(keys.RELEASES)} == before

    def test_another_state_or_other_terms_under_the_same_name_are_refused(self, bucket):
        corpus = filled(bucket)
        make(corpus)
        before = content(bucket)
        with pytest.raises(ReleaseError, match="stands and was made of commit 1 with opt_outs = keep and without JSONL"):
            make(corpus, jsonl=True)
        add(corpus, "second", SECOND)
        with pytest.raises(ReleaseError, match="releases never change"):
            make(corpus)
        assert make(corpus, at=1).is_new is False
        assert content(bucket) == before

    def test_a_commit_that_changes_no_document_makes_no_other_state(self, bucket):
        corpus = filled(bucket)
        make(corpus)
        corpus.commit(propose(corpus, "nothing-new"))
        assert make(corpus).is_new is False
        make(corpus, "again")
        assert seq_of(bucket, "again") == 1

    def test_an_earlier_commit_can_be_released_and_the_pointer_goes_forward_only(self, bucket):
        corpus = filled(bucket)
        add(corpus, "second", SECOND)
        assert make(corpus, "two").latest == "two"
        assert make(corpus, "one", at=1).latest == "two"
        assert_whole(corpus, "one")
        assert (seq_of(bucket, "one"), seq_of(bucket, "two"), seq_of(bucket, "latest")) == (1, 2, 2)
        assert [(each.name, each.is_latest) for each in listed(bucket)] == [("two", True), ("one", False)]
        pointer = json.loads(bucket.get(keys.LATEST))
        manifest = bucket.get(keys.release_manifest("two"))
        assert pointer == {"name": "two", "seq": 2, "manifest_sha256": sha256(manifest)}

    def test_jsonl_has_the_same_rows_beside(self, bucket):
        corpus = filled(bucket)
        make(corpus, jsonl=True)
        found = content(bucket)
        lines = []
        for path in sorted(path for path in found if path.startswith("jsonl/")):
            assert f"data/{path.removeprefix('jsonl/').removesuffix('.jsonl.zst')}.parquet" in found
            with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(found[path])) as plain:
                lines += [json.loads(line) for line in plain.read().decode().splitlines()]
        wanted = [
            json.loads(json.dumps(row, default=lambda value: value.isoformat(timespec="microseconds"))) for row in rows(bucket)
        ]
        assert lines == wanted
        assert_whole(corpus)

    def test_a_release_pins_its_commit_and_the_raw_bytes_of_its_documents(self, bucket):
        corpus = filled(bucket)
        make(corpus)
        assert (pinned(bucket).seqs, pinned(bucket).raw) == ({1}, {"raw/warc/x.warc.gz"})

    def test_two_writers_at_once_make_one_release(self, bucket):
        corpus = filled(bucket)
        start = threading.Barrier(2)

        def work(_who):
            start.wait()
            return make(Corpus.open(open_bucket(bucket.uri)), jsonl=True)

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(work, range(2)))
        assert done[0].manifest == done[1].manifest
        assert_whole(corpus)


class TestReleasesInADirectory(ReleaseContract):
    @pytest.fixture
    def bucket(self, tmp_path):
        return LocalBucket(tmp_path / "corpus")


@pytest.mark.slow
class TestReleasesOnS3(ReleaseContract):
    @pytest.fixture
    def bucket(self, s3):
        return open_bucket(s3.location())

    def test_a_release_killed_at_a_moment_ends_as_an_undisturbed_one(self, bucket, tmp_path):
        wanted = undisturbed(tmp_path)
        corpus = filled(bucket)
        for at in range(1, 18, 4):
            with pytest.raises(Killed):
                make(Corpus.open(WrappedBucket(bucket, Killer(at).around)), f"r{at}", jsonl=True)
            make(corpus, f"r{at}", jsonl=True)
            assert_whole(corpus, f"r{at}")
            assert data_of(content(bucket, f"r{at}")) == data_of(wanted)


def data_of(found):
    return {path: data for path, data in found.items() if path.startswith(("data/", "jsonl/"))}


def undisturbed(folder):
    bucket = LocalBucket(folder / "undisturbed")
    make(filled(bucket), jsonl=True)
    return content(bucket)


def test_the_same_state_gives_the_same_bytes_however_its_rows_lie_in_files(tmp_path, monkeypatch):
    stories = [Story(f"d{n}", f"It struck {n}.", "en" if n % 3 else "de") for n in range(40)]
    make(filled(LocalBucket(tmp_path / "one"), stories), jsonl=True)
    monkeypatch.setattr(files, "ROWS_PER_FILE", 7)
    pieces = LocalBucket(tmp_path / "many")
    corpus = Corpus.create(pieces)
    # Ids descend from file to file, so that nothing comes in order.
    ordered = sorted(stories, key=lambda story: doc_id(story.name), reverse=True)
    made = propose(corpus, "first", [story.to_version() for story in ordered])
    versions = [table for story in ordered for table in [story.to_version()]]
    split = [entry for start in range(0, 40, 7) for entry in propose(corpus, "first", versions[start : start + 7]).versions]
    corpus.commit(replace(made, versions=split))
    assert len(corpus.log.read(1).files["versions"]) == 6
    make(corpus, jsonl=True)
    assert content(pieces) == content(LocalBucket(tmp_path / "one"))


def test_months_in_which_nothing_changed_stay_as_they_are_byte_for_byte(tmp_path):
    bucket = LocalBucket(tmp_path)
    corpus = filled(bucket)
    make(corpus, "one")
    # A copy of a document of March arrives, whose id becomes the name of the cluster: of the documents themselves none changes.
    copy = Story("late-copy", copy_of="ferry", cluster_of="late-copy", seen=APRIL, language="de")
    add(
        corpus,
        "second",
        [copy, Story("tower", "It was painted.", seen=APRIL, version=2)],
        [Story("ferry", cluster_of="late-copy")],
    )
    make(corpus, "two")
    one, two = content(bucket, "one"), content(bucket, "two")
    changed = {path for path in one if path.startswith("data/") and one[path] != two.get(path)}
    assert changed == {"data/en/2026-04-00000-of-00001.parquet"}
    assert set(one) == set(two)


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_a_release_killed_at_any_write_ends_as_an_undisturbed_one(tmp_path, step):
    wanted = undisturbed(tmp_path)
    killer = Killer()
    filled(LocalBucket(tmp_path / "made"))
    shutil.copytree(tmp_path / "made", tmp_path / "count")
    make(Corpus.open(WrappedBucket(LocalBucket(tmp_path / "count"), killer.around)), jsonl=True)
    assert killer.moments >= 20
    for at in range(1, killer.moments + 1, step):
        folder = tmp_path / str(at)
        shutil.copytree(tmp_path / "made", folder)
        with pytest.raises(Killed):
            make(Corpus.open(WrappedBucket(LocalBucket(folder), Killer(at).around)), jsonl=True)
        corpus = Corpus.open(LocalBucket(folder))
        # The head has moved on meanwhile: what was begun is finished as it was begun.
        if at % 2 and published.find(corpus.bucket, "spring") is None and published.begun(corpus.bucket, "spring") is not None:
            add(corpus, "second", SECOND)
        make(corpus, jsonl=True)
        assert content(corpus.bucket) == wanted
        assert json.loads(corpus.bucket.get(keys.LATEST))["name"] == "spring"
        shutil.rmtree(folder)


def test_a_release_begun_on_other_terms_is_not_gone_on_with(tmp_path):
    corpus = filled(LocalBucket(tmp_path))
    with pytest.raises(Killed):
        make(Corpus.open(WrappedBucket(LocalBucket(tmp_path), Killer(6).around)))
    add(corpus, "second", SECOND)
    for told in ({"at": 2}, {"jsonl": True}, {"opt_outs": "leave-out"}):
        with pytest.raises(ReleaseError, match="is unfinished and was begun of commit 1 with opt_outs = keep"):
            make(corpus, **told)
    assert [(each.name, each.manifest) for each in listed(corpus.bucket)] == [("spring", None)]
    with pytest.raises(ReleaseError, match="no finished release spring"):
        seq_of(corpus.bucket, "spring")
    assert pinned(corpus.bucket).seqs == {1}
    assert make(corpus).manifest.terms.seq == 1


@pytest.mark.parametrize("prefix", ["begun.json", "data/en/2026-03", "data/en/2026-04", "README.md", "manifest.json"])
def test_a_writer_who_is_overtaken_at_any_point_finds_the_others_release(tmp_path, prefix):
    bucket = LocalBucket(tmp_path)
    corpus = filled(bucket)
    slow = overtaken(bucket, f"{keys.release('spring')}{prefix}", lambda: make(corpus))
    made = make(Corpus.open(slow))
    assert made.manifest == published.find(bucket, "spring")
    assert_whole(corpus)


def test_a_writer_who_is_overtaken_by_another_state_leaves_nothing(tmp_path):
    bucket = LocalBucket(tmp_path)
    corpus = filled(bucket)
    add(corpus, "second", SECOND)
    slow = overtaken(bucket, keys.release_begun("spring"), lambda: make(corpus, at=1))
    with pytest.raises(ReleaseError, match="stands and was made of commit 1"):
        make(Corpus.open(slow))
    assert_whole(corpus)


def test_a_pointer_that_was_moved_back_in_a_race_is_mended(tmp_path):
    """The slower of two has looked before the faster one had finished, and writes after it."""
    bucket = LocalBucket(tmp_path)
    corpus = filled(bucket)
    add(corpus, "second", SECOND)
    raced = []

    def around(verb, key, write):
        if verb == "put" and key == keys.LATEST and not raced:
            raced.append(make(corpus, "two"))
        return write()

    assert make(Corpus.open(WrappedBucket(bucket, around)), "one", at=1).latest == "two"
    assert raced
    assert seq_of(bucket, "latest") == 2


def test_other_bytes_in_a_files_place_stop_a_release(tmp_path):
    corpus = filled(LocalBucket(tmp_path))
    corpus.bucket.put(keys.release_file("spring", "data/en/2026-03-00000-of-00001.parquet"), b"a stranger's")
    with pytest.raises(ReleaseError, match="stands there with other bytes"):
        make(corpus)
    assert published.find(corpus.bucket, "spring") is None


def test_a_damaged_manifest_is_named_and_stands_in_no_others_way(tmp_path):
    corpus = filled(LocalBucket(tmp_path))
    make(corpus)
    corpus.bucket.put(keys.release_manifest("spring"), b"{}")
    with pytest.raises(DamagedError, match=keys.release_manifest("spring")):
        make(corpus)
    assert make(corpus, "summer").latest == "spring"
    assert [(each.name, bool(each.damage)) for each in listed(corpus.bucket)] == [("summer", False), ("spring", True)]
    add(corpus, "second", SECOND)
    assert make(corpus, "autumn").latest == "autumn"


def test_a_newer_manifest_asks_for_an_upgrade(tmp_path):
    corpus = filled(LocalBucket(tmp_path))
    make(corpus)
    says = json.loads(corpus.bucket.get(keys.release_manifest("spring")))
    corpus.bucket.put(keys.release_manifest("spring"), json.dumps(says | {"format": 99}).encode())
    with pytest.raises(DamagedError, match="written by a newer Winnow"):
        seq_of(corpus.bucket, "spring")


@pytest.mark.parametrize(
    "name", ["", "..", "a/b", ".hidden", "42", "latest", "LATEST.json", "20260304T120000-ab", "é", "x" * 65, "a\nb"]
)
def test_what_means_something_else_is_no_name(tmp_path, name):
    with pytest.raises(ReleaseError, match="cannot name a release"):
        make(filled(LocalBucket(tmp_path)), name)


def test_without_documents_there_is_nothing_to_release(tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path))
    with pytest.raises(ReleaseError, match="nothing to release"):
        make(corpus)
    add(corpus, "first", [Story("gone", is_gone=True), Story("closed", opt_outs=("noai",))])
    with pytest.raises(ReleaseError, match="nothing to release"):
        make(corpus, opt_outs="leave-out")
    assert list(corpus.bucket.list(keys.RELEASES)) == []
    with pytest.raises(ReleaseError, match="no release in"):
        seq_of(corpus.bucket, "latest")


def test_a_commit_that_is_not_there_yet_is_refused(tmp_path):
    with pytest.raises(ReleaseError, match="the newest is 1"):
        make(filled(LocalBucket(tmp_path)), at=7)


def test_one_document_is_a_release(tmp_path):
    corpus = filled(LocalBucket(tmp_path), [Story("clock")])
    make(corpus)
    assert_whole(corpus)
    assert len(rows(corpus.bucket)) == 1


def test_what_would_be_released_is_counted_without_a_write(tmp_path):
    corpus = filled(LocalBucket(tmp_path))
    bucket = WrappedBucket(LocalBucket(tmp_path), Killer(1).around)
    told = foretell(Corpus.open(bucket), Order("spring", opt_outs="leave-out"), quiet)
    assert told.stands is False
    assert told.counts == make(corpus, opt_outs="leave-out").manifest.counts
    assert foretell(Corpus.open(bucket), Order("spring", opt_outs="leave-out"), quiet).stands is True
    with pytest.raises(ReleaseError, match="stands and was made"):
        foretell(Corpus.open(bucket), Order("spring"), quiet)


HOSTILE = [
    "und",
    "zh-cn",
    "no",
    "EN",
    "en",
    "../../x",
    "a/b",
    "*",
    "C:",
    "default",
    "",
    "\u202een",
    "x" * 300,
    "x~00",
    ".",
    "null",
    "日本",
]


def test_hostile_languages_and_sites_stay_in_their_folders(tmp_path):
    sites = ["../..", "<script>.example", "a|b", "\x1b[2J", None]
    stories = [Story(f"d{n}", language=language, site=site) for n, (language, site) in enumerate(product(HOSTILE, sites))]
    corpus = filled(LocalBucket(tmp_path), stories)
    made = make(corpus)
    assert_whole(corpus)
    folders = {file.path.split("/")[1] for file in made.manifest.data}
    assert len({folder.lower() for folder in folders}) == len(folders) == len(HOSTILE)
    assert {file.language for file in made.manifest.data} == set(HOSTILE)
    assert not folders & {"default", "EN"}
    assert all(NAME.fullmatch(folder.replace("~", "-")) for folder in folders)


@pytest.fixture
def in_many_files(monkeypatch):
    monkeypatch.setattr(shelves, "SHARD_BYTES", 8_000)


def test_a_large_month_is_divided_by_ids_so_that_a_change_stays_in_one_file(tmp_path, in_many_files):
    stories = [Story(f"d{n}", f"It struck {n}.") for n in range(60)]
    corpus = filled(LocalBucket(tmp_path), stories)
    make(corpus, "one")
    assert_whole(corpus, "one")
    paths = [path for path in content(corpus.bucket, "one") if path.endswith(".parquet")]
    assert paths == [f"data/en/2026-03-{shard:05d}-of-00008.parquet" for shard in range(8)]
    assert [row["id"] for row in rows(corpus.bucket, "one")] == sorted(doc_id(story.name) for story in stories)
    add(corpus, "second", [Story("d7", "It stopped.", version=2)], [Story("d8", is_gone=True)])
    make(corpus, "two")
    one, two = content(corpus.bucket, "one"), content(corpus.bucket, "two")
    assert {path for path in paths if one[path] != two[path]} == {
        f"data/en/2026-03-{int(doc_id(name)[0], 16) // 2:05d}-of-00008.parquet" for name in ("d7", "d8")
    }


def test_every_row_has_one_place_even_where_ids_are_not_hex(in_many_files, tmp_path):
    made = shelves.Shelves(tmp_path)
    base = filled(LocalBucket(tmp_path / "corpus"), [Story("clock")])
    (row,) = expected(base, 1)
    ids = ["", "0", "00000000", "7fffffff", "80000000", "ffffffff", "ffffffffffff", "zebra", "Z", "é"]
    table = pa.Table.from_pylist([row | {"id": id_, "text": "x" * 2_000} for id_ in ids], schema=shelves.SCHEMA)
    made.add(table, shelves.months_of(table))
    found = [rows_["id"].to_pylist() for _, _, _, rows_ in made.read()]
    assert len(found) == 4
    assert [id_ for shard in found for id_ in shard] == sorted(ids, key=str.encode)


def test_no_file_is_without_a_row(in_many_files, tmp_path):
    made = shelves.Shelves(tmp_path)
    (row,) = expected(filled(LocalBucket(tmp_path / "corpus"), [Story("clock")]), 1)
    ids = ["00000000", "00000001", "70000000", "f0000000"]
    table = pa.Table.from_pylist([row | {"id": id_, "text": "x" * 7_000} for id_ in ids], schema=shelves.SCHEMA)
    made.add(table, shelves.months_of(table))
    assert [(shard, of, rows_["id"].to_pylist()) for _, shard, of, rows_ in made.read()] == [(0, 2, ids[:3]), (1, 2, ids[3:])]


def test_a_changed_row_leaves_most_of_a_files_text_as_it_was(tmp_path):
    """What content-defined chunking is for: a store that knows chunks sends and keeps the rest once."""
    draw = random.Random(7)
    base = filled(LocalBucket(tmp_path), [Story("clock")])
    (row,) = expected(base, 1)
    texts = [" ".join(f"{draw.getrandbits(64):x}" for _ in range(120)) for _ in range(6_000)]
    many = [row | {"id": f"{n:032x}", "text": text} for n, text in enumerate(texts)]
    before = column(shelves.parquet_bytes(pa.Table.from_pylist(many, schema=shelves.SCHEMA)), "text")
    del many[3_000]
    after = column(shelves.parquet_bytes(pa.Table.from_pylist(many, schema=shelves.SCHEMA)), "text")
    shared = common(before, after) + common(before[::-1], after[::-1])
    assert len(before) > 4_000_000
    assert shared > 0.7 * len(before)


def column(data: bytes, name: str) -> bytes:
    """The bytes of a column's pages."""
    group = pq.ParquetFile(pa.BufferReader(data)).metadata.row_group(0)
    (found,) = [group.column(at) for at in range(group.num_columns) if group.column(at).path_in_schema == name]
    return data[found.data_page_offset : found.data_page_offset + found.total_compressed_size]


def common(one: bytes, other: bytes) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def test_files_hold_plain_types_and_no_copy_of_arrows_schema(tmp_path):
    corpus = filled(LocalBucket(tmp_path))
    made = make(corpus)
    for file in made.manifest.data:
        found = pq.ParquetFile(pa.BufferReader(corpus.bucket.get(keys.release_file("spring", file.path))))
        assert found.metadata.metadata is None
        types = {field.name: str(field.type) for field in found.schema_arrow}
        assert (types["text"], types["first_seen_at"]) == ("string", "timestamp[us, tz=UTC]")
        assert [column.name for column in made.manifest.columns] == list(types)
        assert not {"seq", "duplicate_of", "cluster"} & set(types)


names = st.sampled_from([f"d{n}" for n in range(5)])
stories = st.builds(
    Story,
    names,
    text=st.sampled_from(["one", "two", "three"]),
    language=st.sampled_from(["en", "de", "und", "../x"]),
    site=st.sampled_from([None, "a.example"]),
    seen=st.sampled_from([MARCH, APRIL]),
    opt_outs=st.sampled_from([(), ("noai",)]),
    copy_of=st.sampled_from([None, None, "d0"]),
    is_gone=st.sampled_from([False, False, True]),
)
runs = st.lists(st.lists(stories, min_size=1, max_size=5, unique_by=lambda story: story.name), min_size=1, max_size=4)


@settings(max_examples=8)
@given(runs, st.sampled_from(["keep", "leave-out"]), st.integers(1, 4))
def test_a_release_is_the_canonical_live_documents_as_of_its_commit(tmp_path_factory, runs, opt_outs, at):
    corpus = Corpus.create(LocalBucket(tmp_path_factory.mktemp("runs")))
    versions: dict[str, int] = {}
    for number, run in enumerate(runs):
        for story in run:
            versions[story.name] = versions.get(story.name, 0) + 1
        add(corpus, f"run-{number}", [replace(story, version=versions[story.name]) for story in run])
    at = min(at, len(runs))
    wanted = expected(corpus, at, opt_outs)
    if not wanted:
        with pytest.raises(ReleaseError, match="nothing to release"):
            make(corpus, at=at, opt_outs=opt_outs)
        return
    made = make(corpus, at=at, opt_outs=opt_outs)
    assert by_id(rows(corpus.bucket)) == wanted
    assert made.manifest.counts.documents == len(wanted) == sum(file.rows for file in made.manifest.data)
    assert_whole(corpus, opt_outs=opt_outs)
