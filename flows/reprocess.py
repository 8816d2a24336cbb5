"""The flows that clean again what the corpus holds: `reprocess-preview` writes a plan, `reprocess-apply` carries it out."""

from typing import Any

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed
from prefect.utilities.urls import url_for

from flows import artifacts
from flows.attempts import TIMEOUT_S, attempt
from flows.choices import refresh_now
from flows.errors import AlreadyAppliedError, FlowError
from flows.forms import Approval, Sampling, Which
from flows.runs.reprocess import ApplyRequest, Preview, PreviewRequest, apply, preview
from flows.settings import settings_in_force
from flows.states import failed, state_of
from ingest.errors import IngestError
from storage.errors import StorageError


@flow(name="reprocess-preview", timeout_seconds=TIMEOUT_S)
def reprocess_preview(which: Which = Which(), sample: Sampling = Sampling()) -> State[Any]:  # noqa: B008 - frozen, and a form
    """Find out what cleaning documents again, from stored bytes and under today's settings, would change. Writes a plan.

    Args:
        which: Which documents are meant.
        sample: How many of them are looked at.

    """
    try:
        settings = settings_in_force()
        request = PreviewRequest(settings.corpus.location, which.to_selection(), sample.most)
        with artifacts.shown() as show:
            made: Preview = attempt("clean again, compare", lambda: preview(request, settings, show))
    except (OSError, IngestError, StorageError, FlowError) as error:
        return failed(error)
    artifacts.of_plan(made, _apply_form())
    refresh_now(settings.corpus.location)
    share = f"{made.changed:,} of {made.looked_at:,} documents would change"
    return Completed(message=f"plan {made.plan}: {share}; {made.selected:,} are selected")


@flow(name="reprocess-apply", timeout_seconds=TIMEOUT_S)
def reprocess_apply(approval: Approval) -> State[Any]:
    """Do what a plan foretold, as one run. Stops where more or less would change than it said.

    Args:
        approval: The plan that is carried out, in somebody's name.

    """
    try:
        settings = settings_in_force()
        request = ApplyRequest(settings.corpus.location, approval.plan, approval.approved_by)
        with artifacts.shown() as show:
            report = attempt("clean the rest, commit", lambda: apply(request, settings, show))
    except AlreadyAppliedError as told:
        return Completed(message=str(told))
    except (OSError, IngestError, StorageError, FlowError) as error:
        return failed(error)
    artifacts.of_run(report)
    refresh_now(settings.corpus.location)
    return state_of(report)


def _apply_form() -> str | None:
    """The address of the form that carries a plan out; null on a server that does not have it."""
    with get_client(sync_client=True) as client:
        try:
            found = client.read_deployment_by_name("reprocess-apply/reprocess-apply")
        except ObjectNotFound:
            return None
    address = url_for("deployment", found.id)
    return f"{address}/run" if address else None
