"""Counts documents of a release while they pass."""

from collections import Counter
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from storage.manifests import Counts

MOST = 1_000
"""Values of a kind that are kept: nobody reads on, and a manifest should stay small."""
NEEDED = ("language", "site", "access", "flags", "rights", "n_words", "pipeline", "run_id")
"""Columns that a census looks at, beside the month."""


class Census:
    """Running counts of rows; whatever the portions they come in, the same rows give the same counts."""

    def __init__(self) -> None:
        self.documents = 0
        self.words = 0
        self.duplicates = 0
        self.opted_out = 0
        self.runs: Counter[str] = Counter()
        """Run that brought the version → documents."""
        self._by: dict[str, Counter[str]] = {}
        self._words_by_language: Counter[str] = Counter()

    def add(self, rows: pa.Table, months: pa.ChunkedArray) -> None:
        """Counts rows that enter the release."""
        self.documents += len(rows)
        self.words += pc.sum(rows["n_words"]).as_py() or 0
        rights, pipeline = rows["rights"], rows["pipeline"]
        columns: Mapping[str, pa.ChunkedArray] = {
            "language": rows["language"],
            "month": months,
            "site": rows["site"],
            "access": rows["access"],
            "flag": pc.list_flatten(rows["flags"]),
            "licence": pc.drop_null(pc.struct_field(rights, "licence_url")),
            "opt_out": pc.list_flatten(pc.struct_field(rights, "opt_outs")),
            "code": pc.struct_field(pipeline, "code"),
            "config_id": pc.struct_field(pipeline, "config_id"),
        }
        for what, values in columns.items():
            self._by.setdefault(what, Counter()).update(_counted(values))
        self.runs.update(_counted(rows["run_id"]))
        words = rows.group_by("language").aggregate([("n_words", "sum")])
        self._words_by_language.update(
            dict(zip(_texts(words["language"].to_pylist()), words["n_words_sum"].to_pylist(), strict=True))
        )

    def counts(self) -> Counts:
        """What was counted so far."""
        return Counts(
            documents=self.documents,
            words=self.words,
            duplicates_left_out=self.duplicates,
            opt_outs_left_out=self.opted_out,
            by={what: dict(_ordered(counter)[:MOST]) for what, counter in self._by.items()},
            distinct={what: len(counter.keys() - {""}) for what, counter in self._by.items()},
            words_by_language=dict(_ordered(self._words_by_language)),
        )


def _counted(values: pa.ChunkedArray) -> dict[str, int]:
    found = pc.value_counts(values)
    return dict(zip(_texts(found.field("values").to_pylist()), found.field("counts").to_pylist(), strict=True))


def _texts(values: Iterable[str | None]) -> list[str]:
    return [value or "" for value in values]


def _ordered(counter: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda entry: (-entry[1], entry[0]))
