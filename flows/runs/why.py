"""Why each block of a document was kept or cut: found out on demand, by reading its stored bytes again."""

from flows.runs.engine import made_by, stamped
from flows.runs.reading import Found, Origin
from flows.runs.recall import article_again
from flows.runs.report import Report
from flows.runs.settings import Settings
from flows.runs.wiring import pipeline_of
from flows.view.why import Account
from ingest.clean.apply import ledger
from ingest.clean.explain import explained
from ingest.records import Document
from ingest.stages import labeller_of
from storage import keys
from storage.errors import DamagedError, KeyMissingError, RetiredError
from storage.tables import Corpus

UNREADABLE = "Its stored bytes cannot be read, so there are no scores."


def account(corpus: Corpus, found: Found, settings: Settings) -> Account | None:
    """What is known of why; null where there is no document."""
    document, origin = found.document, found.origin
    ref = origin.raw_ref if origin else found.outcome.raw_ref if found.outcome else None
    if document is None:
        return None
    config = pipeline_of(settings)
    try:
        article = article_again(corpus.bucket, ref, config) if ref else None
    except RetiredError as error:
        return Account((), f"Its stored bytes were {error.told}, so there are no scores.")
    except (DamagedError, KeyMissingError):
        article = None
    if article is None:
        return Account((), UNREADABLE)
    again = ledger(article, labeller_of(config), config.clean)
    remark = _remark(document, again, _record(corpus, origin), settings)
    if again.source_text != document.source_text:
        return Account((), remark)
    return Account(explained(article, config.clean), remark)


def _record(corpus: Corpus, origin: Origin | None) -> Report | None:
    """What the document's run says of itself; null where it left no record."""
    if origin is None:
        return None
    try:
        return Report.from_json(corpus.bucket.get(keys.run_record(origin.run_id)).decode())
    except KeyMissingError:
        return None


def _remark(document: Document, again: Document, record: Report | None, settings: Settings) -> str:
    """Whose scores they are, and whether they fit what was cut."""
    today = made_by(stamped(Report("", ""), settings))
    then = made_by(record) if record else ""
    made = f"This version was made by {then or 'an engine that was not recorded'}; "
    if again.source_text != document.source_text:
        return f"{made}{today} reads other blocks from its page, so it has no scores for these."
    if [(cut.start, cut.end, cut.reason) for cut in again.removals] != [(c.start, c.end, c.reason) for c in document.removals]:
        return f"{made}the scores are of {today} under today's settings, which would cut otherwise."
    return f"Scores of {today}." if record is None or then == today else f"{made}the scores are of {today}, which cuts the same."
