"""Every snippet of docs/reading-the-bucket.md, run by a stranger's Python on a corpus whose documents have changed."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections import Counter
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from tests.conftest import is_required
from tests.e2e.reading import read
from tests.seaweed import READER, Store, environment

pytestmark = pytest.mark.slow

FENCE = re.compile(r"^```python ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = "docs/reading-the-bucket.md"
EXTRA = {"polars": "polars", "pandas": "pandas", "datasets": "datasets", "release": "datasets"}
"""Snippet → the package of the group `readers` that it needs."""
TABLES = ("versions", "decisions", "outcomes", "documents")

URL = "https://www.wexcombe-observer.example/culture/2025/09/18/tide-machine-museum"
OLD, NEW = "27 pulleys began to rise", "29 pulleys began to rise"
RESERVED = """<!doctype html><html lang="en"><head><title>Lamp room opens to visitors</title>
<link rel="canonical" href="https://lamps.example/room"><meta name="robots" content="index, noai">
<link rel="license" href="https://licences.example/closed"></head><body><article><h1>Lamp room opens to visitors</h1>{}</article></body></html>"""
PARAGRAPHS = (
    "The lamp room of the old signal station at Tarn Head opened to visitors on Saturday for the first time in forty years.",
    "Volunteers had spent three winters polishing the brass of the two lamps, and mended the clockwork that once turned them.",
    "“We found the original key in a drawer of the harbour office,” said Mirel Castan, who keeps the station's diary.",
    "Tours start on the hour and take at most eight people, because the stair to the gallery is narrow and steep.",
    "The station was built after the winter in which eleven boats missed the harbour entrance in a single night of fog.",
    "It was closed when the last keeper retired, and the lamps were covered with sailcloth to keep the salt air from them.",
    "A small exhibition on the ground floor tells of the keepers and their families, with letters, tools and photographs.",
    "The town council has promised money for the roof, and hopes that the visitors' fees will pay for the rest by next year.",
)


@dataclass(frozen=True)
class Snippet:
    """A fenced block of Python on the page."""

    code: str
    place: str = ""
    name: str = ""
    shared: bool = False
    untested: bool = False


@pytest.fixture(scope="module")
def snippets(root: Path) -> list[Snippet]:
    """All of the page, in order."""
    found = []
    for marks, code in FENCE.findall((root / PAGE).read_text("utf-8")):
        words = dict(mark.split("=") if "=" in mark else (mark, True) for mark in marks.split())
        found.append(Snippet(code, **words))
    (readme,) = FENCE.findall((root / "README.md").read_text("utf-8"))
    return [*found, Snippet(readme[1], name="readme")]


@dataclass
class Reading:
    """What a stranger's Python found on one corpus."""

    corpus: Path | str
    folder: Path
    first: str
    """Id of the run that came first."""
    answers: dict = field(default_factory=dict)

    def rows(self, table: str) -> list[dict]:
        return read(self.corpus, table)

    def state(self, seq: int = 10**9) -> dict[str, dict]:
        """By the definition: of each document whose last decision is live, the version that it names."""
        last: dict[str, dict] = {}
        for row in sorted(self.rows("decisions"), key=lambda row: row["seq"]):
            if row["seq"] <= seq:
                last[row["id"]] = row
        versions = {(row["id"], row["version"]): row for row in self.rows("versions")}
        return {
            id_: versions[id_, row["version"]] | {"duplicate_of": row["duplicate_of"], "cluster": row["cluster"]}
            for id_, row in last.items()
            if row["status"] == "live"
        }

    def by_language(self) -> list[dict]:
        counts = Counter(row["language"] for row in self.state().values() if row["duplicate_of"] is None)
        return [{"language": language, "id_count": counts[language]} for language in sorted(counts)]


def fill(corpus: Path | str, root: Path, folder: Path, ingest, winnow) -> str:
    """Two runs of a folder that changes, a reprocess that withdraws, a release; the id of the first run."""
    seeds = Path(shutil.copytree(root / "seeds", folder / "seeds"))
    (seeds / "museums/lamp-room.html").write_text(RESERVED.format("".join(f"<p>{text}</p>" for text in PARAGRAPHS)), "utf-8")
    first = ingest(seeds, "--into", corpus)
    page = seeds / "museums/tide-machine.html"
    page.write_text(page.read_text("utf-8").replace(OLD, NEW), "utf-8")
    shutil.copy(seeds / "clubs/ruderclub-bootshaus.html", seeds / "clubs/again.html")
    second = ingest(seeds, "--into", corpus)
    assert (second["new_versions"], second["duplicates"]) == (1, 1), second
    stricter = {"env": {**os.environ, "WINNOW_QUALITY__MIN_CHARS": "900"}}
    plan = json.loads(winnow("reprocess", "preview", "--all", "--json", "--corpus", corpus, **stricter).stdout)["plan"]
    applied = winnow("reprocess", "apply", plan, "--by", "a tester", "--corpus", corpus, "--json", **stricter)
    assert json.loads(applied.stdout)["withdrawn"] == 2, applied.stderr
    released = winnow("release", "autumn", "--corpus", corpus)
    assert released.returncode == 0, released.stderr
    return first["run_id"]


