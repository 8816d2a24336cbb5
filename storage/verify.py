"""Whether everything in a bucket is what the commit log says of it; what is damaged is named, with what follows."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from storage import keys
from storage.errors import DamagedError
from storage.keys import AREAS, TABLES, Table
from storage.objects import Bucket
from storage.replay import replay
from storage.sweep import leftovers
from storage.tables import Corpus
from storage.verification import digests, log, pages, released, rows, tables
from storage.verification.report import Fault, Listed, Tell, Verified

YOUNG = timedelta(hours=24)
"""What no commit names and is younger may belong to a run that is at work."""
MOST_STRANGERS = 5
SUFFIXES = (".json", ".jsonl.zst", ".parquet", ".warc.gz", ".html", ".md", ".svg")
"""With which every key of ours ends, but for probes of a store."""
OF_ROWS = (keys.COMMITS, *(keys.table(table) for table in TABLES))
"""Where a fault makes it pointless to look at rows."""


def verify(bucket: Bucket, *, deep: bool = False, tell: Tell = lambda *_: None) -> Verified:
    """All that listings and rows without text can tell; `deep` compares every byte with its digest too.

    Nothing is written. What another run commits meanwhile may be told as a lag. Raises: NotACorpusError, StoreUnavailableError.
    """
    corpus = Corpus.peek(bucket)
    found = Verified(bucket.uri, deep)
    # Tables first, then the listing, then the log: what each holds was there when the next was looked at.
    handles = {table: tables.opened(bucket, table, found) for table in TABLES}
    tell("listing", 0, 1)
    listed = {info.key: info for info in bucket.list("")}
    found.objects = len(listed)
    found.strangers = tuple(islice(_strangers(listed), MOST_STRANGERS))
    whole = log.commits(bucket, listed, found)
    found.seq = len(whole)
    live = replay(whole)
    log.objects(bucket, (whole, live), listed, found)
    for handle in filter(None, handles.values()):
        tables.check(bucket, handle, whole, listed, found)
    releases = released.check(bucket, listed, found)
    gone = pages.retired(bucket, listed, found)
    if not any(fault.key.startswith(OF_ROWS) for fault in found.faults):
        tell("rows", 0, 1)
        _rows(corpus, found, listed, gone, min(handle.applied for handle in handles.values() if handle))
        old = (info for info in listed.values() if info.modified_at < datetime.now(UTC) - YOUNG)
        found.leftovers = sum(1 for _ in leftovers(corpus, old))
    if deep:
        digests.check(bucket, whole, live, handles["documents"], found, tell)
        released.digests(bucket, releases, found, tell)
        pages.records(bucket, listed, gone, found, tell)
    return found


def _rows(corpus: Corpus, found: Verified, listed: Listed, gone: Collection[str], seq: int) -> None:
    """Looks at the rows up to a commit that every table has reached."""
    try:
        for table, what in rows.of_record(corpus, seq):
            found.faults.append(Fault(keys.table(table), what, "a law of the corpus is broken: please report it"))
        pages.references(corpus, seq, listed, gone, found)
    except DamagedError as error:
        found.damaged(keys.table("versions"), str(error))
    try:
        for table, what in _of_documents(corpus):
            found.derived(keys.table(table), what)
    except DamagedError as error:
        found.derived(keys.table("documents"), str(error))


def _of_documents(corpus: Corpus) -> list[tuple[Table, str]]:
    """What is wrong with `documents`; looked at again where it has moved meanwhile."""
    while True:
        seq = corpus.handles.applied("documents")
        wrong = list(rows.of_documents(corpus, seq))
        if not wrong or corpus.handles.applied("documents") == seq:
            return wrong


def _strangers(listed: Listed) -> Iterator[str]:
    """Objects that this program has not named."""
    folders = tuple(f"{keys.table(table)}/" for table in TABLES)
    for key in listed:
        if not (_is_of_table(key) if key.startswith(folders) else key.startswith(tuple(AREAS)) and _is_named_so(key)):
            yield key


def _is_named_so(key: str) -> bool:
    """Whether a key below one of our prefixes is one that this program gives, as far as that can be told by its form."""
    if key.startswith(keys.COMMITS):
        return bool(keys.commit_seqs([key]))
    return key.endswith(SUFFIXES) or key.startswith(keys.PROBES)


def _is_of_table(key: str) -> bool:
    return keys.is_data_file(key) or "/_delta_log/" in key
