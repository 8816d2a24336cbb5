"""A release as its card, its picture and Hugging Face's tools show it."""

import json
import os
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from flows.runs.release import ReleaseRequest, release
from flows.runs.settings import read
from flows.view.release import FLAGS, card, picture, size_category
from ingest.records import Flag
from storage import shelves
from storage.local import LocalBucket
from storage.tables import Corpus
from tests.conftest import is_required
from tests.storage.corpora import doc_id
from tests.storage.released import APRIL, STORIES, Story, assert_whole, content, expected, filled, make

SETTINGS = read(None, {}).settings
ATTACKS = ("<script>x</script>", "a|b", "![x](http://e.example/x.png)", "\x00\x1b[2J", "\u202egnp", "x" * 5_000, "`", "---\n- no")


def made(folder: Path, stories=STORIES, **told):
    filled(LocalBucket(folder), stories)
    return release(ReleaseRequest(str(folder), "spring", **told), SETTINGS)


def front(text: str) -> dict:
    """The card's YAML header."""
    _, header, _ = text.split("---\n", 2)
    found = yaml.safe_load(header)
    assert isinstance(found, dict)
    return found


def test_the_card_tells_what_the_release_holds(tmp_path: Path) -> None:
    done = made(tmp_path)
    files = content(LocalBucket(tmp_path))
    text = files["README.md"].decode()
    header = front(text)
    assert header["language"] == ["de", "en"]
    assert (header["license"], header["size_categories"]) == ("other", ["n<1K"])
    configs = {each["config_name"]: each["data_files"][0]["path"] for each in header["configs"]}
    assert configs == {"default": "data/*/*.parquet", "de": "data/de/*.parquet", "en": "data/en/*.parquet"}
    for told in (
        "4 news documents",
        "| en | 3 | 75 % |",
        "| 2026-03 | 3 | 75 % |",
        "| faehre.example | 1 | 25 % |",
        "1 live document that tells a story of which another one is here",
        "| https://licences&#46;example/closed | 1 | 25 % |",
        "| noai | 1 | 25 % |",
        "commit | 1, by run first |",
        "(picture.svg)",
        "Personal data",
    ):
        assert told in text, told
    assert all(f"| `{column.name}` |" in text for column in done.manifest.columns)
    assert_whole(Corpus.open(LocalBucket(tmp_path)))


def test_opt_outs_follow_the_settings_and_the_order_before_them(tmp_path: Path) -> None:
    filled(LocalBucket(tmp_path))
    strict = read(None, {"WINNOW_RELEASE__OPT_OUTS": "leave-out"}).settings
    done = release(ReleaseRequest(str(tmp_path), "strict"), strict)
    assert (done.counts.documents, done.counts.opt_outs_left_out) == (3, 1)
    assert "are left out: 1." in content(LocalBucket(tmp_path), "strict")["README.md"].decode()
    assert release(ReleaseRequest(str(tmp_path), "all", opt_outs="keep"), strict).counts.documents == 4


