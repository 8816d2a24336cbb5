"""The path of one page, from bytes to a clean document: the order of the stages stands here and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass

from ingest.records import Article, Cleaned, Document, Payload, RawPage, Rejected, Sketch


@dataclass(frozen=True, slots=True)
class Stages:
    """The pure steps that `process` calls, in its order; `ingest.stages.build` makes the real ones."""

    load: Callable[[RawPage], Payload | Rejected]
    """Bytes to text: decompression, record fields, charset."""
    extract: Callable[[Payload], Article | Rejected]
    """Text to blocks and metadata: everything visible, nothing judged."""
    clean: Callable[[Article], Document | Rejected]
    """Blocks to kept text and removals."""
    identify: Callable[[Document], Document | Rejected]
    """Adds the language, of the document and of blocks that differ."""
    accept: Callable[[Document], Document | Rejected]
    """The quality rules."""
    sketch: Callable[[Document], Sketch]
    """What near-duplicate search keeps."""


def process(page: RawPage, stages: Stages) -> Cleaned | Rejected:
    """Turn one page into a clean document, or say why not."""
    payload = stages.load(page)
    if isinstance(payload, Rejected):
        return payload
    article = stages.extract(payload)
    if isinstance(article, Rejected):
        return article
    document = stages.clean(article)
    if isinstance(document, Rejected):
        return document
    document = stages.identify(document)
    if isinstance(document, Rejected):
        return document
    document = stages.accept(document)
    if isinstance(document, Rejected):
        return document
    return Cleaned(document, stages.sketch(document))
