"""Every byte against the digest that was taken when it was written."""

from collections.abc import Iterator, Sequence

from storage import delta, keys, parquet
from storage.commits import Commit
from storage.errors import DamagedError, KeyMissingError
from storage.keys import RECORDS
from storage.objects import Bucket
from storage.replay import Live
from storage.verification.report import Tell, Verified


def check(
    bucket: Bucket, whole: Sequence[Commit], live: Live, documents: delta.Handle | None, found: Verified, tell: Tell
) -> None:
    """Reads every object of tables and sketches that counts."""
    due = [*_recorded(whole, live), *_named_by_digest(documents)]
    for number, (key, sha256, is_derived) in enumerate(due):
        tell("digests", number, len(due))
        try:
            data = bucket.get(key)
        except KeyMissingError:
            continue  # told already: it is not listed
        except DamagedError as error:
            (found.derived if is_derived else found.damaged)(key, str(error))
            continue
        found.digests += 1
        found.bytes_read += len(data)
        if not parquet.sha256(data).startswith(sha256):
            (found.derived if is_derived else found.damaged)(key, "its bytes are not those that were written")


def _recorded(whole: Sequence[Commit], live: Live) -> Iterator[tuple[str, str, bool]]:
    for table in RECORDS:
        yield from ((keys.table_file(table, path), entry.sha256, False) for path, entry in live[table].items())
    yield from ((commit.sketches.path, commit.sketches.sha256, True) for commit in whole if commit.sketches)


def _named_by_digest(documents: delta.Handle | None) -> Iterator[tuple[str, str, bool]]:
    """Files of `documents`: each bears the beginning of its digest in its name."""
    for file in documents.files() if documents else ():
        yield keys.table_file("documents", file.path), keys.data_digest(file.path), True
