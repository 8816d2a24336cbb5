"""Few large files instead of many small ones, with the same rows.

For the append-only tables a compaction is a commit that names what it replaces, so that the log alone still says which files
count. `documents`, which is derived, is compacted in its own table: the log knows nothing of its files but those of runs.
"""

import hashlib
import math
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from storage import delta, files, keys, parquet
from storage.commits import Commit, FileEntry
from storage.delta import LiveFile
from storage.errors import DamagedError
from storage.keys import RECORDS, Table
from storage.objects import Bucket
from storage.schema import SCHEMAS
from storage.tables import Corpus

TIERS = (1_400_000, 16 * 2**20, 128 * 2**20)
"""Bytes from which a file belongs to the next tier: those of one are merged into files of the next."""
FAN = 10
"""Files of a tier that may stand side by side: with three tiers, some thirty beyond the largest."""
RANGE_BYTES = 12 * 2**20
"""Compressed bytes that are merged at once."""
DOCUMENTS_PART = 7_000
"""Files that a compaction of `documents` writes are numbered from here."""


def merge(corpus: Corpus) -> int:
    """Merges what is due in every table; the number of files that others replace now."""
    merged = 0
    while (seq := compact(corpus)) is not None:  # what one tier gives may crowd the next
        merged += corpus.log.read(seq).summary["files"]
    return merged + compact_documents(corpus)


def compact(corpus: Corpus) -> int | None:
    """Merges what is due in the append-only tables; the number of the commit, null where nothing was due."""
    head = corpus.roll()
    due: dict[Table, list[list[LiveFile]]] = {}
    for table in RECORDS:
        if groups := tiers_due(delta.Handle(corpus.bucket, table).files()):
            due[table] = groups
    if not due:
        return None
    made = {table: tuple(_merged(corpus.bucket, table, groups, head + 1)) for table, groups in due.items()}
    replaced = {table: tuple(file.path for group in groups for file in group) for table, groups in due.items()}
    return _commit(corpus, made, replaced)


def compact_documents(corpus: Corpus) -> int:
    """Merges neighbours among the files of `documents`, by age, so that updates of new documents still meet few; files merged."""
    while True:
        handle = delta.Handle(corpus.bucket, "documents")
        groups = neighbours(handle.files())
        if not groups:
            return 0
        replaced = [file for group in groups for file in group]
        made = _merged(corpus.bucket, "documents", groups, handle.applied, DOCUMENTS_PART)
        if handle.exchange(list(made), replaced):
            return len(replaced)


