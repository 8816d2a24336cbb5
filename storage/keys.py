"""Spells every key of the bucket, and says where text of articles can stand.

A takedown walks every area of `AREAS` that holds text. Numbers are padded, so that key order is their order.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal, get_args

from storage.objects import check_key

Table = Literal["versions", "decisions", "outcomes", "documents"]
TABLES: tuple[Table, ...] = get_args(Table)
"""The Delta tables, in the order in which they are rolled: `documents`, which readers read, comes last."""

RECORDS: tuple[Table, ...] = ("versions", "decisions", "outcomes")
"""Those that only grow; `documents` is derived from them."""

CORPUS = "clean/corpus.json"
"""Marks the place as a corpus and names its format. No text of articles."""
COMMITS = "clean/commits/"
RUNS = "clean/runs/"
PLAN_SUFFIX = "plan.json"
"""Ends the keys of plans, beside which the records of runs stand."""
TAKEN = "taken-"
PLANS = "clean/plans/"
STAGED = "clean/staged/"
SKETCHES = "clean/sketches/"
PROBES = "clean/probes/"
"""What `winnow doctor` tries a store with; removed when it is done. No text of articles."""
RELEASES = "clean/releases/"
LATEST = f"{RELEASES}latest.json"
"""Names the newest release. No text of articles."""
COMMIT = re.compile(r"clean/commits/\d{12,}\.json")
STAGED_SHARD = re.compile(r"clean/staged/[^/]+/\d{6,}\.parquet")
SKETCH_SEGMENT = re.compile(r"clean/sketches/\d{12,}-[0-9a-f]{24}\.parquet")
DATA_FILE = re.compile(r"\d{12}-\d{4,}-[0-9a-f]{24}\.parquet")
RAW_WARC = "raw/warc/"
RAW_INDEX = "raw/index/"
RAW_LISTS = "raw/lists/"
RAW_RETIRED = "raw/retired/"
SEGMENT = re.compile(r"raw/warc/(\d{4})/(\d\d)/(\d\d)/(.+)-\d{6,}-\d{4,}\.warc\.gz")

AREAS: Mapping[str, bool] = {
    CORPUS: False,
    COMMITS: False,
    RUNS: False,
    PLANS: True,
    SKETCHES: False,
    "clean/decisions/": False,
    "clean/outcomes/": False,
    "clean/takedowns/": False,
    "clean/blocklist/": False,
    PROBES: False,
    STAGED: True,
    "clean/versions/": True,
    "clean/documents/": True,
    RELEASES: True,
    RAW_WARC: True,
    RAW_INDEX: True,
    RAW_LISTS: True,
    RAW_RETIRED: False,
}
"""Every prefix of the bucket → whether text of articles can stand below it; `raw/index/` holds headers of responses."""


def commit(seq: int) -> str:
    """The commit of that number, from 1. No text of articles."""
    return f"{COMMITS}{seq:012d}.json"


def commit_seqs(keys: Iterable[str]) -> list[int]:
    """The numbers of the commits among some keys; what a stranger put beside them is none."""
    return [commit_seq(key) for key in keys if COMMIT.fullmatch(key)]


def commit_seq(key: str) -> int:
    """The number that `commit` spelled."""
    return int(key.removeprefix(COMMITS).removesuffix(".json"))


def table(name: Table) -> str:
    """A Delta table's folder. Text of articles in `versions` and `documents`; `decisions` and `outcomes` have none."""
    return f"clean/{name}"


def table_file(name: Table, path: str) -> str:
    """A data file of a Delta table, by its path in the table's log. Text as in `table`."""
    return check_key(f"clean/{name}/{path}")


def data_file(seq: int, part: int, sha256: str) -> str:
    """Path within a table of a file that commit `seq` adds: commit order, then staging order, then its content's digest."""
    return f"{seq:012d}-{part:04d}-{sha256[:24]}.parquet"


def is_data_file(key: str) -> bool:
    """Whether a key is one of a table's data files."""
    folder, _, path = key.rpartition("/")
    return folder in {table(name) for name in TABLES} and DATA_FILE.fullmatch(path) is not None


def is_passing(key: str) -> bool:
    """Whether a key is one of what runs stage or try, and of segments of sketches: of all else nothing is ever swept."""
    return key.startswith(PROBES) or any(spelled.fullmatch(key) for spelled in (STAGED_SHARD, SKETCH_SEGMENT))


def data_digest(path: str) -> str:
    """The beginning of a file's digest, as `data_file` spelled it."""
    return path.removesuffix(".parquet").rpartition("-")[2]


