"""The flow that releases a corpus as plain Parquet files with a card."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows import artifacts
from flows.attempts import TIMEOUT_S, attempt
from flows.errors import FlowError
from flows.forms import Edition
from flows.runs.release import ReleaseRequest, release
from flows.settings import settings_in_force
from flows.states import failed
from ingest.errors import IngestError
from storage.errors import StorageError


@flow(name="release", timeout_seconds=TIMEOUT_S)
def release_corpus(edition: Edition, dry_run: bool = False) -> State[Any]:  # noqa: FBT001, FBT002 - a form
    """Write the canonical documents as plain Parquet files with a card, under a name that stands for them for ever.

    Args:
        edition: Which release is made, and under which name.
        dry_run: Count and write nothing.

    """
    try:
        settings = settings_in_force()
        opt_outs = None if edition.opt_outs == "as the settings say" else edition.opt_outs
        request = ReleaseRequest(
            settings.corpus.location, edition.name, edition.at or None, opt_outs, jsonl=edition.jsonl, dry_run=dry_run
        )
        with artifacts.shown() as show:
            done = attempt("sort, write, publish", lambda: release(request, settings, show))
    except (OSError, IngestError, StorageError, FlowError) as error:
        return failed(error)
    artifacts.of_release(done)
    what = "would hold" if dry_run else "holds" if done.is_new else "stood already: it holds"
    return Completed(message=f"release {done.name} {what} {done.counts.documents:,} documents of commit {done.seq}")
