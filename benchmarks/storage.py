"""What the versioned corpus costs, each figure beside a peer or a bound in the same run.

    python -m benchmarks.storage [--only NAME]… [--documents 100000] [--s3] [--place FOLDER]

commit   ten documents: until the commit object stands (durable), and until all four tables show them (visible), beside
         `deltalake.write_deltalake` of ten rows to a table that is opened for it; with --s3 on SeaweedFS too
bulk     one run of so many documents of 3 kB, from rows to visible tables, in a process of its own: rows/CPU-s, peak memory
update   900 new documents, 100 changed among the newest 5 %, at a hundredth, a tenth and all of so many: bytes of `documents`
         written again, and bytes written to the tables of record
rebuild  all tables anew from the log, beside reading `documents` once by pyarrow
verify   objects a second by listing; megabytes a second and core with every byte read (--deep), of tables and of raw pages
changes  the changes of the last run; with --s3 on SeaweedFS too

Prints a line for each: trust ratios and CPU, seconds are this machine's.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import write_deltalake
from pyarrow.feather import read_table, write_feather

from benchmarks.corpora import CHANGED, NEW, NEWEST, WORDS, Shape, doc_id, make, news_like, rows
from flows.runs.follow import changes
from ingest.records import RawPage
from storage import keys, raw
from storage.bucket import open_bucket
from storage.keys import RECORDS, Table
from storage.moments import readable
from storage.proposals import Proposal
from storage.rebuild import rebuild
from storage.schema import SCHEMAS, SKETCHES
from storage.tables import Corpus
from storage.verify import verify

FEW = 10
CHARS = 3_000
"""Of a text."""
REPEAT = 15
PORTION = 12_500
RUNS, PER_RUN = 200, 20
"""Of the corpus that is verified."""
GROWTH = 40
"""Runs that bring the documents which an update meets."""
DEEP = 20_000
"""Documents of which every byte is read."""
PAGES, PAGE_CHARS = 500, 40_000
"""Raw pages of one segment there."""
WHEN = datetime(2026, 6, 1, tzinfo=UTC)
VOCABULARY = 20_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What a piece of work took."""

    wall: float
    cpu: float
    """Seconds of this process, all threads."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where to measure, and how much."""

    folder: Path
    documents: int
    s3: Callable[[], str] | None
    """Gives a new place on a server; null: only directories."""

    def places(self) -> Iterator[tuple[str, str]]:
        """What to call each store, and a new place in it."""
        yield "", str(self.folder / uuid.uuid4().hex)
        if self.s3 is not None:
            yield "-s3", self.s3()


