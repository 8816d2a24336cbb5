"""The inputs of a plan: what the given paths hold, and the digest of each as it stands now."""

from collections.abc import Callable, Iterator

from flows.runs.openers import ANYWHERE
from flows.runs.plan import PlannedInput, is_url
from flows.runs.report import IngestRequest, Progress
from ingest.errors import SourceError
from ingest.load import LoadConfig
from ingest.records import PageRef
from ingest.sources.fingerprint import fingerprint
from ingest.sources.listing import in_order, list_inputs


def planned_inputs(request: IngestRequest, config: LoadConfig, progress: Callable[[Progress], None]) -> list[PlannedInput]:
    """Every input of the request that is opened where it lies; one that cannot be read has no digest, and fails in its turn.

    What is fetched is listed by `flows.runs.web`. Raises: SourceError where a given path leads to nothing.
    """
    return list(_planned(iter(in_order(_listed(request, config))), progress))


def _listed(request: IngestRequest, config: LoadConfig) -> Iterator[PageRef]:
    yield from list_inputs([path for path in request.paths if not is_url(path)], request.source, config, ANYWHERE)
    for source in request.sources:
        if source.kind == "path" and not is_url(source.location):
            yield from list_inputs([source.location], source.slug, config, ANYWHERE)


def _planned(refs: Iterator[PageRef], progress: Callable[[Progress], None]) -> Iterator[PlannedInput]:
    for number, ref in enumerate(refs, start=1):
        try:
            found = fingerprint(ref, ANYWHERE)
        except SourceError:
            yield PlannedInput(ref.source, ref.name, ref.location, size=0, sha256=None, pages=1)
        else:
            yield PlannedInput(ref.source, ref.name, ref.location, found.size, found.sha256, found.pages)
        progress(Progress(number, None, f"looking at {ref.name}"))
