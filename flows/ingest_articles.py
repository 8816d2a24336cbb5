"""The flows that bring articles into the corpus: `ingest` what a person names, `ingest-source` what the settings name."""

from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

from flows import artifacts
from flows.attempts import TIMEOUT_S, attempt
from flows.errors import FlowError
from flows.forms import Inputs
from flows.runs.ingest import ingest
from flows.runs.report import IngestRequest, Report
from flows.runs.settings import Settings
from flows.runs.sources import chosen
from flows.settings import settings_in_force
from flows.states import failed, state_of
from ingest.errors import IngestError
from storage.errors import StorageError


@flow(name="ingest", timeout_seconds=TIMEOUT_S)
def ingest_articles(inputs: Inputs, dry_run: bool = False, ignore_gate: bool = False) -> State[Any]:  # noqa: FBT001, FBT002 - a form
    """Clean files and folders into the corpus. What it has already is skipped; a run that was cut off goes on.

    Args:
        inputs: What is read, and as which source.
        dry_run: Find out what would happen and write nothing.
        ignore_gate: Publish although the quality gate would refuse the run.

    """
    try:
        settings = settings_in_force(ignore_gate=ignore_gate)
        where, workers = settings.corpus.location, settings.run.workers
        request = IngestRequest(tuple(inputs.paths), where, inputs.source or None, inputs.limit, dry_run, workers)
        return _carried_out(request, settings)
    except (OSError, IngestError, StorageError, FlowError) as error:
        return failed(error)


@flow(name="ingest-source", timeout_seconds=TIMEOUT_S)
def ingest_source(source: str, dry_run: bool = False, ignore_gate: bool = False) -> State[Any]:  # noqa: FBT001, FBT002 - a form
    """Clean what a source of the settings holds now into the corpus.

    Args:
        source: The slug of a `[[source]]` table in `winnow.toml`.
        dry_run: Find out what would happen and write nothing.
        ignore_gate: Publish although the quality gate would refuse the run.

    """
    try:
        settings = settings_in_force(ignore_gate=ignore_gate)
        where, workers = settings.corpus.location, settings.run.workers
        sources = chosen(settings.source, [source])
        request = IngestRequest((), where, dry_run=dry_run, workers=workers, sources=sources)
        return _carried_out(request, settings)
    except (OSError, IngestError, StorageError, FlowError) as error:
        return failed(error)


def _carried_out(request: IngestRequest, settings: Settings) -> State[Any]:
    report = _ingested(request, settings)
    artifacts.of_run(report)
    return state_of(report)


def _ingested(request: IngestRequest, settings: Settings) -> Report:
    with artifacts.shown() as show:
        report = attempt("read, clean, commit", lambda: ingest(request, settings, show))
    get_run_logger().info("run %s: %d inputs in %.1f s", report.run_id, report.inputs, report.seconds)
    return report
