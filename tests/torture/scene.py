"""A small corpus with a history, and every operation that writes, each as it is done by its command."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.errors import AlreadyAppliedError
from flows.runs import ingest as ingesting
from flows.runs import reclean
from flows.runs.release import ReleaseRequest, release
from flows.runs.report import IngestRequest
from flows.runs.reprocess import ApplyRequest, PreviewRequest, Selection, apply, preview
from flows.runs.rollback import RollbackRequest, rollback
from flows.runs.settings import Settings, read
from storage import compaction, files, keys, parquet, retention, retired
from storage.bucket import open_bucket
from storage.objects import Bucket
from storage.rebuild import rebuild
from storage.retired import RetentionConfig
from storage.tables import Corpus
from storage.verify import verify
from tests.flows.doubles import HereJudges
from tests.flows.reprocess.conftest import plain, short, wrapped
from tests.storage import corpora

VOLATILE = {"run_id", "fetched_at", "first_seen_at", "raw_ref"}
"""Columns that law 2 leaves out: they tell when and by whom."""
LONG_AFTER = datetime.now(UTC) + timedelta(days=400)
DESK, PLACE, PLAN = "desk", "corpus", "plan"


def here() -> None:
    """Judges in this process, and compaction from few files on."""
    ingesting.Judges = reclean.Judges = HereJudges  # type: ignore[misc,assignment]
    compaction.FAN = 2
    files.PARTS_OF_DOCUMENTS, files.FEWEST_ROWS = 1, 4
    retention.PORTION = 2


def settings(**values: str) -> Settings:
    given = {"WINNOW_RUN__SHARD_DOCUMENTS": "3", "WINNOW_QUALITY__MIN_CHARS": "160"}
    return read(None, given | {f"WINNOW_{name.upper()}": value for name, value in values.items()}).settings


def write(desk: Path, **texts: str) -> None:
    desk.mkdir(exist_ok=True)
    for name, text in texts.items():
        (desk / f"{name}.txt").write_text(text, "utf-8")


def make(folder: Path) -> None:
    """Three runs, a plan of a reprocess, and inputs that the next run finds changed, new, copied and too short."""
    desk, place = folder / DESK, str(folder / PLACE)
    write(desk, one=plain(1), two=plain(2), three=wrapped(3), small=short(7))
    ingest(desk, place)
    write(desk, one=plain(1, edition=2), four=wrapped(4))
    ingest(desk, place)
    write(desk, two=plain(2, edition=2), copy=plain(1, edition=2))
    ingest(desk, place)
    made = preview(PreviewRequest(place, Selection(), None), settings(extract__unwrap="false", clean__threshold="0.0"))
    (folder / PLAN).write_text(made.plan)
    write(desk, one=plain(1, edition=3), five=plain(5), again=plain(5), four=short(4))


def ingest(desk: Path, place: str) -> None:
    ingesting.ingest(IngestRequest((str(desk),), place), settings())


def _ingest(folder: Path, place: str) -> None:
    ingest(folder / DESK, place)


def _reprocess(folder: Path, place: str) -> None:
    request = ApplyRequest(place, (folder / PLAN).read_text(), "Ada Lorn")
    apply(request, settings(extract__unwrap="false", clean__threshold="0.0"))


def _compact(_folder: Path, place: str) -> None:
    compaction.merge(Corpus.open(open_bucket(place)))


def _rollback(_folder: Path, place: str) -> None:
    rollback(RollbackRequest(place, "2", "Ada Lorn"), settings())


def _rebuild(_folder: Path, place: str) -> None:
    rebuild(open_bucket(place))


def _release(_folder: Path, place: str) -> None:
    release(ReleaseRequest(place, "spring", jsonl=True), settings())


def _retire(_folder: Path, place: str) -> None:
    retention.retire(Corpus.open(open_bucket(place)), RetentionConfig(30, "all"), LONG_AFTER)


OPERATIONS: dict[str, Callable[[Path, str], None]] = {
    "ingest": _ingest,
    "reprocess": _reprocess,
    "compact": _compact,
    "rollback": _rollback,
    "rebuild": _rebuild,
    "release": _release,
    "retire": _retire,
}
"""Given the scene's folder and the place of the corpus."""


def perform(operation: str, folder: Path, place: str) -> None:
    """Does it; what is done already is fine."""
    try:
        OPERATIONS[operation](folder, place)
    except AlreadyAppliedError:
        return


def copy(folder: Path, place: str) -> None:
    """The scene's corpus, put to another place."""
    corpora.copy(folder / PLACE, place)


def state(bucket: Bucket) -> dict[str, list]:
    """All rows without what law 2 leaves out, in order, the releases to the byte, and what was retired."""
    corpus = Corpus.open(bucket)
    tables = {table: corpus.scan(table) for table in ("versions", "decisions", "outcomes", "documents")}
    tables["sketches"] = corpus.sketches()
    released = {info.key: parquet.sha256(bucket.get(info.key)) for info in bucket.list(keys.RELEASES)}
    gone = sorted(segment for record in retired.records(bucket) for segment in record.segments)
    left = [segment for segment in gone if bucket.head(segment) is not None]
    kept = {name: rows.drop_columns(sorted(VOLATILE & set(rows.column_names))) for name, rows in tables.items()}
    told = {"releases": sorted(released.items()), "retired": gone, "left": left}
    return {name: sorted(map(repr, rows.to_pylist())) for name, rows in kept.items()} | told


def assert_sound(bucket: Bucket) -> None:
    """Every byte, reference and law, and the tables at the head of the log."""
    found = verify(bucket, deep=True)
    assert found.faults == []
    assert found.behind == 0
