"""The flow that keeps the corpus tidy, and the lists in the forms up to date."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows import artifacts
from flows.attempts import TIMEOUT_S, attempt
from flows.choices import refresh_now
from flows.errors import FlowError
from flows.runs.maintain import maintain
from flows.settings import settings_in_force
from flows.states import failed
from ingest.errors import IngestError
from storage.errors import StorageError


@flow(name="maintain", timeout_seconds=TIMEOUT_S)
def maintain_corpus() -> State[Any]:
    """Bring the tables to the newest commit, remove what no commit names, and renew the lists in the forms."""
    try:
        settings = settings_in_force()
        with artifacts.shown() as show:
            done = attempt("tidy", lambda: maintain(settings.corpus.location, settings, show))
    except (OSError, IngestError, StorageError, FlowError) as error:
        return failed(error)
    artifacts.of_maintenance(done)
    refresh_now(settings.corpus.location)
    return Completed(message=f"the tables stand at commit {done.seq}, {done.removed:,} objects were removed")
