"""The first run on seeds/, and the second: what a person sees, and what stands in the bucket afterwards."""

import gzip
import json
import re
import shutil
import time
from collections import Counter
from pathlib import Path

import lxml.html
import pytest

from tests.conftest import ROOT
from tests.e2e.reading import add_up, fates, golden_fates, objects, read


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


GOLDEN = [json.loads(line) for line in (ROOT / "tests/golden/seeds.jsonl").read_text("utf-8").splitlines()]
KEPT = [gold for gold in GOLDEN if "reject" not in gold]
LABELLED = [gold for gold in KEPT if "blocks" in gold]
MARKED = [gold for gold in KEPT if gold.get("must_cut")]


def each(golden: list[dict]):
    return pytest.mark.parametrize("gold", golden, ids=[gold["file"] for gold in golden])


@pytest.fixture(scope="module")
def versions(first) -> dict[str, dict]:
    """The row of each document by its input's name."""
    names = {row["id"]: row["name"] for row in read(first[0], "outcomes")}
    return {names[row["id"]]: row for row in read(first[0], "versions")}


def cuts_of(row: dict) -> list[str]:
    return [row["source_text"][cut["start"] : cut["end"]] for cut in row["removals"]]


def test_golden_file_names_every_input_and_each_ends_as_it_says(first) -> None:
    found = outcomes_by_name(first[0])
    assert sorted(found) == [gold["file"] for gold in GOLDEN]
    ends = {name: row["reason"] for name, row in found.items() if row["outcome"] not in {"kept", "duplicate"}}
    assert ends == {gold["file"]: gold["reject"] for gold in GOLDEN if "reject" in gold}


@each(KEPT)
def test_seed_has_the_text_title_language_and_flags_of_the_golden_file(versions, gold) -> None:
    row = versions[gold["file"]]
    assert (row["title"], row["text"], row["language"]) == (gold["title"], gold["text"], gold["language"])
    assert sorted(row["flags"]) == gold.get("flags", [])


@each([gold for gold in KEPT if "date" in gold])
def test_seed_has_the_authors_and_date_of_the_golden_file(versions, gold) -> None:
    row = versions[gold["file"]]
    assert (row["authors"], row["published_at"].date().isoformat()) == (gold["authors"], gold["date"])


@each([gold for gold in KEPT if "date" not in gold])
def test_seed_without_a_known_author_or_date_gets_none(versions, gold) -> None:
    row = versions[gold["file"]]
    assert (row["authors"], row["published_at"]) == ([], None)


@each(LABELLED)
def test_every_block_of_a_text_seed_has_the_fate_and_reason_of_the_golden_file(versions, gold) -> None:
    assert fates(versions[gold["file"]]) == golden_fates(gold)


@each(MARKED)
def test_furniture_of_a_page_stands_in_the_ledger_and_never_in_the_text(versions, gold) -> None:
    row = versions[gold["file"]]
    cuts = cuts_of(row)
    assert [piece for piece in gold["must_cut"] if not any(piece in cut for cut in cuts)] == []
    assert [piece for piece in gold["must_cut"] if piece in row["text"]] == []


NOT_RENDERED = ("head", "script", "style", "template", "noscript")


def visible_words(html: bytes) -> Counter[str]:
    """The words of every text node that a browser shows, told from the raw page without any code of ours."""
    page = lxml.html.document_fromstring(html, parser=lxml.html.HTMLParser(encoding=charset(html)))
    nodes = page.xpath("//text()[not({})]".format(" or ".join(f"ancestor::{name}" for name in NOT_RENDERED)))
    return Counter(word for node in nodes for word in re.findall(r"\w+", node))


def charset(html: bytes) -> str:
    """The charset that a page names, as browsers read it."""
    named = re.search(rb"charset=[\"']?([\w-]+)", html)
    found = named[1].decode().lower() if named else "utf-8"
    return "windows-1252" if found == "iso-8859-1" else found


def raw_html(name: str) -> bytes:
    """A page of seeds/ as it was written; `#` names a record of a feed."""
    path, _, number = name.partition("#")
    body = (ROOT / "seeds" / path).read_bytes()
    if number:
        return json.loads(body.splitlines()[int(number) - 1])["html"].encode()
    return gzip.decompress(body) if path.endswith(".gz") else body


PAGES = [gold for gold in KEPT if ".html" in gold["file"] or gold["file"].endswith("jsonl#2")]


@each(PAGES)
def test_title_kept_and_cut_text_are_the_visible_text_of_the_raw_page(versions, gold) -> None:
    row = versions[gold["file"]]
    title = row["title"] if row["title_span"] else ""
    told = Counter(re.findall(r"\w+", "\n".join([title, row["text"], *cuts_of(row)])))
    shown = visible_words(raw_html(gold["file"]))
    size = sum(len(word) * times for word, times in shown.items())
    assert size > 1_000
    assert sum(len(word) * times for word, times in (shown & told).items()) >= 0.99 * size, shown - told
    assert sum(len(word) * times for word, times in (told - shown).items()) <= 0.01 * size, told - shown


def test_pages_of_the_seeds_are_all_measured() -> None:
    assert len(PAGES) == 6


@pytest.mark.slow
def test_first_run_ends_within_a_minute(root: Path, winnow, tmp_path: Path) -> None:
    before = time.perf_counter()
    done = winnow("ingest", root / "seeds", "--into", tmp_path / "corpus")
    assert time.perf_counter() - before < 60
    assert done.returncode == 0, done.stderr
    assert "26" in done.stdout


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
