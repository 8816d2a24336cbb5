"""Draws what two versions of a document, or two states of the corpus, differ in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from flows.cli.console import safe, table
from flows.cli.portrait import GUTTER, print_beside
from flows.runs.differences import Changed, Counts, Edition, StateDifference, of_kind
from flows.view.changes import Line
from flows.view.difference import Span
from flows.view.document import VersionNote
from flows.view.fates import Cut
from storage.changes import KINDS, Kind

GONE, NEW, DIM = "red", "green", "dim"
MOST_GROUPS = 12
"""Languages or sites that are named."""


def print_edition(found: Edition, out: Console) -> None:
    """Two versions of a document: metadata that differ, then paragraphs; of words `[-gone-]` and `{+new+}`."""
    pair = found.pair
    out.print(Text(safe(pair.heading), style="bold"))
    for note in found.notes:
        out.print(Text(safe(_noted(note)), style=DIM))
    out.print()
    for label, before, after in pair.fields:
        words = Text(f"[-{safe(before)}-]", style=GONE).append(" ").append(f"{{+{safe(after)}+}}", style=NEW)
        print_beside(Text(f"~ {label}"), words, GUTTER, out)
    for line in pair.lines:
        print_beside(*_drawn(line), GUTTER, out)
    if pair.is_shortened:
        out.print(Text("The rest of these texts is not compared here.", style=DIM))


def _noted(note: VersionNote) -> str:
    return f"version {note.number}: {note.when}, run {note.run}, {note.words:,} words, {note.made_by}"


def _drawn(line: Line) -> tuple[Text, Text]:
    """What stands in the gutter, and the paragraph beside it."""
    if line.fate == "skipped":
        return Text(), Text(f"… {line.skipped:,} paragraphs stay as they are", style=DIM)
    if line.fate == "gone":
        return Text(f"- {_reason('cut now', line.goes)}", style=GONE), Text(_plain(line.before), style=GONE)
    if line.fate == "new":
        return Text(f"+ {_reason('was cut', line.was)}", style=NEW), Text(_plain(line.after), style=NEW)
    if line.fate == "changed":
        return Text("~"), Text().join(_merged(line.before, line.after))
    return Text("  same", style=DIM), Text(_plain(line.before), style=DIM)


def _reason(word: str, cut: Cut | None) -> str:
    return f"{word}: {cut.reason}" if cut else ""


def _plain(spans: Iterable[Span]) -> str:
    return safe("".join(span.text for span in spans))


def _merged(before: Sequence[Span], after: Sequence[Span]) -> Iterator[Text]:
    """Both paragraphs as one: what both have stands once, what is gone before what is new."""
    left, right = list(before), list(after)
    while left or right:
        if left and left[0].is_own:
            yield Text(f"[-{safe(left.pop(0).text)}-]", style=GONE)
        elif right and right[0].is_own:
            yield Text(f"{{+{safe(right.pop(0).text)}+}}", style=NEW)
        else:
            yield Text(safe(left.pop(0).text))
            right.pop(0)


def print_states(found: StateDifference, out: Console) -> None:
    """Two states: how many documents changed, of which languages and sites, and some of them."""
    before, after = found.documents
    heading = f"Commit {found.one} to commit {found.other}: {before:,} documents, then {after:,}"
    out.print(Text(heading, style="bold"))
    out.print(table(KINDS, [[found.counts[kind] for kind in KINDS]], right=KINDS))
    for what, groups in (("language", found.by_language), ("site", found.by_site)):
        if groups:
            out.print()
            _print_groups(what, groups, out)
    for kind in KINDS:
        samples = of_kind(found.samples, kind)
        if samples:
            _print_samples(kind, samples, found.counts[kind], out)


def _print_groups(what: str, groups: Mapping[str, Counts], out: Console) -> None:
    shown = list(groups.items())[:MOST_GROUPS]
    out.print(table((what, *KINDS), [(name, *(counts[kind] for kind in KINDS)) for name, counts in shown], right=KINDS))
    if len(groups) > MOST_GROUPS:
        out.print(f"… and {len(groups) - MOST_GROUPS:,} more")


def _print_samples(kind: Kind, samples: Sequence[Changed], total: int, out: Console) -> None:
    out.print(Text(f"\n{kind}, {len(samples):,} of {total:,}", style="bold"))
    for each in samples:
        out.print(Text(safe(f"  {each.id[:12]}  {_became(each)}  {each.title or each.url or ''}")))


def _became(each: Changed) -> str:
    if each.change == "updated":
        return f"version {each.was_version} → {each.version}"
    if each.change == "re-elected":
        if each.was_duplicate_of == each.duplicate_of:
            return f"now in the cluster of {(each.cluster or each.id)[:12]}"
        return f"{_elected(each.was_duplicate_of)} → {_elected(each.duplicate_of)}"
    return f"version {each.version if each.change == 'inserted' else each.was_version}"


def _elected(duplicate_of: str | None) -> str:
    return f"copy of {duplicate_of[:12]}" if duplicate_of else "canonical"