def sketches(seq: int, sha256: str) -> str:
    """The sketch segment of a commit. Hashes, URLs and dates; no text of articles."""
    return f"{SKETCHES}{seq:012d}-{sha256[:24]}.parquet"


def sketches_seq(key: str) -> int:
    """The commit that `sketches` spelled."""
    return int(key.removeprefix(SKETCHES).partition("-")[0])


def staged_run(run: str) -> str:
    """Prefix of a run's staged shards. Text of articles."""
    return check_key(f"{STAGED}{run}") + "/"


def staged(run: str, shard: int) -> str:
    """What one shard of a run that has not committed was cleaned to. Text of articles."""
    return f"{staged_run(run)}{shard:06d}.parquet"


def staged_shard(key: str) -> int:
    """The shard that `staged` spelled."""
    return int(key.rpartition("/")[2].removesuffix(".parquet"))


def run_plan(run: str, turn: int = 0) -> str:
    """The plan of a run that has not ended, as its `turn`-th taker claimed it; deleted when it ends. No text of articles."""
    return check_key(f"{run_beginning(run)}{f'{TAKEN}{turn:04d}.' if turn else ''}{PLAN_SUFFIX}")


def run_beginning(run: str) -> str:
    """How the keys of a run's record and of its plans, in the order of its takers, begin."""
    return check_key(f"{RUNS}{run}") + "."


def run_turn(key: str) -> int:
    """The turn that `run_plan` spelled."""
    turn = key.removesuffix(f".{PLAN_SUFFIX}").rpartition(f".{TAKEN}")[2]
    return int(turn) if turn.isdigit() and f".{TAKEN}" in key else 0


def run_record(run: str) -> str:
    """What a run did: counts and, where it was refused, its outcomes. No text of articles."""
    return check_key(f"{RUNS}{run}.json")


def probe(examination: str, name: str) -> str:
    """An object, or the folder of a table, by which one examination tries the store. No text of articles."""
    return check_key(f"{PROBES}{examination}/{name}")


def reprocess_plan(plan: str) -> str:
    """The plan of a reprocess, to be approved: selection, digests, counts, results of the sample. No text of articles."""
    return check_key(f"{PLANS}{plan}.json")


def reprocess_page(plan: str) -> str:
    """The page that shows a plan. Text of articles: the largest changes, before and after."""
    return check_key(f"{PLANS}{plan}.html")


def release(name: str) -> str:
    """Prefix of a release's objects. Text of articles in `data/` and `jsonl/`, names of sites and licences in its card."""
    return check_key(f"{RELEASES}{name}") + "/"


def release_file(name: str, path: str) -> str:
    """An object of a release, by its path in the manifest. Text as in `release`."""
    return check_key(f"{release(name)}{path}")


def release_manifest(name: str) -> str:
    """What a release holds, with digests and counts; writing it makes the release real. No text of articles."""
    return release_file(name, "manifest.json")


def release_begun(name: str) -> str:
    """Of which commit an unfinished release is made, and how; deleted when it is finished. No text of articles."""
    return release_file(name, "begun.json")


def release_name(key: str) -> str:
    """The release that a key below `RELEASES` belongs to; of `LATEST` and other strangers the key's last part."""
    return key.removeprefix(RELEASES).partition("/")[0]


def raw_segment(stored_at: datetime, run: str, shard: int, part: int) -> str:
    """A WARC segment of a shard's pages. Text of articles."""
    return check_key(f"{RAW_WARC}{stored_at:%Y/%m/%d}/{run}-{shard:06d}-{part:04d}.warc.gz")


def segment_of(key: str) -> tuple[date, str] | None:
    """The day and the run that `raw_segment` spelled; null for a key that it did not."""
    parts = SEGMENT.fullmatch(key)
    return (date(*map(int, parts.groups()[:3])), parts[4]) if parts else None


def raw_retired(day: date, sha256: str) -> str:
    """The record of segments that a policy let go on a day. No text of articles."""
    return f"{RAW_RETIRED}{day:%Y-%m-%d}-{sha256[:24]}.json"


def raw_index(stored_at: datetime, run: str, shard: int) -> str:
    """The index of a shard's pages. URLs, headers and digests: a header can hold a headline."""
    return check_key(f"{RAW_INDEX}{stored_at:%Y/%m/%d}/{run}-{shard:06d}.parquet")


def raw_list(url: str) -> str:
    """The last answer of a feed or a list of URLs. A feed holds headlines and beginnings of articles."""
    return f"{RAW_LISTS}{hashlib.sha256(url.encode('utf-8', 'backslashreplace')).hexdigest()[:32]}.warc.gz"
