"""Counts what a run did, from the rows of `outcomes` that it made."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from flows.runs.report import Report
from ingest.records import Decision

MAX_MESSAGES = 20
BROKEN_STAGES = frozenset({"load", "isolate"})
"""Rejections that a person should hear of one by one: the input itself is broken."""


@dataclass(slots=True)
class Tally:
    """Counts of one run, grown shard by shard."""

    outcomes: Counter[str] = field(default_factory=Counter)
    new_versions: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    chars_kept: int = 0
    chars_cut: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)

    def skip(self, inputs: int) -> None:
        """Count inputs that were skipped as unchanged before cleaning."""
        self.outcomes["unchanged"] += inputs

    def add(self, outcomes: pa.Table) -> None:
        """Count the rows of a shard."""
        names = ["outcome", "version", "stage", "reason", "detail", "name", "chars_kept", "chars_cut", "language", "flags"]
        for row in outcomes.select(names).to_pylist():
            self.outcomes[row["outcome"]] += 1
            if row["outcome"] in {"kept", "duplicate"}:
                self._add_document(row)
            elif row["outcome"] in {"rejected", "failed"}:
                self._add_refusal(row)

    def report(self, base: Report, decisions: Iterable[Decision]) -> Report:
        """The counts as a report; `base` gives what is no count."""
        linked = [Counter(edge.kind for edge in decision.evidence) for decision in decisions]
        return replace(
            base,
            inputs=sum(self.outcomes.values()),
            kept=self.outcomes["kept"],
            new_versions=self.new_versions,
            rejected=dict(self.rejected),
            duplicates=self.outcomes["duplicate"],
            unchanged=self.outcomes["unchanged"],
            failed=dict(self.failed),
            chars_kept=self.chars_kept,
            chars_cut=dict(self.chars_cut),
            languages=dict(self.languages),
            series=sum(kinds["series"] > 0 for kinds in linked),
            # The stories that a round-up holds have one such edge each, it has one to each of them.
            round_ups=sum(kinds["round-up"] > 1 for kinds in linked),
            flags=dict(self.flags),
            messages=tuple(self.messages[:MAX_MESSAGES]),
        )

    def _add_document(self, row: Mapping[str, object]) -> None:
        version, chars_kept, cuts, flags = row["version"], row["chars_kept"], row["chars_cut"], row["flags"]
        assert isinstance(version, int) and isinstance(chars_kept, int)  # noqa: S101, PT018 - columns of our own schema
        assert isinstance(cuts, list) and isinstance(flags, list)  # noqa: S101, PT018
        self.new_versions += row["outcome"] == "kept" and version > 1
        self.chars_kept += chars_kept
        self.chars_cut.update({cut["reason"]: cut["chars"] for cut in cuts})
        self.languages[str(row["language"])] += 1
        self.flags.update(flags)

    def _add_refusal(self, row: Mapping[str, object]) -> None:
        if row["outcome"] == "failed":
            self.failed[str(row["reason"])] += 1
        else:
            self.rejected[f"{row['stage']}/{row['reason']}"] += 1
        if row["outcome"] == "failed" or row["stage"] in BROKEN_STAGES:
            self.messages.append(f"{row['name']}: {row['detail'] or row['reason']}")
