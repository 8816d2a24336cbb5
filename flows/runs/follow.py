"""What followers of a corpus are told: one record for each change, from which a copy of `documents` can be kept."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from storage.changes import steps, with_versions
from storage.tables import Corpus

OF_DECISION = ("seq", "change", "id", "version", "duplicate_of", "cluster")
OF_VERSION = ("url", "site", "source", "title", "authors", "published_at", "language", "n_words", "content_sha256")


def changes(corpus: Corpus, after: int, until: int, *, with_text: bool = False) -> Iterator[dict[str, Any]]:
    """Each change of the commits after one, up to another, in their order; within a commit by id.

    A record tells how the document is from then on, one of a withdrawal how it was.
    """
    columns = [*OF_VERSION, *(["text"] if with_text else [])]
    for rows in with_versions(corpus, steps(corpus, after, until), columns):
        for row in rows.select([*OF_DECISION, *columns]).to_pylist():
            yield {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
