"""Cleans an input again from its stored bytes, to show what a rejection left no trace of."""

from dataclasses import replace

from flows.runs.reading import Found, OutcomeRow
from flows.runs.settings import Settings
from flows.runs.wiring import pipeline_of
from ingest.clean.apply import ledger
from ingest.records import Article, Document, Rejected
from ingest.stages import PipelineConfig, build, labeller_of
from storage.bucket import Bucket, open_bucket
from storage.raw import RawRef, read


def recalled(found: Found, settings: Settings) -> Found:
    """With the document that the raw bytes of a rejected input give; as it was where they give none."""
    if found.document is not None or found.outcome is None or found.outcome.raw_ref is None:
        return found
    return replace(found, document=clean_again(settings.corpus.location, found.outcome, settings))


def clean_again(corpus_uri: str, outcome: OutcomeRow, settings: Settings) -> Document | None:
    """The document that the input's bytes give under today's settings, however little is left of it.

    Null where no bytes are stored, where they are a response that was refused, or where nothing in them could be read as text.
    """
    if outcome.raw_ref is None or outcome.stage == "fetch":
        return None
    config = pipeline_of(settings)
    article = article_again(open_bucket(corpus_uri), outcome.raw_ref, config)
    return ledger(article, labeller_of(config), config.clean) if article else None


def article_again(bucket: Bucket, ref: RawRef, config: PipelineConfig) -> Article | None:
    """The article that stored bytes give today; null where nothing in them can be read as text."""
    stages = build(config)
    payload = stages.load(read(bucket, ref))
    article = payload if isinstance(payload, Rejected) else stages.extract(payload)
    return None if isinstance(article, Rejected) else article
