"""What goes with a release's data: the dataset card, which Hugging Face's tools read too, and its picture."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows.view.pages import render
from flows.view.plots import Chart, ranked
from storage.manifests import Column, Manifest
from storage.shelves import safe_name

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Okabe and Ito's, which colour-blind eyes tell apart; the legend names them in their order."""
OTHERS = "#9aa3ad"
MOST_MONTHS = 48
"""Columns of the picture; a longer time is drawn by years."""
MOST_SITES, MOST_LICENCES = 25, 15
ISO = re.compile(r"[a-z]{2,3}")

FLAGS: Mapping[str, str] = {
    "mojibake": "the text looks as if it had been decoded with a wrong charset; it is kept as it came",
    "charset-guessed": "neither byte order mark, header nor markup named a charset that fits",
    "undecodable": "some bytes had no character and became U+FFFD",
    "not-an-article": "the page is of a kind that is no article, or mostly links",
    "text-loss": "far less was kept than the page shows",
    "truncated": "the input ended early; what arrived was used",
}
"""Flag → what to know before trusting a document that carries it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    value: str
    documents: int
    share: float
    words: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """What the template of the card draws."""

    manifest: Manifest
    languages: Sequence[Row]
    months: Sequence[Row]
    sites: Sequence[Row]
    without_site: int
    licences: Sequence[Row]
    without_licence: int
    opt_outs: Sequence[Row]
    access: Sequence[Row]
    flags: Sequence[tuple[Row, str]]
    codes: Mapping[str, int]
    config_ids: Mapping[str, int]
    columns: Sequence[Column]
    sample: str
    """A configuration that exists, for the example."""
    iso_languages: Sequence[str]
    configs: Sequence[str]
    """One for each language, as paths spell it."""
    size_category: str

    @property
    def more_sites(self) -> int:
        """Sites that the table leaves out."""
        return self.manifest.counts.distinct.get("site", 0) - len(self.sites)


def card(manifest: Manifest) -> str:
    """The dataset card, as Markdown with the header that Hugging Face's tools read."""
    counts = manifest.counts
    by = {what: dict(values) for what, values in counts.by.items()}
    without_site = by["site"].pop("", 0)
    languages = [Row(row.value, row.documents, row.share, counts.words_by_language[row.value]) for row in _rows(by["language"])]
    licences = _rows(by["licence"], of=counts.documents)[:MOST_LICENCES]
    configs = sorted(safe_name(language or "und") for language in by["language"])
    return render(
        "card.md.j2",
        Card(
            manifest=manifest,
            languages=languages,
            months=sorted(_rows(by["month"]), key=lambda row: row.value),
            sites=_rows(by["site"], of=counts.documents)[:MOST_SITES],
            without_site=without_site,
            licences=licences,
            without_licence=counts.documents - sum(row.documents for row in licences),
            opt_outs=_rows(by["opt_out"], of=counts.documents),
            access=_rows(by["access"]),
            flags=[(row, FLAGS.get(row.value, "")) for row in _rows(by["flag"], of=counts.documents)],
            codes=by["code"],
            config_ids=by["config_id"],
            columns=manifest.columns,
            sample=safe_name(languages[0].value or "und"),
            iso_languages=sorted(code for code in by["language"] if ISO.fullmatch(code) and code != "und"),
            configs=configs,
            size_category=size_category(counts.documents),
        ),
    )


def size_category(documents: int) -> str:
    """How Hugging Face's hub names the size of a data set."""
    if documents < 1_000:
        return "n<1K"
    names = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")
    place = min(len(str(documents)) - 4, len(names) - 2)
    return f"{names[place]}<n<{names[place + 1]}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a column, where it is drawn."""

    colour: str
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Pillar:
    """A month, or a year."""

    label: str
    documents: int
    left: float
    width: float
    stretches: Sequence[Stretch]
    is_labelled: bool
    """Whether there is room for its label."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What the template of the picture draws."""

    name: str
    documents: int
    words: int
    seq: int
    day: str
    pillars: Sequence[Pillar]
    most: int
    """Documents of the highest column."""
    legend: Sequence[tuple[str, str, int]]
    """Language, colour, documents."""
    charts: Sequence[Chart]
    unit: str
    """month or year."""


ROOM_WIDTH, ROOM_HEIGHT = 820.0, 180.0
LABELS = 12
"""Columns that bear a label, at most."""


def picture(manifest: Manifest) -> str:
    """Documents by month and language, and the largest languages and sites, as an SVG that carries everything itself."""
    counts = manifest.counts
    languages = sorted(counts.by["language"].items(), key=lambda entry: (-entry[1], entry[0]))
    colours = {language: colour for (language, _), colour in zip(languages, COLOURS, strict=False)}
    legend = [(language or "und", colours[language], documents) for language, documents in languages[: len(COLOURS)]]
    others = sum(documents for _, documents in languages[len(COLOURS) :])
    by_year = counts.distinct["month"] > MOST_MONTHS
    pillars = list(_pillars(_by_time(manifest, by_year=by_year), colours))
    sites = {site: documents for site, documents in counts.by["site"].items() if site}
    return render(
        "release.svg.j2",
        Picture(
            name=manifest.name,
            documents=counts.documents,
            words=counts.words,
            seq=manifest.terms.seq,
            day=f"{manifest.committed_at:%Y-%m-%d}",
            pillars=pillars,
            most=max(pillar.documents for pillar in pillars),
            legend=[*legend, *([("others", OTHERS, others)] if others else [])],
            charts=[ranked("Languages", dict(languages)), ranked("Sites", sites)],
            unit="year" if by_year else "month",
        ),
    )


def _by_time(manifest: Manifest, *, by_year: bool) -> dict[str, Counter[str]]:
    """Month or year → language → documents, in order."""
    found: dict[str, Counter[str]] = {}
    for file in sorted(manifest.data, key=lambda each: each.month or ""):
        when = (file.month or "")[: 4 if by_year else 7]
        found.setdefault(when, Counter())[file.language or ""] += file.rows or 0
    return found


def _pillars(times: Mapping[str, Counter[str]], colours: Mapping[str, str]) -> Iterator[Pillar]:
    most = max(counter.total() for counter in times.values())
    step = ROOM_WIDTH / len(times)
    every = -(-len(times) // LABELS)
    for place, (label, counter) in enumerate(times.items()):
        shares: Counter[str] = Counter()
        for language, documents in counter.items():
            shares[colours.get(language, OTHERS)] += documents
        bottom, stretches = ROOM_HEIGHT, []
        for colour in (*COLOURS, OTHERS):
            height = ROOM_HEIGHT * shares[colour] / most
            bottom -= height
            stretches += [Stretch(colour, bottom, height)] if height else []
        width = min(step * 0.8, 60.0)
        left = step * place + (step - width) / 2
        yield Pillar(label, counter.total(), left, width, stretches, place % every == 0)


def _rows(counts: Mapping[str, int], *, of: int | None = None) -> list[Row]:
    whole = (sum(counts.values()) if of is None else of) or 1
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [Row(value, documents, documents / whole) for value, documents in ordered]
