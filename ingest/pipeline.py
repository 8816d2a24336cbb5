"""The path of a page, from bytes to a clean document: the order of the stages stands here and nowhere else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ingest.records import Article, Cleaned, Document, Payload, RawPage, Rejected, Sketch

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Stages:
    """The pure steps that `process` calls, in its order; `ingest.stages.build` makes the real ones."""

    load: Callable[[RawPage], Payload | Rejected]
    """Bytes to text: decompression, record fields, charset."""
    extract: Callable[[Payload], Article | Rejected]
    """Text to blocks and metadata: everything visible, nothing judged."""
    clean: Callable[[Sequence[Article]], Sequence[Document | Rejected]]
    """Blocks to kept text and removals: of each article what it would get alone, at less cost for several."""
    identify: Callable[[Document], Document | Rejected]
    """Adds the language, of the document and of blocks that differ."""
    accept: Callable[[Document], Document | Rejected]
    """The quality rules."""
    sketch: Callable[[Document], Sketch]
    """What near-duplicate search keeps."""


def process(page: RawPage, stages: Stages) -> Cleaned | Rejected:
    """Turn one page into a clean document, or say why not."""
    return process_many([page], stages)[0]


def process_many(pages: Sequence[RawPage], stages: Stages) -> list[Cleaned | Rejected]:
    """The same for several pages, in order; no page's result depends on the others."""
    payloads = [stages.load(page) for page in pages]
    articles = _each(stages.extract, payloads)
    documents = _together(stages.clean, articles)
    accepted = _each(stages.accept, _each(stages.identify, documents))
    return [each if isinstance(each, Rejected) else Cleaned(each, stages.sketch(each)) for each in accepted]


def _each(stage: Callable[[Given], Made | Rejected], inputs: Sequence[Given | Rejected]) -> list[Made | Rejected]:
    """What a stage makes of all that are not rejected yet."""
    return [each if isinstance(each, Rejected) else stage(each) for each in inputs]


def _together(
    stage: Callable[[Sequence[Given]], Sequence[Made | Rejected]], inputs: Sequence[Given | Rejected]
) -> list[Made | Rejected]:
    """The same for a stage that takes several at once."""
    made = iter(stage([each for each in inputs if not isinstance(each, Rejected)]))
    return [each if isinstance(each, Rejected) else next(made) for each in inputs]
