"""The first run on seeds/, and the second: what a person sees, and what stands in the bucket afterwards."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.reading import add_up, objects, read


@pytest.fixture(scope="module")
def first(root: Path, ingest, tmp_path_factory):
    """A corpus made of seeds/, and the report of its run; not to be changed."""
    corpus = tmp_path_factory.mktemp("first") / "corpus"
    return corpus, ingest(root / "seeds", "--into", corpus)


@pytest.fixture
def corpus(first, tmp_path: Path) -> Path:
    """A copy of that corpus, to work on."""
    return Path(shutil.copytree(first[0], tmp_path / "corpus", copy_function=shutil.copy2))


def outcomes_by_name(corpus: Path) -> dict[str, dict]:
    return {row["name"]: row for row in read(corpus, "outcomes")}


def test_every_seed_ends_in_exactly_one_outcome(first) -> None:
    corpus, report = first
    assert add_up(report)
    assert report["inputs"] == 26
    assert len(read(corpus, "outcomes")) == 26
    assert report["failed"] == {}


def test_broken_seeds_are_rejected_with_their_reasons(first) -> None:
    corpus, report = first
    assert report["rejected"] == {"load/empty": 1, "load/binary": 1, "load/bad-json": 1}
    assert outcomes_by_name(corpus)["broken/binary.txt"]["detail"]


def test_mojibake_is_kept_and_flagged(first) -> None:
    outcome = outcomes_by_name(first[0])["broken/mojibake.txt"]
    assert outcome["outcome"] == "kept"
    assert "mojibake" in outcome["flags"]


def test_seeds_have_the_text_and_title_of_the_golden_file(first, root: Path) -> None:
    names = {row["id"]: row["name"] for row in read(first[0], "outcomes")}
    documents = {names[row["id"]]: row for row in read(first[0], "versions")}
    wrong = []
    for line in (root / "tests/golden/seeds.jsonl").read_text("utf-8").splitlines():
        gold = json.loads(line)
        row = documents.get(gold["file"])
        if "text" in gold and (row is None or (row["title"], row["text"]) != (gold["title"], gold["text"])):
            wrong.append(gold["file"])
    assert wrong == []


def test_seeds_have_their_languages(first) -> None:
    languages = Counter(row["language"] for row in read(first[0], "documents"))
    assert {"en", "ko", "de", "fr", "ar", "es", "pl"} <= set(languages)
    assert "und" not in languages


def test_copies_point_to_their_canonical_document(first) -> None:
    found = outcomes_by_name(first[0])
    apples = {found[f"farm-week/{name}.txt"]["outcome"] for name in ("late-frost-apple-harvest", "apple-harvest-copy")}
    ferries = {found[f"wire/battery-ferries-{name}.txt"]["outcome"] for name in ("kelder-gazette", "skerry-post")}
    assert apples == ferries == {"kept", "duplicate"}


def test_weekly_report_is_a_series_and_round_up_is_linked_never_merged(first) -> None:
    corpus, report = first
    found = outcomes_by_name(corpus)
    decisions = {row["id"]: row for row in read(corpus, "decisions")}
    weeks = [found[f"reports/reservoir-levels-week-{week}.txt"] for week in (31, 32)]
    assert [week["outcome"] for week in weeks] == ["kept", "kept"]
    assert {edge["kind"] for week in weeks for edge in decisions[week["id"]]["evidence"]} == {"series"}
    round_up = found["wire/coast-and-country-round-up.txt"]
    assert round_up["outcome"] == "kept"
    assert {edge["kind"] for edge in decisions[round_up["id"]]["evidence"]} == {"round-up"}
    assert report["series"] == 2


def test_second_run_is_all_unchanged_and_adds_its_record_alone(corpus: Path, root: Path, ingest) -> None:
    before = objects(corpus)
    report = ingest(root / "seeds", "--into", corpus)
    after = objects(corpus)
    assert (report["inputs"], report["unchanged"]) == (26, 26)
    assert {key: after.get(key) for key in before} == before
    assert set(after) - set(before) == {f"clean/runs/{report['run_id']}.json"}


def test_dry_run_writes_nothing_and_says_the_same(first, root: Path, ingest, tmp_path: Path) -> None:
    target = tmp_path / "nowhere"
    report = ingest(root / "seeds", "--into", target, "--dry-run")
    assert not target.exists()
    told = ("inputs", "kept", "rejected", "duplicates", "languages", "chars_kept", "chars_cut", "series", "round_ups")
    assert {name: report[name] for name in told} == {name: first[1][name] for name in told}


def test_raw_bytes_of_every_input_are_stored(first, root: Path) -> None:
    from storage.bucket import open_bucket
    from storage.raw import RawRef
    from storage.raw import read as read_raw

    bucket = open_bucket(str(first[0]))
    for row in read(first[0], "outcomes"):
        path, _, line = row["name"].partition("#")
        body = (root / "seeds" / path).read_bytes()
        expected = body.split(b"\n")[int(line) - 1] if line else body
        if expected:
            assert read_raw(bucket, RawRef(**row["raw_ref"])).body == expected


def test_title_kept_and_removed_text_are_the_whole_page(first) -> None:
    for row in read(first[0], "versions"):
        source = row["source_text"]
        spans = [(removal["start"], removal["end"]) for removal in row["removals"]]
        if row["title_span"]:
            spans.append((row["title_span"]["start"], row["title_span"]["end"]))
        kept, at = "", 0
        for start, end in sorted(spans):
            assert start >= at
            kept += source[at:start]
            at = end
        kept += source[at:]
        assert "".join(kept.split()) == "".join(row["text"].split()), row["id"]


def test_an_edited_file_is_version_2_of_its_document(root: Path, ingest, tmp_path: Path) -> None:
    folder, corpus = tmp_path / "desk", tmp_path / "corpus"
    folder.mkdir()
    story = (root / "seeds/city-desk/moss-on-the-roofs.txt").read_text("utf-8")
    (folder / "moss.txt").write_text(story, "utf-8")
    ingest(folder, "--into", corpus)
    (folder / "moss.txt").write_text(
        story + "\n\nThe city said on Monday that the survey would be repeated every spring.\n", "utf-8"
    )
    report = ingest(folder, "--into", corpus)
    assert (report["kept"], report["new_versions"], report["inputs"]) == (1, 1, 1)
    versions = sorted(read(corpus, "versions"), key=lambda row: row["version"])
    assert [row["version"] for row in versions] == [1, 2]
    assert len({row["id"] for row in versions}) == 1
    assert [row["version"] for row in read(corpus, "documents")] == [2]
    assert versions[1]["first_seen_at"] == versions[0]["first_seen_at"]


def test_a_copy_in_a_later_run_points_to_the_document_of_the_earlier(root: Path, ingest, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    for name in ("early", "late"):
        (tmp_path / name).mkdir()
        shutil.copy(root / "seeds/city-desk/moss-on-the-roofs.txt", tmp_path / name / f"{name}.txt")
        report = ingest(tmp_path / name, "--into", corpus)
    assert report["duplicates"] == 1
    documents = {row["source"]: row for row in read(corpus, "documents")}
    assert documents["late"]["duplicate_of"] == documents["early"]["id"]
    assert documents["early"]["duplicate_of"] is None
    decision = next(row for row in read(corpus, "decisions") if row["id"] == documents["late"]["id"])
    assert [(edge["other"], edge["kind"]) for edge in decision["evidence"]] == [(documents["early"]["id"], "exact")]


def test_a_known_document_that_is_rejected_later_stays_live(root: Path, ingest, tmp_path: Path) -> None:
    folder, corpus = tmp_path / "desk", tmp_path / "corpus"
    folder.mkdir()
    shutil.copy(root / "seeds/city-desk/moss-on-the-roofs.txt", folder / "moss.txt")
    ingest(folder, "--into", corpus)
    (folder / "moss.txt").write_bytes(b"")
    report = ingest(folder, "--into", corpus)
    assert report["rejected"] == {"load/empty": 1}
    assert [row["version"] for row in read(corpus, "documents")] == [1]


def test_two_inputs_with_one_id_become_consecutive_versions_once(ingest, tmp_path: Path) -> None:
    corpus, feed = tmp_path / "corpus", tmp_path / "feed.jsonl"
    body = "The harbour board of Lassel said the new pier would open in spring, after two winters of work on its piles. " * 3
    records = [
        {"url": "https://port.example/pier", "text": body, "modified_at": "2026-03-01T10:00:00Z"},
        {"url": "https://port.example/pier", "text": body + "It cost 4 million.", "modified_at": "2026-03-02T10:00:00Z"},
    ]
    feed.write_text("".join(json.dumps(record) + "\n" for record in reversed(records)), "utf-8")
    assert ingest(feed, "--into", corpus)["kept"] == 2
    versions = sorted(read(corpus, "versions"), key=lambda row: row["version"])
    assert [row["text"].endswith("4 million.") for row in versions] == [False, True]
    again = ingest(feed, "--into", corpus)
    assert (again["unchanged"], again["kept"]) == (2, 0)
    assert len(read(corpus, "versions")) == 2
