"""The inputs of a plan: what the given paths hold, and the digest of each as it stands now."""

from collections.abc import Callable, Iterator

from flows.runs.openers import ANYWHERE
from flows.runs.plan import PlannedInput
from flows.runs.report import IngestRequest, Progress
from ingest.errors import SourceError
from ingest.load import LoadConfig
from ingest.records import PageRef
from ingest.sources.fingerprint import fingerprint
from ingest.sources.listing import list_inputs


def planned_inputs(request: IngestRequest, config: LoadConfig, progress: Callable[[Progress], None]) -> list[PlannedInput]:
    """Every input below the request's paths; one that cannot be read is planned without digest, and fails when its turn comes.

    Raises: SourceError where a given path leads to nothing.
    """
    return list(_planned(list_inputs(request.paths, request.source, config, ANYWHERE), progress))


def _planned(refs: Iterator[PageRef], progress: Callable[[Progress], None]) -> Iterator[PlannedInput]:
    for number, ref in enumerate(refs, start=1):
        try:
            found = fingerprint(ref, ANYWHERE)
        except SourceError:
            yield PlannedInput(ref.source, ref.name, ref.location, size=0, sha256=None, pages=1)
        else:
            yield PlannedInput(ref.source, ref.name, ref.location, found.size, found.sha256, found.pages)
        progress(Progress(number, None, f"looking at {ref.name}"))
