"""Builds what a run needs from its settings: the composition root."""

import os

from flows.runs.settings import Settings
from ingest.stages import PipelineConfig
from storage.bucket import open_bucket
from storage.errors import NotACorpusError
from storage.tables import Corpus


def pipeline_of(settings: Settings) -> PipelineConfig:
    """The sections that change results, as the reading spine takes them."""
    return PipelineConfig(
        load=settings.load,
        extract=settings.extract,
        clean=settings.clean,
        language=settings.language,
        quality=settings.quality,
        dedup=settings.dedup,
    )


def open_corpus(location: str, *, create: bool) -> Corpus | None:
    """The corpus there; null where there is none and none is to be made.

    Raises: StorageError, with a sentence for the user.
    """
    bucket = open_bucket(location)
    if create:
        return Corpus.create(bucket)
    try:
        return Corpus.open(bucket)
    except NotACorpusError:
        return None


def workers_of(settings: Settings) -> int:
    """Worker processes: as set, else one per core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return settings.run.workers or cores or 1
