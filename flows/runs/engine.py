"""What made a run's documents, for its record and its commit."""

from collections.abc import Mapping
from dataclasses import replace

from flows.runs.publish import CODE
from flows.runs.report import Report
from flows.runs.settings import Settings
from flows.runs.wiring import pipeline_of
from ingest.clean.model import digest
from ingest.stages import labeller_of

PACKAGE, ENGINE, MODEL = "winnow-news", "cleaning-engine", "cleaning-model"
"""The names under which a commit's `engines` holds them."""


def stamped(report: Report, settings: Settings) -> Report:
    """The report with the code, engine and model of today."""
    return replace(report, code=CODE, engine=labeller_of(pipeline_of(settings)).version, model=digest())


def engines_of(report: Report) -> dict[str, str]:
    """What a commit records of a run; nothing of what the report does not know."""
    told = {PACKAGE: report.code or CODE, ENGINE: report.engine, MODEL: report.model}
    return {name: value for name, value in told.items() if value is not None}


def recalled(report: Report, engines: Mapping[str, str]) -> Report:
    """The report with what its commit records."""
    return replace(report, code=engines.get(PACKAGE), engine=engines.get(ENGINE), model=engines.get(MODEL))


def made_by(report: Report) -> str:
    """The same in one line for people; empty where it was not recorded."""
    if report.engine is None:
        return ""
    return f"winnow {report.code}, cleaning engine {report.engine}, model {report.model}"