def test_card_and_picture_are_the_same_bytes_from_the_same_state(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        made(tmp_path / folder, jsonl=True)
    one, two = (content(LocalBucket(tmp_path / folder)) for folder in ("one", "two"))
    assert one == two
    assert str(tmp_path).encode() not in b"".join(one.values())


def test_text_of_strangers_is_no_markup_in_card_and_picture(tmp_path: Path) -> None:
    stories = [
        Story(f"d{n}", language=attack, site=attack, licence_url=attack, opt_outs=(attack,)) for n, attack in enumerate(ATTACKS)
    ]
    done = made(tmp_path, stories)
    text, drawn = card(done.manifest), picture(done.manifest)
    assert front(text)["configs"][0]["config_name"] == "default"
    assert "language" not in front(text)
    for wrong in ("<script>", "a|b", "](http://e.example", "\x00", "\x1b", "\u202e", "x" * 300):
        assert wrong not in text, wrong
    assert not [line for line in text.splitlines() if line.startswith("- no")]
    shapes = ET.fromstring(drawn)  # noqa: S314 - our own
    assert {shape.tag.rpartition("}")[2] for shape in shapes.iter()} == {"svg", "title", "rect", "text", "tspan", "g", "line"}


def test_the_picture_draws_every_document_once(tmp_path: Path) -> None:
    done = made(tmp_path)
    shapes = ET.fromstring(picture(done.manifest))  # noqa: S314 - our own
    tall = [
        float(each.get("height", "0"))
        for each in shapes.iter()
        if each.tag.endswith("rect") and each.get("fill", "") in {"#0072b2", "#e69f00"} and each.get("height") != "11"
    ]
    # March has three of four documents, the highest column; two of its three are English.
    assert sorted(tall) == [60.0, 60.0, 120.0]
    text = " ".join(shapes.itertext())
    assert "4 documents" in " ".join(text.split())
    assert "2026-03" in text
    assert "2026-04" in text


def test_a_long_time_is_drawn_by_years(tmp_path: Path) -> None:
    stories = [Story(f"d{n}", seen=APRIL.replace(year=2019 + n // 12, month=1 + n % 12, day=1)) for n in range(60)]
    done = made(tmp_path, stories)
    drawn = picture(done.manifest)
    assert "documents by year" in drawn
    assert drawn.count('fill="#0072b2"') == 5 + 1  # and the legend


def test_every_flag_is_explained_on_the_card() -> None:
    assert set(FLAGS) == set(Flag)


@pytest.mark.parametrize(
    ("documents", "category"),
    [(1, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (99_999, "10K<n<100K"), (1_000_000, "1M<n<10M"), (10**14, "100B<n<1T")],
)
def test_sizes_are_named_as_the_hub_names_them(documents: int, category: str) -> None:
    assert size_category(documents) == category


LOAD = """
import json, sys
import datasets
datasets.disable_progress_bars()
found = {}
for name in ["default", *datasets.get_dataset_config_names(sys.argv[1])]:
    rows = datasets.load_dataset(sys.argv[1], name, split="train")
    found[name] = sorted([row["id"], row["text"], row["first_seen_at"].isoformat()] for row in rows)
    found[name + ":features"] = str(rows.features["text"]) + str(rows.features["first_seen_at"])
print(json.dumps(found))
"""


def loaded(folder: Path, cache: Path) -> dict:
    """Configuration → rows, as `load_dataset` finds them, offline; skips, saying so, where `datasets` is not installed."""
    if not find_spec("datasets"):
        if is_required("readers"):
            pytest.fail("WINNOW_REQUIRE names readers, but datasets is not installed")
        pytest.skip("datasets is not installed: `make readers`")
    kept = {**os.environ, "HF_HOME": str(cache), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", LOAD, str(folder)], env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("shard_bytes", [shelves.SHARD_BYTES, 1_200])
def test_load_dataset_reads_the_folder(tmp_path: Path, monkeypatch, shard_bytes: int) -> None:
    """Also where a month is divided, and languages are spelt for file systems."""
    monkeypatch.setattr(shelves, "SHARD_BYTES", shard_bytes)
    stories = [*STORIES, Story("odd", language="No/../x"), Story("norsk", language="no"), Story("ferry-2", language="de")]
    done = made(tmp_path / "corpus", stories, jsonl=True)
    rows = expected(Corpus.open(LocalBucket(tmp_path / "corpus")), 1)
    found = loaded(Path(done.place), tmp_path / "cache")
    wanted = sorted([row["id"], row["text"], row["first_seen_at"].isoformat()] for row in rows)
    assert found["default"] == wanted
    for language in {row["language"] for row in rows}:
        name = shelves.safe_name(language)
        assert [row[0] for row in found[name]] == sorted(row["id"] for row in rows if row["language"] == language)
        assert found[f"{name}:features"] == "Value('string')Value('timestamp[us, tz=UTC]')"
    assert (max(Counter((file.language, file.month) for file in done.manifest.data).values()) > 1) == (shard_bytes == 1_200)
    assert all(file.rows for file in done.manifest.data)


@pytest.mark.slow
def test_one_document_loads(tmp_path: Path) -> None:
    done = made(tmp_path / "corpus", [Story("clock")])
    assert [row[0] for row in loaded(Path(done.place), tmp_path / "cache")["default"]] == [doc_id("clock")]


def test_what_is_made_by_hand_and_by_the_flow_is_the_same_data(tmp_path: Path) -> None:
    """The card is the flow's, the data the store's."""
    made(tmp_path / "flow")
    make(filled(LocalBucket(tmp_path / "store")))
    flow, store = (content(LocalBucket(tmp_path / name)) for name in ("flow", "store"))
    assert {path: flow[path] for path in flow if path.startswith("data/")} == {
        path: store[path] for path in store if path.startswith("data/")
    }
    assert flow.keys() == store.keys()