def timed(work: Callable[[], object]) -> Spent:
    """What a call takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def told(group: str, **figures: float) -> None:
    """Prints one line, as `benchmarks.quality` reads it."""
    print(group, *(f"{name}={value:.4g}" for name, value in figures.items()), flush=True)


def commit(setting: Setting) -> None:
    """Ten documents, again and again, each time beside a bare append of ten."""
    for store, place in setting.places():
        corpus = Corpus.create(open_bucket(place))
        spent: dict[str, list[Spent]] = {"durable": [], "visible": [], "bare": []}
        for number in range(REPEAT + 2):
            once = _ten(corpus, number)
            for name, one in zip(spent, once, strict=True):
                spent[name] += [one] if number >= 2 else []  # what is loaded once costs a long run nothing
        found = {name: statistics.median(each.wall for each in some) for name, some in spent.items()}
        cpu = {name: statistics.median(each.cpu for each in some) for name, some in spent.items()}
        ratios = {name: found[name] / found["bare"] for name in ("durable", "visible")}
        cpus = {f"{name}_cpu": cpu[name] / cpu["bare"] for name in ("durable", "visible")}
        told(f"commit{store}", **ratios, **cpus, **{f"{name}_ms": 1000 * found[name] for name in found})


def _ten(corpus: Corpus, number: int) -> tuple[Spent, Spent, Spent]:
    """What ten documents take until they are durable and until they are visible, and the bare append."""
    seq = corpus.roll() + 1
    numbers = np.arange(number * FEW, (number + 1) * FEW)
    batches = {table: made(table, numbers, 1, seq) for table in RECORDS}
    marks: list[Spent] = []
    wall, cpu = time.perf_counter(), time.process_time()
    append = corpus.log.append

    def marked(*args: object) -> bool:
        stands = append(*args)  # type: ignore[arg-type]
        marks.append(Spent(time.perf_counter() - wall, time.process_time() - cpu))
        return stands

    corpus.log.append = marked  # type: ignore[method-assign]
    try:
        propose(corpus, batches)
    finally:
        corpus.log.append = append  # type: ignore[method-assign]
    visible = Spent(time.perf_counter() - wall, time.process_time() - cpu)
    uri, options = corpus.bucket.delta("bare")
    bare = timed(lambda: write_deltalake(uri, batches["versions"], mode="append", storage_options=options))
    return marks[0], visible, bare


def propose(corpus: Corpus, batches: dict[Table, pa.Table]) -> int:
    """Stages rows and commits them as one run."""
    seq = corpus.roll() + 1
    files = {table: corpus.stage_files(table, [batch], seq=seq) for table, batch in batches.items()}
    sketches = corpus.stage_sketches([sketches_of(batches["versions"])], seq=seq)
    found = Proposal(uuid.uuid4().hex, seq, WHEN, "made", sketches=sketches, head_at_plan=seq - 1, **files)
    return corpus.commit(found)


def bulk(setting: Setting) -> None:
    """One run of many documents, in a process of its own, from files of rows."""
    folder = setting.folder / "rows"
    for start in range(0, setting.documents, PORTION):
        numbers = np.arange(start, min(start + PORTION, setting.documents))
        texts = drawn(start, len(numbers))
        for table in RECORDS:
            (folder / table).mkdir(parents=True, exist_ok=True)
            write_feather(_with(made(table, numbers, 1, 1, 10), texts), folder / table / f"{start:09}", "uncompressed")
    with get_context("spawn").Pool(1) as pool:
        spent, peak = pool.apply(_commit_files, (folder, setting.folder / "bulk"))
    told("bulk", rows_per_cpu_s=setting.documents / spent.cpu, peak_mb=peak, wall_s=spent.wall, documents=setting.documents)


def drawn(seed: int, count: int) -> pa.Array:
    """Texts of words, some much more often than others: they compress as those of a language do."""
    draw = np.random.default_rng(7)
    words = np.array([f"{each:x}".translate(LETTERS) for each in draw.integers(1 << 12, 1 << 34, VOCABULARY)])
    chosen = (VOCABULARY * np.random.default_rng(seed).random((count, CHARS // 9)) ** 3).astype(int)
    return pa.array([" ".join(words[each]) for each in chosen])


def _with(batch: pa.Table, texts: pa.Array) -> pa.Table:
    for name in {"text", "source_text"} & set(batch.column_names):
        batch = batch.set_column(batch.schema.get_field_index(name), batch.schema.field(name), texts)
    return batch


def _commit_files(folder: Path, place: Path) -> tuple[Spent, float]:
    corpus = Corpus.create(open_bucket(str(place)))

    def batches(table: Table, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        return (read_table(path, columns, memory_map=False) for path in sorted((folder / table).iterdir()))

    def work() -> None:
        files = {table: corpus.stage_files(table, batches(table), seq=1) for table in RECORDS}
        segments = map(sketches_of, batches("versions", [name for name in SKETCHES.names if name in SCHEMAS["versions"].names]))
        corpus.commit(Proposal("bulk", 1, WHEN, "made", sketches=corpus.stage_sketches(segments, seq=1), **files))

    spent = timed(work)
    # Not ru_maxrss, which a process inherits.
    peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text("ascii"))
    return spent, int(peak[1]) / 1024 if peak else 0.0


def update(setting: Setting) -> None:
    """A news-like run on corpora of three sizes, whose `documents` lie by age."""
    written = []
    sizes = [setting.documents // share for share in (100, 10, 1)]
    for size in (each for each in sizes if each * NEWEST >= CHANGED):
        corpus = Corpus.create(open_bucket(str(setting.folder / f"update-{size}")))
        for part in np.array_split(np.arange(size), GROWTH):
            propose(corpus, {table: made(table, part, 1, corpus.roll() + 1, 200) for table in RECORDS})
        before = {file.path: file.size for file in corpus.handles.files("documents")}
        old = np.linspace(size * (1 - NEWEST), size - 1, CHANGED).astype(int)
        numbers = (np.arange(size, size + NEW), 1), (old, 2)
        seq = corpus.roll() + 1
        batches = {table: pa.concat_tables(made(table, *each, seq, 200) for each in numbers) for table in RECORDS}
        spent = timed(lambda batches=batches, corpus=corpus: propose(corpus, batches))  # type: ignore[misc]
        gone = before.keys() - {file.path for file in corpus.handles.files("documents")}
        named = corpus.log.read(seq).files
        written.append(sum(entry.size for table in RECORDS for entry in named[table]))
        share = sum(before[path] for path in gone) / sum(before.values())
        told(f"update-{size}", rewritten=share, records_kb=written[-1] / 1000, cpu_s=spent.cpu, wall_s=spent.wall)
    told("update", growth=max(written) / min(written))


def rebuilding(setting: Setting) -> None:
    """All tables made anew, beside one reading of `documents`."""
    place = setting.folder / "rebuilt"
    corpus = make(open_bucket(str(place)), Shape(setting.documents, CHARS // 3))
    paths = [place / keys.table_file("documents", file.path) for file in corpus.handles.files("documents")]
    reading = timed(lambda: [pq.read_table(path) for path in paths])
    again = timed(lambda: rebuild(corpus.bucket))
    told("rebuild", ratio=again.wall / reading.wall, ratio_cpu=again.cpu / reading.cpu, wall_s=again.wall, reading_s=reading.wall)


def verifying(setting: Setting) -> None:
    """A corpus of many small commits by listing; one of large files, and raw pages, with every byte read."""
    place = str(setting.folder / "many")
    corpus = Corpus.create(open_bucket(place))
    for number in range(RUNS):
        numbers = np.arange(number * PER_RUN, (number + 1) * PER_RUN)
        propose(corpus, {table: made(table, numbers, 1, number + 1, 300) for table in RECORDS})
    light = [timed(lambda: verify(corpus.bucket)) for _ in range(3)]
    objects = verify(corpus.bucket).objects
    large = Corpus.create(open_bucket(str(setting.folder / "large")))
    for seq, part in enumerate(np.array_split(np.arange(DEEP), 4), 1):
        propose(large, {table: _with(made(table, part, 1, seq, 10), drawn(seq, len(part))) for table in RECORDS})
    tables = _deep(large)
    pages = raw.Shard("bench", 0, WHEN)
    raw.write_shard(large.bucket, pages, [(doc_id(number), _page(number)) for number in range(PAGES)])
    both = _deep(large)
    seconds = statistics.median(each.wall for each in light)
    told("verify", objects_per_s=objects / seconds, objects=objects, documents=RUNS * PER_RUN)
    megabytes = sum(len(_page(number).body) for number in range(PAGES)) / 1e6
    told("deep", mb_per_cpu_s=tables[0] / tables[1], pages_mb_per_cpu_s=megabytes / (both[1] - tables[1]), mb=tables[0])


def _deep(corpus: Corpus) -> tuple[float, float]:
    """Megabytes that were read, and the seconds of CPU that reading them took beyond a verification by listing."""
    light = timed(lambda: verify(corpus.bucket))
    found = []
    deep = timed(lambda: found.append(verify(corpus.bucket, deep=True)))
    return found[0].bytes_read / 1e6, deep.cpu - light.cpu


def _page(number: int) -> RawPage:
    draw = np.random.default_rng(number)
    line = " ".join(np.array(WORDS)[draw.integers(0, len(WORDS), PAGE_CHARS // 7)])
    body = f"<html><head><title>{number}</title></head><body><p>{line}</p></body></html>".encode()
    return RawPage("bench", f"{number}.html", "text/html", body, url=f"https://site.example/{number}", status=200)


def changing(setting: Setting) -> None:
    """What the last run changed, in a corpus of so many documents."""
    for store, place in setting.places():
        shape = Shape(setting.documents)
        corpus = make(open_bucket(place), shape)
        news_like(corpus, shape, shape.runs + 2)
        spent = [timed(partial(_changes, place)) for _ in range(5)]
        told(
            f"changes{store}",
            wall_s=statistics.median(each.wall for each in spent),
            cpu_s=statistics.median(each.cpu for each in spent),
            documents=setting.documents,
        )


def _changes(place: str) -> None:
    corpus = Corpus.peek(open_bucket(place))
    head = readable(corpus)
    if sum(1 for _ in changes(corpus, head - 1, head)) != NEW + CHANGED:
        raise SystemExit(f"{place} does not tell the changes of its last run")


def made(table: Table, numbers: np.ndarray, version: int, seq: int, chars: int = CHARS) -> pa.Table:
    """Rows of made documents of one commit."""
    return rows(table, numbers, version, np.full(len(numbers), seq), chars)


def sketches_of(batch: pa.Table) -> pa.Table:
    """Sketches of the common size for rows of `versions`."""
    size = len(batch)
    own = {"n_chars": pa.repeat(CHARS, size), "n_shingles": pa.repeat(400, size)}
    own |= {
        "minhash": pa.repeat(pa.scalar(bytes(512), pa.binary()), size),
        "fraction": pa.repeat(pa.scalar(bytes(64), pa.binary()), size),
    }
    return pa.table([own[name] if name in own else batch[name] for name in SKETCHES.names], schema=SKETCHES)


@contextmanager
def server(folder: Path) -> Iterator[Callable[[], str]]:
    """SeaweedFS of the tests, for as long as this lasts; gives new places on it."""
    from tests import seaweed  # noqa: PLC0415 - pytest, which only who asks for a server needs

    store = seaweed._store(folder)
    with (folder / "log").open("wb") as log, ExitStack() as ends:
        running = subprocess.Popen(seaweed._command(folder, store), stdout=log, stderr=log)
        ends.callback(running.wait)
        ends.callback(running.kill)
        seaweed._wait_for_bucket(store, running, folder / "log")
        os.environ.update(seaweed.environment(store.endpoint, seaweed.ADMIN))
        yield store.location


MEASURES: dict[str, Callable[[Setting], None]] = {
    "commit": commit,
    "bulk": bulk,
    "update": update,
    "rebuild": rebuilding,
    "verify": verifying,
    "changes": changing,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=MEASURES, help="may be given several times")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--s3", action="store_true")
    parser.add_argument("--place", type=Path, help="a folder on the disk to measure on; default: where temporary files are")
    options = parser.parse_args()
    for name in options.only or MEASURES:
        with tempfile.TemporaryDirectory(dir=options.place) as folder, ExitStack() as ends:
            served = Path(tempfile.mkdtemp(dir=options.place))
            ends.callback(shutil.rmtree, served)
            s3 = ends.enter_context(server(served)) if options.s3 and name in {"commit", "changes"} else None
            MEASURES[name](Setting(Path(folder), options.documents, s3))


LETTERS = str.maketrans("0123456789abcdef", "etaoinshrdlucmfw")
"""Makes words of numbers."""


if __name__ == "__main__":
    main()
