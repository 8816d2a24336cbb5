"""How `winnow evaluate` cleans gold documents and scores what became of them, at one operating point."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ingest.gold import Gold, LinesGold, PageGold, SeedGold, Task

if TYPE_CHECKING:
    from ingest.audit import Account
    from ingest.clean.config import OperatingPoint
    from ingest.records import Document

Scores = dict[str, float]


class Scoring:
    """Cleans each document once; keeps an account of all whose lines are labelled."""

    def __init__(self, point: "OperatingPoint") -> None:
        self._point: OperatingPoint = point
        self.accounts: list[Account] = []
        """In the order of the documents."""

    def score(self, task: Task, documents: Iterable[Gold]) -> Scores:
        """The figures of a task over some documents."""
        from ingest import evaluate, scores

        known: Callable[[Iterable[Any]], Scores]
        if task in ("text", "story", "natural"):
            return self._lines(task, documents)
        if task == "pages":
            return self._pages(documents)
        if task == "metadata":
            known = partial(scores.metadata, describe=evaluate.describe, today=datetime.now(UTC).date())
        elif task == "language":
            known = partial(scores.language, detect=evaluate.language)
        else:
            known = partial(scores.seeds, read=_seed_reader(self._point))
        return known(documents)

    def _lines(self, task: Task, documents: Iterable[Any]) -> Scores:
        """Scores of plain text, line by line."""
        from ingest import evaluate, scores
        from ingest.audit import audit

        seen: list[LinesGold] = []
        kept: list[list[bool]] = []
        for gold in documents:
            cuts = evaluate.cut_lines(gold.lines, self._point)
            self.accounts.append(audit(gold, cuts))
            kept.append([evaluate.is_kept(line, found) for line, found in zip(gold.lines, cuts, strict=True)])
            seen.append(gold)
        in_order = iter(kept)
        by_task = {"text": scores.text, "story": scores.story, "natural": scores.natural}
        return by_task[task](seen, lambda _lines: next(in_order))

    def _pages(self, documents: Iterable[Any]) -> Scores:
        """Scores of pages, with the CPU time that cleaning one takes."""
        from ingest import evaluate, scores
        from ingest.audit import audit, placed

        seen: list[PageGold] = []
        texts: list[str] = []
        spent = 0.0
        for gold in documents:
            start = time.process_time()
            text, found = evaluate.blocks_of_page(gold.html, gold.url, self._point)
            spent += time.process_time() - start
            if gold.marked is not None:
                self.accounts.append(audit(gold.marked, placed(gold.marked.lines, found)))
            texts.append(text)
            seen.append(replace(gold, html=b""))
        in_order = iter(texts)
        found_scores = scores.pages(seen, lambda _html, _url: next(in_order))
        return {**found_scores, "cpu_ms_per_page": 1000 * spent / max(1, len(seen))}


def _seed_reader(point: "OperatingPoint") -> "Callable[[SeedGold], Document | None]":
    """The production path for a raw text file."""
    from ingest.clean.config import CleanConfig
    from ingest.records import Cleaned, RawPage
    from ingest.stages import PipelineConfig, judge_of

    judge = judge_of(PipelineConfig(clean=CleanConfig(operating_point=point)))

    def clean(gold: SeedGold) -> "Document | None":
        page = RawPage(source="gold", name=gold.name, media_type="text/plain", body=gold.body)
        result = judge(page)
        return result.document if isinstance(result, Cleaned) else None

    return clean
