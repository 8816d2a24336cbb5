"""The functions that scorers call: the production path with the defaults of the frozen configs, no shortcut."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from ingest.clean.config import CleanConfig, OperatingPoint
from ingest.dedup.stories import cluster_documents
from ingest.dedup.stories import same_story as compare_stories
from ingest.extract.headline import find_headline
from ingest.extract.text import blocks_of_lines
from ingest.language import detect
from ingest.ledger import Entry, entries
from ingest.pipeline import Stages
from ingest.records import Article, Cut, Document, Labeller, RawPage, Rejected
from ingest.stages import PipelineConfig, build, labeller_of

__all__ = [
    "blocks_of_page",
    "clean_html",
    "clusters",
    "cut_lines",
    "describe",
    "is_kept",
    "keep_lines",
    "keep_lines_balanced",
    "keep_lines_strict",
    "language",
    "same_story",
]


def clean_html(html: bytes, url: str) -> str:
    """The clean text of a page, kept blocks joined by blank lines; empty where the page is rejected."""
    document = _cleaned(html, url, "conservative")
    return "" if document is None else document.text


def blocks_of_page(html: bytes, url: str, point: OperatingPoint) -> tuple[str, list[Entry]]:
    """The clean text of a page at an operating point, and what became of each block; empty where the page is rejected."""
    document = _cleaned(html, url, point)
    if document is None:
        return "", []
    return document.text, list(entries(document.source_text, document.title_span, document.removals))


def keep_lines(lines: list[str]) -> list[bool]:
    """Which lines of a plain-text dump are the article's own; a partly kept line counts as kept, a blank one as cut."""
    return _keep_lines(lines, "conservative")


def keep_lines_balanced(lines: list[str]) -> list[bool]:
    """The same at the operating point `balanced`."""
    return _keep_lines(lines, "balanced")


def keep_lines_strict(lines: list[str]) -> list[bool]:
    """The same at the operating point `strict`."""
    return _keep_lines(lines, "strict")


def _keep_lines(lines: list[str], point: OperatingPoint) -> list[bool]:
    return [is_kept(line, cuts) for line, cuts in zip(lines, cut_lines(lines, point), strict=True)]


def is_kept(line: str, cuts: Sequence[Cut]) -> bool:
    """Whether anything of a line stays; a blank one counts as cut."""
    return sum(cut.end - cut.start for cut in cuts) < len(line.strip())


def cut_lines(lines: list[str], point: OperatingPoint) -> list[tuple[Cut, ...]]:
    """What is cut from each line of a plain-text dump, in code points of the line; nothing from its headline."""
    blocks, line_of = blocks_of_lines(lines)
    headline = find_headline(blocks)
    article = Article(blocks, title=None if headline is None else blocks[headline].text, title_block=headline)
    found: list[tuple[Cut, ...]] = [()] * len(lines)
    for index, label in enumerate(_labeller(point).label(article)):
        if index != headline:
            line = lines[line_of[index]]
            before = len(line) - len(line.lstrip())
            found[line_of[index]] = tuple(replace(cut, start=cut.start + before, end=cut.end + before) for cut in label.cuts)
    return found


def describe(html: bytes, url: str) -> dict[str, Any]:
    """Title, authors and date (`YYYY-MM-DD`) of a page; `None` and an empty list where unknown.

    The date is that of publication, or of the last change where the page tells no other.
    """
    article = article_of_html(html, url)
    if isinstance(article, Rejected):
        return {"title": None, "authors": [], "date": None}
    dated = article.published_at or article.modified_at
    return {"title": article.title, "authors": list(article.authors), "date": dated.date().isoformat() if dated else None}


def language(text: str) -> str:
    """The language of a text as ISO 639-1, or `und`."""
    return detect(text).language


def same_story(a_text: str, b_text: str, a_date: str | None, b_date: str | None) -> str:
    """How two cleaned texts relate.

    One of exact, near, contained, update, correction, series, round-up, follow-up, different. Dates are ISO 8601 or null.
    """
    return compare_stories(a_text, b_text, a_date, b_date)


def clusters(documents: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The cluster of each document by id; documents have id, url, site, title, text, lang and published_at."""
    return cluster_documents(documents)


def _cleaned(html: bytes, url: str, point: OperatingPoint) -> Document | None:
    article = article_of_html(html, url)
    if isinstance(article, Rejected):
        return None
    document = _stages(point).clean([article])[0]
    return None if isinstance(document, Rejected) else document


def article_of_html(html: bytes, url: str) -> Article | Rejected:
    """The article of a page with all its blocks, before it is cleaned."""
    page = RawPage(source="evaluate", name=url, media_type="text/html", body=html, url=url)
    payload = _stages("conservative").load(page)
    return payload if isinstance(payload, Rejected) else _stages("conservative").extract(payload)


@cache
def _stages(point: OperatingPoint) -> Stages:
    return build(_config(point))


@cache
def _labeller(point: OperatingPoint) -> Labeller:
    return labeller_of(_config(point))


def _config(point: OperatingPoint) -> PipelineConfig:
    return PipelineConfig(clean=CleanConfig(operating_point=point))