def stranger(snippets: list[Snippet], place: str, folder: Path, changes: dict[str, str], variables: dict[str, str]) -> dict:
    """The answers of a Python that cannot import Winnow."""
    code = next(each.code for each in snippets if each.place == place)
    for old, new in changes.items():
        assert old in code, old
        code = code.replace(old, new)
    given = {
        "shared": [code, *(each.code for each in snippets if each.shared)],
        "snippets": {each.name: each.code for each in snippets if each.name and find_spec(EXTRA.get(each.name, "pyarrow"))},
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "WINNOW_"))}
    script = Path(__file__).with_name("stranger.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, sysconfig.get_path("purelib")],
        input=json.dumps(given),
        cwd=folder,
        env={**kept, "HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def on_disk(snippets, root: Path, ingest, winnow, tmp_path_factory) -> Reading:
    folder = tmp_path_factory.mktemp("directory")
    first = fill(folder / "corpus", root, folder, ingest, winnow)
    return Reading(folder / "corpus", folder, first, stranger(snippets, "directory", folder, {}, {}))


@pytest.fixture(scope="module")
def filled(s3: Store, root: Path, ingest, winnow, tmp_path_factory) -> tuple[str, str]:
    """A corpus on S3, under the name that the page gives it, and its first run."""
    client = s3.client()
    client.create_bucket(Bucket="news")
    client.close()
    return "s3://news/corpus", fill("s3://news/corpus", root, tmp_path_factory.mktemp("inputs"), ingest, winnow)


@pytest.fixture(scope="module")
def on_s3(filled, s3: Store, snippets, tmp_path_factory) -> Reading:
    """Read with rights to read and list alone."""
    changes = {"https://s3.example:9000": s3.endpoint, '"the key"': f'"{READER[0]}"', '"its secret"': f'"{READER[1]}"'}
    changes |= {'"AWS_ALLOW_HTTP": "false"': '"AWS_ALLOW_HTTP": "true"'}
    folder = tmp_path_factory.mktemp("s3")
    snippets = [each for each in snippets if each.name != "readme"]  # it speaks of a directory
    return Reading(filled[0], folder, filled[1], stranger(snippets, "s3", folder, changes, {"AWS_EC2_METADATA_DISABLED": "true"}))


@pytest.fixture(scope="module")
def by_environment(filled, s3: Store, snippets, tmp_path_factory) -> Reading:
    folder = tmp_path_factory.mktemp("environment")
    snippets = [each for each in snippets if each.name != "readme"]
    variables = environment(s3.endpoint, READER) | {"AWS_REGION": "us-east-1"}
    answers = stranger(snippets, "environment", folder, {'"AWS_ALLOW_HTTP": "false"': '"AWS_ALLOW_HTTP": "true"'}, variables)
    return Reading(filled[0], folder, filled[1], answers)


@pytest.fixture(scope="module")
def by_tls(filled, s3: Store, snippets, tmp_path_factory) -> Reading:
    """With an authority that no system knows."""
    if s3.secure_endpoint is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    variables = environment(s3.secure_endpoint, READER) | {"AWS_REGION": "us-east-1", "SSL_CERT_FILE": str(s3.ca)}
    wanted = [each for each in snippets if not each.name or each.name in {"pyarrow", "polars", "raw"}]
    return Reading(filled[0], folder, filled[1], stranger(wanted, "environment", folder, {}, variables))


@pytest.fixture(params=["on_disk", "on_s3", "by_environment"])
def reading(request) -> Reading:
    return request.getfixturevalue(request.param)


def answer(reading: Reading, name: str) -> dict:
    """What a snippet left; skips, saying so, where its package is not installed."""
    package = EXTRA.get(name)
    if package and not find_spec(package):
        if is_required("readers"):
            pytest.fail(f"WINNOW_REQUIRE names readers, but {package} is not installed")
        pytest.skip(f"{package} is not installed: `make readers`")
    found = reading.answers[name]
    assert isinstance(found, dict), found
    return found


def texts(rows: list[dict]) -> dict[str, str]:
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row["text"] for row in rows}


def test_every_snippet_is_run_or_said_to_be_untested(snippets) -> None:
    assert [each.place for each in snippets if each.place] == ["directory", "s3", "environment"]
    (untested,) = [each for each in snippets if each.untested]
    assert "spark" in untested.code
    assert all(bool(each.place) + bool(each.name) + each.shared + each.untested == 1 for each in snippets)
    tested = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    assert {each.name for each in snippets if each.name} <= tested


def test_no_snippet_globs(snippets) -> None:
    assert not [each.code for each in snippets if "*." in each.code or "read_parquet" in each.code]


def test_the_corpus_has_what_a_wrong_reader_would_stumble_over(reading: Reading) -> None:
    state = reading.state()
    assert [NEW in row["text"] for row in state.values() if row["url"] == URL] == [True]
    withdrawn = [row["id"] for row in reading.rows("decisions") if row["status"] == "withdrawn"]
    assert len(withdrawn) == 2
    assert not set(withdrawn) & set(state)


def test_a_glob_brings_back_what_was_replaced_and_withdrawn(on_disk: Reading) -> None:
    """Why the page warns of it."""
    import duckdb

    files = duckdb.read_parquet(f"{on_disk.corpus}/clean/documents/*.parquet")
    found = files.select("id", "text").fetchall()
    state = on_disk.state()
    assert len(found) > len(state)
    assert any(OLD in text for _, text in found)
    assert {id_ for id_, _ in found} - set(state)


@pytest.mark.parametrize("by", ["-I", "-I -S"])
def test_the_stranger_refuses_to_run_beside_winnow(root: Path, by: str) -> None:
    """The control of the control: with `.pth` files read, this very Python could import it."""
    script = Path(__file__).with_name("stranger.py")
    command = [sys.executable, *by.split(), script, sysconfig.get_path("purelib") if by == "-I" else str(root)]
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "could import ['flows', 'ingest', 'storage'" in done.stderr


def test_pyarrow(reading: Reading) -> None:
    found = answer(reading, "pyarrow")
    assert texts(found["documents"]) == texts(list(reading.state().values()))
    assert found["by_language"] == reading.by_language()


def test_an_authority_of_ones_own_is_trusted_by_all(by_tls: Reading) -> None:
    assert texts(answer(by_tls, "pyarrow")["documents"]) == texts(list(by_tls.state().values()))
    assert answer(by_tls, "raw")["body"].startswith("<!")
    assert texts(answer(by_tls, "polars")["current"]) == texts(list(by_tls.state().values()))


def test_readme(on_disk: Reading) -> None:
    canonical = [row for row in on_disk.state().values() if row["duplicate_of"] is None]
    assert texts(answer(on_disk, "readme")["documents"]) == texts(canonical)


def test_polars(reading: Reading) -> None:
    found = answer(reading, "polars")
    assert texts(found["current"]) == texts(list(reading.state().values()))
    assert found["by_language"] == reading.by_language()


def test_duckdb(reading: Reading) -> None:
    found = answer(reading, "duckdb")
    assert texts(found["current"]) == texts(list(reading.state().values()))
    assert found["by_language"] == reading.by_language()


def test_pandas(reading: Reading) -> None:
    found = answer(reading, "pandas")
    assert texts(found["frame"]) == texts(list(reading.state().values()))
    assert found["by_language"] == reading.by_language()


def test_datasets(reading: Reading) -> None:
    found = answer(reading, "datasets")
    canonical = [row for row in reading.state().values() if row["duplicate_of"] is None]
    assert texts(found["dataset"]) == texts(canonical)
    assert texts(found["english"]) == texts([row for row in canonical if row["language"] == "en"])


def test_release(reading: Reading) -> None:
    found = answer(reading, "release")
    canonical = [row for row in reading.state().values() if row["duplicate_of"] is None]
    assert (found["latest"]["name"], found["latest"]["seq"]) == ("autumn", 3)
    assert texts(found["everything"]) == texts(canonical)
    assert texts(found["english"]) == texts([row for row in canonical if row["language"] == "en"])


def test_release_files(reading: Reading) -> None:
    canonical = [row for row in reading.state().values() if row["duplicate_of"] is None]
    found = answer(reading, "release-files")["documents"]
    assert texts(found) == texts(canonical)
    assert [row["rights"] for row in found if row["rights"]["opt_outs"]] == [
        {"licence_url": "https://licences.example/closed", "opt_outs": ["noai"]}
    ]


def test_batches(reading: Reading) -> None:
    assert answer(reading, "batches")
    lines = (reading.folder / "english.jsonl").read_text("utf-8").splitlines()
    wanted = [row for row in reading.state().values() if row["language"] == "en" and row["duplicate_of"] is None]
    assert texts([json.loads(line) for line in lines]) == texts(wanted)


def test_training(reading: Reading) -> None:
    assert isinstance(answer(reading, "training"), dict)
    rows = pq.read_table(reading.folder / "train.parquet").to_pylist()
    canonical = [row for row in reading.state().values() if row["duplicate_of"] is None]
    (reserved,) = [row for row in canonical if row["rights"]["opt_outs"]]
    (broken,) = [row for row in canonical if "mojibake" in row["flags"]]
    assert reserved["rights"] == {"licence_url": "https://licences.example/closed", "opt_outs": ["noai"]}
    left_out = {reserved["id"], broken["id"]} | {row["id"] for row in canonical if row["access"] == "paywalled"}
    assert texts(rows) == texts([row for row in canonical if row["id"] not in left_out])


def test_stories(reading: Reading) -> None:
    clusters = Counter(row["cluster"] for row in reading.state().values())
    titles = {row["cluster"]: row["title"] for row in reading.state().values() if row["duplicate_of"] is None}
    found = answer(reading, "stories")["stories"]
    assert sorted((row["title"], row["documents"]) for row in found) == sorted(
        (titles[cluster], count) for cluster, count in clusters.items() if count > 1
    )
    assert len(found) == 4


def brought_up(copy: dict[str, str], found: dict) -> dict[str, str]:
    """A reader's copy, replaced and deleted by id."""
    new = copy | {row["id"]: row["text"] for row in found["changed"]}
    return {id_: text for id_, text in new.items() if id_ not in found["gone"]}


def test_changes(reading: Reading) -> None:
    found = answer(reading, "changes")
    before, after = reading.state(1), reading.state()
    changed = {id_ for id_, row in after.items() if id_ not in before or before[id_]["text"] != row["text"]}
    assert (found["before"], found["now"]) == (1, 3)
    assert changed <= {row["id"] for row in found["changed"]}
    assert set(found["gone"]) == set(before) - set(after)
    assert len(found["gone"]) == 2
    assert brought_up(texts(list(before.values())), found) == texts(list(after.values()))


def test_changes_miss_nothing_while_tables_are_at_different_commits(on_disk: Reading, snippets, tmp_path: Path) -> None:
    """A run is committing: `documents` lags behind, then is there."""
    corpus = Path(shutil.copytree(on_disk.corpus, tmp_path / "corpus"))
    newest = max((corpus / "clean/documents/_delta_log").glob("*.json"))
    held_back = newest.rename(tmp_path / newest.name)
    wanted = [each for each in snippets if each.name in {"", "changes"}]
    found = stranger(wanted, "directory", tmp_path, {}, {})["changes"]
    copy = brought_up(texts(list(on_disk.state(1).values())), found)
    assert (found["now"], found["gone"]) == (2, [])
    assert copy == texts(list(on_disk.state(2).values()))
    held_back.rename(newest)
    later = [replace(each, code=each.code.replace("before = 1", f"before = {found['now']}")) for each in wanted]
    again = stranger(later, "directory", tmp_path, {}, {})["changes"]
    assert (again["before"], again["now"]) == (2, 3)
    assert brought_up(copy, again) == texts(list(on_disk.state().values()))


def test_one_state(reading: Reading) -> None:
    found = answer(reading, "one-state")
    assert found["seq"] == 3
    assert texts(found["documents"]) == texts(list(reading.state().values()))


def test_one_state_is_found_while_tables_are_at_different_commits(on_disk: Reading, snippets, tmp_path: Path) -> None:
    """As when a run is just committing: `outcomes` is not there yet."""
    corpus = Path(shutil.copytree(on_disk.corpus, tmp_path / "corpus"))
    max((corpus / "clean/outcomes/_delta_log").glob("*.json")).unlink()
    wanted = [each for each in snippets if each.name in {"", "one-state"}]
    found = stranger(wanted, "directory", tmp_path, {}, {})["one-state"]
    assert found["seq"] == 2
    assert {row["seq"] for row in found["outcomes"]} == {1, 2}
    assert texts(found["documents"]) == texts(list(on_disk.state(2).values())) != texts(list(on_disk.state().values()))


def test_as_of(reading: Reading) -> None:
    answers = answer(reading, "as-of")
    found, before = answers["documents"], reading.state(1)
    assert texts(found) == texts(list(before.values()))
    assert {row["id"]: (row["duplicate_of"], row["cluster"]) for row in found} == {
        id_: (row["duplicate_of"], row["cluster"]) for id_, row in before.items()
    }
    assert len(answers["outcomes"]) == sum(row["seq"] <= 1 for row in reading.rows("outcomes")) < len(reading.rows("outcomes"))
    assert [OLD in row["text"] for row in found if "tide machine" in (row["title"] or "").lower() or OLD in row["text"]] == [True]
    record = (
        json.loads((reading.corpus / f"clean/runs/{reading.first}.json").read_text())
        if isinstance(reading.corpus, Path)
        else None
    )
    assert record is None or record["seq"] == 1


def test_history(reading: Reading) -> None:
    found = answer(reading, "history")
    assert [(row["version"], row["seq"]) for row in found["history"]] == [(1, 1), (2, 2)]
    assert found["history"][0]["run_id"] == reading.first
    assert [(row["version"], row["status"]) for row in found["said"]][:2] == [(1, "live"), (2, "live")]


def test_cuts(reading: Reading) -> None:
    found = answer(reading, "cuts")["cuts"]
    (row,) = [row for row in reading.rows("versions") if row["url"] == URL and row["version"] == 2]
    assert Counter(reason for reason, cuts in found.items() for _ in cuts) == Counter(cut["reason"] for cut in row["removals"])
    assert any(cut.startswith("11:42 Forty-one boats") for cut in found["foreign-story"])
    assert not any(NEW in cut for cuts in found.values() for cut in cuts)


def test_outcomes(reading: Reading) -> None:
    found = answer(reading, "outcomes")
    last: dict[str, dict] = {}
    for row in sorted(reading.rows("outcomes"), key=lambda row: row["seq"]):
        last[row["id"]] = row
    refused = Counter((row["stage"], row["reason"]) for row in last.values() if row["outcome"] in {"rejected", "failed"})
    assert {(row["stage"], row["reason"]): row["inputs"] for row in found["refused"]} == refused
    assert refused["quality", "too-short"] == 2
    state = reading.state()
    assert {row["site"]: row["documents"] for row in found["by_site"]} == Counter(row["site"] for row in state.values())
    kept = sum(last[id_]["chars_kept"] for id_ in state)
    cut = sum(each["chars"] for id_ in state for each in last[id_]["chars_cut"])
    assert (sum(row["kept"] for row in found["by_site"]), sum(row["cut"] for row in found["by_site"])) == (kept, cut)


def test_raw(reading: Reading, root: Path) -> None:
    body = answer(reading, "raw")["body"].encode("latin-1")
    page = (root / "seeds/museums/tide-machine.html").read_text("utf-8").replace(OLD, NEW)
    assert body == page.encode()
    assert hashlib.sha256(body).hexdigest() == next(row["raw_sha256"] for row in reading.state().values() if row["url"] == URL)


def never_null(root: Path) -> dict[str, set[str]]:
    section = (root / PAGE).read_text("utf-8").split("## What is never null")[1].split("\n## ")[0]
    lines = re.findall(r"^\| `(\w+)` \| (`.*`) \|$", section, re.MULTILINE)
    return {table: set(re.findall(r"`(\w+)`", columns)) for table, columns in lines}


@pytest.mark.parametrize("name", TABLES)
def test_the_null_rules_hold(reading: Reading, root: Path, name: str) -> None:
    rows = reading.rows(name)
    promised = never_null(root)[name]
    assert promised <= set(rows[0])
    assert [(column, row["id"]) for row in rows for column in promised if row[column] is None] == []
    for column, inner in (
        ("rights", ["opt_outs"]),
        ("raw_ref", ["key", "offset", "length"]),
        ("pipeline", ["code", "config_id"]),
    ):
        assert not [row for row in rows if row.get(column) and any(row[column][each] is None for each in inner)]
    assert not [cut for row in rows for cut in row.get("removals") or () if None in cut.values()]


@pytest.mark.parametrize("name", TABLES)
def test_types_are_as_the_page_says_and_any_delta_reader_will_do(on_disk: Reading, root: Path, name: str) -> None:
    table = DeltaTable(str(on_disk.corpus / "clean" / name))
    assert (table.protocol().min_reader_version, table.protocol().reader_features) == (1, None)
    section = (root / PAGE).read_text("utf-8").split(f"\n## `{name}`\n")[1].split("\n## ")[0]
    told = re.findall(r"^\| `(\w+)` \| (\S.*?) \| ", section, re.MULTILINE)
    schema = pa.schema(table.schema().to_arrow())
    assert told == [(each.name, str(each.type).replace("element: ", "")) for each in schema]
