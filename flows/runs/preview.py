"""Finds out what cleaning documents again would change, and writes a plan for whoever approves it; the corpus stays as it is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from flows.runs import previews
from flows.runs.choices import choices
from flows.runs.compare import compare
from flows.runs.previewpage import page_of
from flows.runs.previews import Preview, interval
from flows.runs.publish import CODE
from flows.runs.reading import resolve
from flows.runs.reclean import Recleaned
from flows.runs.redecide import Redecided, redecide
from flows.runs.report import Progress
from flows.runs.rework import PreviewRequest, bring_to_head, digest, new_id, run_of, sample_of, select
from flows.runs.selection import Selection, check
from flows.runs.settings import Settings
from flows.runs.state import State
from flows.runs.survey import Candidate
from flows.runs.wiring import open_known, pipeline_of
from ingest.errors import ConfigError
from ingest.stages import config_id_of
from storage.tables import Corpus

MAX_MESSAGES = 20


def preview(request: PreviewRequest, settings: Settings, progress: Callable[[Progress], None] = lambda _step: None) -> Preview:
    """Clean a sample of the selected documents again, or all, and store what would come of it as a plan with a page.

    Raises: NotFoundError for a value that nothing in the corpus has, before anything is cleaned; ConfigError, StorageError.
    """
    if request.sample is not None and request.sample < 1:
        raise ConfigError(f"a sample holds 1 document or more, not {request.sample}")
    corpus = open_known(request.corpus, settings)
    corpus.roll()
    selection = checked(corpus, request.selection)
    config = pipeline_of(settings)
    config_id, plan = config_id_of(config), new_id()
    selected: dict[str, Candidate] = {}

    def choose(at: int) -> list[Candidate]:
        nonlocal selected
        progress(Progress(0, None, "looking for the documents"))
        selected = select(corpus, selection, config_id, at)
        return sample_of(selected.values(), request.sample)

    recleaned = Recleaned(corpus.bucket, plan)
    state, looked_at = bring_to_head(corpus, choose, recleaned, settings, progress)
    chosen = digest(selected.values())
    progress(Progress(len(looked_at), len(looked_at), "comparing"))
    redecided = redecide(run_of(plan, config_id, chosen, state.seq), corpus, state, recleaned, looked_at, config.dedup)
    found = _found(corpus, state, recleaned, redecided, looked_at)
    made = replace(found, selection=selection, config_id=config_id, selected=len(selected), selected_sha256=chosen)
    previews.write(corpus.bucket, made, page_of(made, corpus, state, recleaned, redecided, looked_at))
    return made


def _found(
    corpus: Corpus, state: State, recleaned: Recleaned, redecided: Redecided, looked_at: Mapping[str, Candidate]
) -> Preview:
    """The plan with all that was found, still without what was asked for."""
    comparison = compare(corpus, recleaned, redecided, looked_at)
    low, high = interval(redecided.affected, len(looked_at))
    return Preview(
        plan=redecided.publication.run,
        corpus=corpus.bucket.uri,
        created_at=datetime.now(UTC).replace(microsecond=0),
        selection=Selection(),
        base_seq=state.seq,
        config_id="",
        code=CODE,
        selected=0,
        selected_sha256="",
        results=comparison.results,
        low=low,
        high=high,
        newly_duplicate=len(redecided.newly_duplicate(state)),
        no_longer_duplicate=len(redecided.no_longer_duplicate(state)),
        buckets=comparison.buckets,
        messages=tuple(recleaned.failures()[:MAX_MESSAGES]),
    )


def checked(corpus: Corpus, selection: Selection) -> Selection:
    """The selection with full ids of documents and runs. Raises: NotFoundError for what is not there."""
    there = choices(corpus)
    runs = tuple(_run(run, there.runs) for run in selection.runs)
    found = replace(selection, runs=runs, sites=tuple(site.lower().removeprefix("www.") for site in selection.sites))
    check(found, there)
    return replace(found, documents=tuple(dict.fromkeys(resolve(corpus, name) for name in found.documents)))


def _run(name: str, there: tuple[str, ...]) -> str:
    """The one run that the start of an id names; the name itself where there is not one."""
    fits = [run for run in there if run.startswith(name)]
    return fits[0] if len(fits) == 1 else name
