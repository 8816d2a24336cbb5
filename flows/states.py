"""How a run ends, in names of our own that the UI shows in colour: Completed, CompletedWithRejects, QualityGateFailed."""

from typing import Any

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.runs.report import Report

WITH_REJECTS = "CompletedWithRejects"
REFUSED = "QualityGateFailed"


def state_of(report: Report) -> State[Any]:
    """The state that tells what the report says."""
    if report.gate_refused is not None:
        how = "" if report.kind == "reprocess" else " To publish all the same, run it again with ignore_gate."
        return Failed(name=REFUSED, message=f"{report.gate_refused}: nothing was committed.{how}")
    counts = f"{report.inputs:,} inputs: {report.kept:,} kept, {report.duplicates:,} duplicates, {report.unchanged:,} unchanged"
    refused, unread = sum(report.rejected.values()), sum(report.failed.values())
    if refused or unread:
        return Completed(name=WITH_REJECTS, message=f"{counts}, {refused:,} rejected, {unread:,} failed")
    return Completed(message=counts)


def failed(error: Exception) -> State[Any]:
    """The state of a run that a known cause ended: one sentence, no traceback."""
    sentence = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
    get_run_logger().error("%s", sentence)
    return Failed(message=sentence)
