"""The corpus: Delta tables rolled forward from the commit log, which alone says what is true.

    roll → decide → stage files → commit (one create-only object) → roll

Anyone may roll, at any time and at once; files that no commit names are invisible.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from storage import delta, files, keys, parquet, proposals
from storage.commits import Commit, CommitLog, FileEntry
from storage.errors import DamagedError, HeadMovedError, KeyMissingError, NotACorpusError, RefusedError
from storage.files import EVER, Between
from storage.handles import Handles
from storage.keys import TABLES, Table
from storage.objects import Bucket
from storage.proposals import Proposal
from storage.rolling import REWRITE_BYTES, Budget, roll
from storage.schema import SCHEMAS, SKETCHES

MARKER = {"format": "winnow-corpus", "version": 1}


class Corpus:
    """One corpus in a bucket."""

    def __init__(self, bucket: Bucket, rewrite_bytes: int = REWRITE_BYTES) -> None:
        """For `open` and `create`; checks nothing. `rewrite_bytes` of `documents` may be written again at once."""
        self.bucket = bucket
        self.log = CommitLog(bucket)
        self.handles = Handles(bucket)
        self.rewrite_bytes = rewrite_bytes

    @classmethod
    def create(cls, bucket: Bucket, rewrite_bytes: int = REWRITE_BYTES) -> "Corpus":
        """The corpus of a bucket, made where the bucket is empty; any number of callers may do so at once.

        Raises: NotACorpusError where something else stands there.
        """
        if bucket.head(keys.CORPUS) is None:
            stranger = next((info.key for info in bucket.list("") if not _is_ours(info.key)), None)
            if stranger is not None and bucket.head(keys.CORPUS) is None:
                raise NotACorpusError(
                    f"{bucket.uri} is not empty and not a corpus (it holds {stranger}): name an empty or new folder"
                )
            bucket.create(keys.CORPUS, json.dumps(MARKER).encode("ascii"))
        return cls.open(bucket, rewrite_bytes)

    @classmethod
    def open(cls, bucket: Bucket, rewrite_bytes: int = REWRITE_BYTES) -> "Corpus":
        """The corpus that stands in a bucket; tables that a creator who died left out are made. Raises: NotACorpusError."""
        corpus = cls.peek(bucket, rewrite_bytes)
        for table in TABLES:
            delta.create(bucket, table)
        return corpus

    @classmethod
    def peek(cls, bucket: Bucket, rewrite_bytes: int = REWRITE_BYTES) -> "Corpus":
        """The corpus that stands in a bucket, as it is: nothing is written. Raises: NotACorpusError."""
        try:
            marker = json.loads(bucket.get(keys.CORPUS))
        except KeyMissingError as error:
            raise NotACorpusError(
                f"there is no corpus at {bucket.uri}: name another place, or make one with `winnow ingest`"
            ) from error
        except ValueError as error:
            raise DamagedError(f"{keys.CORPUS} of {bucket.uri} is not JSON: the object is damaged") from error
        if marker != MARKER:
            raise NotACorpusError(f"{bucket.uri} was made by a newer Winnow: upgrade, then run the same command again")
        return cls(bucket, rewrite_bytes)

    def roll(self, budget: int | Literal["own"] | None = "own") -> int:
        """Brings every table to the head of the log and returns its number.

        `documents` may stay behind where more of its bytes would have to be written again than the budget (null: none) allows.
        """
        head = self.log.head(at_least=0 if self.log.is_known else self.handles.applied(TABLES[0]))
        roll(self.handles, self.log, head, Budget(self.rewrite_bytes if budget == "own" else budget))
        return head

    def behind(self) -> int:
        """Commits that `documents` does not hold yet."""
        return max(0, self.log.head() - self.handles.applied("documents"))

    def applied(self) -> dict[Table, int]:
        """Table → number of the newest commit that it holds."""
        return {table: self.handles.applied(table) for table in TABLES}

    def scan(
        self,
        table: Table,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
        between: Between = EVER,
    ) -> pa.Table:
        """Rows of a table as it stands; with text it may be large: see `batches`."""
        return parquet.concat(self.batches(table, columns, where, between), SCHEMAS[table], columns)

    def batches(
        self,
        table: Table,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
        between: Between = EVER,
    ) -> Iterator[pa.Table]:
        """The same, one file at a time. Rows of one id and commit keep their order; of different ones they have none."""
        return self.handles.live(table, columns, where, between)

    def stage_files(self, table: Table, batches: Iterable[pa.Table], *, seq: int) -> list[FileEntry]:
        """Writes rows as content-named files, ids ascending in each, which stay invisible until a commit names them.

        Rows of one id keep their order where they stand in one file. Staging the same rows again gives the same files.
        """
        return files.stage(self.bucket, table, batches, seq=seq)

    def stage_sketches(self, batches: Iterable[pa.Table], *, seq: int) -> FileEntry | None:
        """Writes the sketches of a commit's versions as one segment; null without any."""
        rows = parquet.concat(batches, SKETCHES)
        if rows.num_rows == 0:
            return None
        data, entry = files.encode(rows.sort_by([("id", "ascending"), ("version", "ascending")]))
        key = keys.sketches(seq, entry.sha256)
        self.bucket.put(key, data)
        return replace(entry, path=key)

    def sketches(self) -> pa.Table:
        """All sketches in commit order: of every version ever, also those that a later one replaced."""
        segments = (commit.sketches for commit in self.log.since(0, self.log.head()))
        return parquet.concat((parquet.read(self.bucket, each.path, SKETCHES) for each in segments if each), SKETCHES)

    def commit(self, proposal: Proposal) -> int:
        """The number under which the run stands in the log; a run that already stands there adds nothing.

        Raises: HeadMovedError where another writer came first: roll and decide again; RefusedError where it breaks a law.
        """
        head = self.roll()
        stands = self.log.of_run(proposal.run, after=proposal.head_at_plan, head=head)
        if stands is not None:
            return stands
        if proposal.seq != head + 1:
            raise HeadMovedError(f"run {proposal.run} was decided on commit {proposal.seq - 1}, the head is {head}")
        try:
            commit = self._as_commit(proposal)
        except RefusedError as error:
            # Rows of a commit that came meanwhile look like broken laws.
            if self.log.head() != head:
                raise HeadMovedError(f"another writer committed while run {proposal.run} was checked") from error
            raise
        if not self.log.append(commit):
            raise HeadMovedError(f"another writer took commit {proposal.seq} before run {proposal.run}")
        self.roll()
        return proposal.seq

    def _as_commit(self, proposal: Proposal) -> Commit:
        staged = proposals.Staged(self.handles, proposal)
        proposals.check(staged)
        parts: dict[Table, tuple[FileEntry, ...]] = {
            "versions": tuple(proposal.versions),
            "decisions": tuple(proposal.decisions),
            "outcomes": tuple(proposal.outcomes),
            "documents": tuple(self._stage_documents(staged)),
        }
        return Commit(
            seq=proposal.seq,
            run=proposal.run,
            write_id=uuid.uuid4().hex,
            created_at=proposal.created_at,
            config_id=proposal.config_id,
            files={table: entries for table, entries in parts.items() if entries},
            sketches=proposal.sketches,
            summary=proposal.summary,
            engines=proposal.engines,
            kind=proposal.kind,
            undoes=proposal.undoes,
            is_all_new=proposals.is_all_new(staged),
        )

    def _stage_documents(self, staged: proposals.Staged) -> list[FileEntry]:
        proposal = staged.proposal
        stand = sum(file.rows or 0 for file in self.handles.files("documents"))
        most = files.rows_of_documents(stand + sum(entry.rows for entry in proposal.decisions))
        return files.stage(self.bucket, "documents", proposals.documents(staged), seq=proposal.seq, most_rows=most)


def _is_ours(key: str) -> bool:
    """Whether a key can stand where a corpus is only about to be made."""
    return key == keys.CORPUS or key.startswith(keys.PROBES)
