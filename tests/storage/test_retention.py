"""Raw pages go by policy alone, whole segments at a time, and what is gone so is told from what is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.errors import ConfigError
from ingest.records import Decision, RawPage
from storage import keys, raw, releases, retention, retired
from storage.errors import DamagedError, KeyMissingError, RetiredError
from storage.local import LocalBucket
from storage.raw import Shard
from storage.releases import Order, release
from storage.retention import retire
from storage.retired import RetentionConfig
from storage.rows import Outcome
from storage.tables import Corpus
from storage.verify import verify
from tests.flows.doubles import Dying, Killed
from tests.storage.corpora import NOON, doc_id, new_version, propose

LATER = datetime.now(UTC) + timedelta(days=400)


class DiedError(Exception):
    """Stands for a process that dies."""


def die(*_: object, **__: object) -> None:
    raise DiedError


ALL, SUPERSEDED = RetentionConfig(30, "all"), RetentionConfig(30, "superseded")


def run(corpus: Corpus, name: str, pages: dict[str, tuple[int | None, str]], day=NOON) -> dict[str, str]:
    """A run: document → its new version and text, or null where the input is rejected; document → segment."""
    texts = [(doc_id(each), RawPage("town", each, "text/plain", f"{name} {text}".encode())) for each, (_, text) in pages.items()]
    refs = dict(zip(pages, raw.write_shard(corpus.bucket, Shard(name, 0, day), texts), strict=True))
    made = [
        replace(new_version(each, version, f"{name} {text}"), raw_ref=refs[each])
        for each, (version, text) in pages.items()
        if version
    ]
    outcomes = [
        Outcome(doc_id(each), "town", each, "kept" if version else "rejected", f"{name} {each}", "cafe", version=version)
        for each, (version, _) in pages.items()
    ]
    outcomes = [replace(each, raw_ref=refs[each.name]) for each in outcomes]
    corpus.commit(propose(corpus, name, made, outcomes=outcomes))
    return {each: ref.key for each, ref in refs.items()}


@pytest.fixture
def corpus(tmp_path) -> Corpus:
    """One document replaced, one kept, one rejected twice, one rejected after it was kept."""
    made = Corpus.create(LocalBucket(tmp_path / "corpus"))
    run(made, "run-0", {"clock": (1, "It struck twelve.")})
    run(made, "run-1", {"clock": (2, "It struck one."), "ferry": (1, "It sailed.")})
    run(made, "run-2", {"list": (None, "a")})
    run(made, "run-3", {"list": (None, "b")})
    run(made, "run-4", {"pier": (1, "It opened.")})
    run(made, "run-5", {"pier": (None, "c")})
    return made


def standing(corpus: Corpus) -> set[str]:
    spelled = (keys.segment_of(info.key) for info in corpus.bucket.list(keys.RAW_WARC))
    return {each[1] for each in spelled if each}


def test_nothing_goes_without_a_policy(corpus):
    assert retire(corpus, RetentionConfig(), LATER) == []
    assert len(standing(corpus)) == 6
    assert list(corpus.bucket.list(keys.RAW_RETIRED)) == []


@pytest.mark.parametrize(("policy", "left"), [(SUPERSEDED, {"run-1", "run-3", "run-4", "run-5"}), (ALL, set())])
def test_what_is_due_goes_and_its_index_stays(corpus, policy, left):
    indexes = [info.key for info in corpus.bucket.list(keys.RAW_INDEX)]
    gone = retire(corpus, policy, LATER)
    assert standing(corpus) == left
    assert len(gone) == 6 - len(left)
    assert [info.key for info in corpus.bucket.list(keys.RAW_INDEX)] == indexes
    (record,) = retired.records(corpus.bucket)
    assert set(record.segments) == set(gone)
    assert retire(corpus, policy, LATER) == []


def test_what_is_young_by_its_run_or_by_the_store_stays(corpus):
    assert retire(corpus, ALL, NOON + timedelta(days=30)) == []
    assert retire(corpus, RetentionConfig(1, "all"), datetime.now(UTC)) == []  # written just now, whatever day the keys say
    assert len(standing(corpus)) == 6


def test_what_runs_that_have_not_ended_have_stored_stays(corpus):
    retire(corpus, ALL, LATER, unfinished={"run-2"})
    assert standing(corpus) == {"run-2"}


def test_what_strangers_put_there_stays(corpus):
    corpus.bucket.put("raw/warc/2020/01/01/notes.txt", b"mine")
    retire(corpus, ALL, LATER)
    assert [info.key for info in corpus.bucket.list(keys.RAW_WARC)] == ["raw/warc/2020/01/01/notes.txt"]


def test_what_a_release_names_stays_and_so_does_what_one_that_was_begun_will(corpus, monkeypatch):
    def made(name, at):
        order = Order(name, at, "keep", False)
        return release(corpus, order, {"winnow": "1"}, lambda _: {"README.md": b"About it."}, lambda *_: None)

    made("spring", 1)

    with monkeypatch.context() as patch:
        patch.setattr(releases, "_write", die)
        with pytest.raises(DiedError):
            made("summer", 5)
    assert corpus.bucket.head(keys.release_begun("summer")) is not None
    retire(corpus, ALL, LATER)
    assert standing(corpus) == {"run-0", "run-1", "run-4"}


def test_a_release_that_cannot_be_read_stops_it_before_anything_goes(corpus):
    corpus.bucket.put(keys.release_manifest("spring"), b"{}")
    with pytest.raises(DamagedError, match="spring"):
        retire(corpus, ALL, LATER)
    assert len(standing(corpus)) == 6


def test_it_goes_in_bounded_portions(corpus, monkeypatch):
    monkeypatch.setattr(retention, "PORTION", 2)
    assert len(retire(corpus, ALL, LATER, most=3)) == 3
    assert [len(record.segments) for record in retired.records(corpus.bucket)] in ([1, 2], [2, 1])
    assert len(retire(corpus, ALL, LATER, most=3)) == 3
    assert standing(corpus) == set()


def test_killed_anywhere_the_same_command_ends_alike(tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "PORTION", 2)

    def ends(folder, dies_at):
        plain = Corpus.create(LocalBucket(folder))
        for number in range(3):
            run(plain, f"run-{number}", {"clock": (number + 1, f"It struck {number}.")})
        Dying.calls, Dying.dies_at = 0, dies_at
        dying = Corpus(Dying(folder))
        died = False
        try:
            retire(dying, ALL, LATER)
        except Killed:
            died = True
            Dying.dies_at = 0
            retire(dying, ALL, LATER)
        calls = Dying.calls
        assert verify(plain.bucket, deep=True).faults == []
        return died, calls, [info.key for info in plain.bucket.list("raw/")]

    _, calls, expected = ends(tmp_path / "undisturbed", 0)
    assert calls == 5
    for at in range(1, calls + 1):
        assert ends(tmp_path / f"killed-{at}", at)[::2] == (True, expected)


def test_a_policy_that_is_taken_back_stops_what_it_had_begun(corpus, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(LocalBucket, "delete", die)
        with pytest.raises(DiedError):
            retire(corpus, ALL, LATER)
    assert len(list(retired.records(corpus.bucket))) == 1
    assert retire(corpus, RetentionConfig(), LATER) == []
    found = verify(corpus.bucket, deep=True)
    assert (found.faults, found.retired, len(standing(corpus))) == ([], 0, 6)


def test_retired_is_told_from_lost(corpus):
    refs = corpus.scan("versions", ["raw_ref"])["raw_ref"].to_pylist()
    ref = raw.RawRef(**next(each for each in refs if "run-0" in each["key"]))
    retire(corpus, SUPERSEDED, LATER)
    found = verify(corpus.bucket, deep=True)
    assert (found.faults, found.retired, found.retired_on) == ([], 2, f"{LATER:%Y-%m-%d}")
    with pytest.raises(
        RetiredError, match=rf"was retired on {LATER:%Y-%m-%d} by policy \(superseded raw pages older than 30 days"
    ):
        raw.read(corpus.bucket, ref)
    lost = next(info.key for info in corpus.bucket.list(keys.RAW_WARC))
    corpus.bucket.delete(lost)
    assert {fault.key for fault in verify(corpus.bucket, deep=True).faults} == {lost}
    with pytest.raises(KeyMissingError) as raised:
        raw.read(corpus.bucket, raw.RawRef(lost, 0, 1))
    assert not isinstance(raised.value, RetiredError)


def test_a_record_that_is_damaged_is_named_and_its_segments_are_taken_for_lost(corpus):
    retire(corpus, SUPERSEDED, LATER)
    key = next(info.key for info in corpus.bucket.list(keys.RAW_RETIRED))
    corpus.bucket.put(key, b"{}")
    faults = {fault.key for fault in verify(corpus.bucket).faults}
    assert key in faults
    assert len(faults) == 3
    with pytest.raises(DamagedError, match="raw/retired"):
        retire(corpus, ALL, LATER)


def test_a_document_that_is_withdrawn_keeps_the_page_of_its_last_version(corpus):
    corpus.commit(propose(corpus, "gone", decisions=[Decision(doc_id("ferry"), 1, "withdrawn")]))
    retire(corpus, SUPERSEDED, LATER)
    assert "run-1" in standing(corpus)


@pytest.mark.parametrize("days", [0, -1])
def test_an_age_that_would_take_the_youngest_is_refused(days):
    with pytest.raises(ConfigError, match="raw_days"):
        RetentionConfig(days)
