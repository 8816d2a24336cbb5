"""Builds the real stages of the reading spine from their configs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version

from ingest.clean.apply import clean_many
from ingest.clean.config import CleanConfig
from ingest.clean.labeller import ModelLabeller
from ingest.dedup.config import DedupConfig
from ingest.dedup.sketch import sketch
from ingest.extract.article import ExtractConfig, extract
from ingest.identity import config_id
from ingest.language import LanguageConfig, identify
from ingest.load import LoadConfig, load
from ingest.pipeline import Stages, process, process_many
from ingest.quality import QualityConfig, accept
from ingest.records import Cleaned, Document, Labeller, RawPage, Rejected, Sketch

JUDGING_LIBRARIES = ("charset-normalizer", "datasketch", "langdetect", "lxml", "trafilatura")
"""Another version of these may judge the same bytes otherwise."""


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """Everything that can change what becomes of a page; the defaults are those of the frozen configs."""

    load: LoadConfig = field(default_factory=LoadConfig)
    extract: ExtractConfig = field(default_factory=ExtractConfig)
    clean: CleanConfig = field(default_factory=CleanConfig)
    language: LanguageConfig = field(default_factory=LanguageConfig)
    quality: QualityConfig = field(default_factory=QualityConfig)
    dedup: DedupConfig = field(default_factory=DedupConfig)


def build(config: PipelineConfig) -> Stages:
    """The stages of the production path."""
    return Stages(
        load=partial(load, config=config.load),
        extract=partial(extract, config=config.extract),
        clean=partial(clean_many, labeller=labeller_of(config), config=config.clean),
        identify=partial(identify, config=config.language),
        accept=partial(accept, config=config.quality),
        sketch=_sketch_of,
    )


def labeller_of(config: PipelineConfig) -> Labeller:
    """What tells an article's own text from everything else."""
    return ModelLabeller(config.clean)


def judge_of(config: PipelineConfig) -> Callable[[RawPage], Cleaned | Rejected]:
    """The whole reading spine as one function of a page."""
    return partial(process, stages=build(config))


def judge_many_of(config: PipelineConfig) -> Callable[[Sequence[RawPage]], list[Cleaned | Rejected]]:
    """The same as a function of several pages, which costs less."""
    return partial(process_many, stages=build(config))


def judge_factory(config: PipelineConfig) -> Callable[[], Callable[[Sequence[RawPage]], list[Cleaned | Rejected]]]:
    """What makes the reading spine in another process; picklable."""
    return partial(judge_many_of, config)


def config_id_of(config: PipelineConfig) -> str:
    """The id under which results of this configuration are the same: settings, labeller, and the libraries that judge."""
    return config_id(
        {
            # Which files are passed over changes what a run sees, not what becomes of what it sees.
            "pipeline": replace(config, load=replace(config.load, skip=())),
            "labeller": labeller_of(config).version,
            "libraries": {name: version(name) for name in JUDGING_LIBRARIES},
        }
    )


def _sketch_of(document: Document) -> Sketch:
    return sketch(document.text)