def tiers_due(live: Sequence[LiveFile]) -> list[list[LiveFile]]:
    """The files that should become one each, oldest first; a tier is touched when it has more than `FAN`."""
    tiers: list[list[LiveFile]] = [[] for _ in (*TIERS, None)]
    for file in sorted(live, key=_age):
        tiers[sum(file.size >= bound for bound in TIERS)].append(file)
    limits = (TIERS[1], TIERS[2], TIERS[2] * 5 // 4)
    crowded = [(tier, limit) for tier, limit in zip(tiers, limits, strict=False) if len(tier) > FAN]
    groups = [
        _of_whole_commits(group, live) for tier, limit in crowded for group in _grouped(tier, [file.size for file in tier], limit)
    ]
    return [group for group in groups if len(group) > 1]


def neighbours(live: Sequence[LiveFile]) -> list[list[LiveFile]]:
    """The files of `documents` that should become one each: neighbours in age, where there are many more than needed."""
    if len(live) <= 2 * files.PARTS_OF_DOCUMENTS:
        return []
    ordered = sorted(live, key=_age)
    rows = [file.rows or 0 for file in ordered]
    return _grouped(ordered, rows, files.rows_of_documents(sum(rows)))


def _of_whole_commits(group: Sequence[LiveFile], live: Sequence[LiveFile]) -> list[LiveFile]:
    """Those of a group of which no file of the same commit stays outside: rows of one id and commit must keep their order."""
    inside, everywhere = _by_commit(group), _by_commit(live)
    return [file for file in group if file.min_seq != file.max_seq or inside[file.min_seq] == everywhere[file.min_seq]]


def _by_commit(live: Sequence[LiveFile]) -> Counter[int | None]:
    """How many files hold rows of one commit alone, by commit."""
    return Counter(file.min_seq for file in live if file.min_seq == file.max_seq)


def _age(file: LiveFile) -> tuple[int, int, str]:
    return file.min_seq or 0, file.max_seq or 0, file.path


def _grouped(live: Sequence[LiveFile], weights: Sequence[int], limit: int) -> list[list[LiveFile]]:
    """Neighbours that weigh no more than the limit together; those that stay alone are left out."""
    groups: list[list[LiveFile]] = [[]]
    total = 0
    for file, weight in zip(live, weights, strict=True):
        if total + weight > limit and groups[-1]:
            groups.append([])
            total = 0
        groups[-1].append(file)
        total += weight
    return [group for group in groups if len(group) > 1]


def _merged(bucket: Bucket, table: Table, groups: Sequence[Sequence[LiveFile]], seq: int, first: int = 0) -> Iterator[FileEntry]:
    for part, group in enumerate(groups, first):
        order = parquet.concat(
            (files.read(bucket, table, file.path, ["id", "seq"]) for file in group), SCHEMAS[table], ["id", "seq"]
        )
        expected = sum(file.rows or 0 for file in group)
        if len(order) != expected:
            raise DamagedError(f"the files of {table} hold {len(order)} rows where its log says {expected}: run `winnow verify`")
        order = order.sort_by("id")
        ranges = _ranges(order["id"], math.ceil(sum(file.size for file in group) / RANGE_BYTES))
        data = parquet.encode_stream((_range(bucket, table, group, where) for where in ranges), SCHEMAS[table])
        yield files.put(bucket, table, seq, part, data, files.entry_of(order, data))


def _ranges(ids: pa.ChunkedArray, count: int) -> Iterator[pc.Expression]:
    """Conditions that part ascending ids into so many ranges, or fewer."""
    cuts = sorted({ids[len(ids) * at // count].as_py() for at in range(1, count)})
    id_ = pc.field("id")
    for low, high in pairwise([None, *cuts, None]):
        lower = pc.scalar(True) if low is None else id_ >= low  # noqa: FBT003 - pyarrow's signature
        yield lower if high is None else lower & (id_ < high)


def _range(bucket: Bucket, table: Table, group: Sequence[LiveFile], where: pc.Expression) -> pa.Table:
    """The rows of one range, by id, then by commit; rows of one id and commit keep their order."""
    found = (parquet.read(bucket, keys.table_file(table, file.path), SCHEMAS[table], where=where) for file in group)
    return parquet.concat(found, SCHEMAS[table]).sort_by([("id", "ascending"), ("seq", "ascending")])


def _commit(corpus: Corpus, made: Mapping[Table, tuple[FileEntry, ...]], replaced: Mapping[Table, tuple[str, ...]]) -> int | None:
    """The number under which the files stand; null where another compaction was quicker: then they are leftovers."""
    told = hashlib.sha256(repr(sorted(replaced.items())).encode()).hexdigest()
    while True:
        head = corpus.roll()
        if any(
            set(paths) - {file.path for file in delta.Handle(corpus.bucket, table).files()} for table, paths in replaced.items()
        ):
            return None
        commit = Commit(
            seq=head + 1,
            run=f"compaction-{told[:16]}",
            write_id=uuid.uuid4().hex,
            created_at=datetime.now(UTC),
            config_id="",
            files=made,
            summary={"files": sum(map(len, replaced.values()))},
            kind="compaction",
            replaces=replaced,
        )
        if corpus.log.append(commit):
            corpus.roll()
            return commit.seq
