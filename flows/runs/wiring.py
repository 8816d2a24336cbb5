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


def open_corpus(location: str, settings: Settings, *, create: bool) -> Corpus | None:
    """The corpus there; null where there is none and none is to be made.

    Raises: StorageError, with a sentence for the user.
    """
    if create:
        return Corpus.create(open_bucket(location), rewrite_bytes_of(settings))
    try:
        return open_known(location, settings)
    except NotACorpusError:
        return None


def open_known(location: str, settings: Settings) -> Corpus:
    """The corpus there, for a run that writes to it. Raises: StorageError, NotACorpusError where there is none."""
    return Corpus.open(open_bucket(location), rewrite_bytes_of(settings))


def rewrite_bytes_of(settings: Settings) -> int:
    """What a run may write again of `documents`."""
    return settings.corpus.rewrite_mb * 2**20


def workers_of(settings: Settings) -> int:
    """Worker processes: as set, else one per core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return settings.run.workers or cores or 1
