"""What `winnow browse` costs, and whether the index answers at once, at 20,000 documents.

    python -m benchmarks.browse [--documents 20000]

Makes a corpus of that many documents straight through the store, nothing is cleaned: words of seeds/ drawn anew, every twentieth
document with a second version, every fiftieth with a copy. Writes the folder, writes it again unchanged, and opens its index in
Chromium. Prints CPU, size, and milliseconds in the browser; those of the browser want an idle machine.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from flows.runs.browse import browse
from flows.runs.report import Report
from ingest.records import Decision, Document, Edge, Reason, Removal, Sketch
from storage import keys
from storage.local import LocalBucket
from storage.proposals import Proposal
from storage.rows import NewVersion, Outcome, Pipeline, decision_table, outcome_table, sketch_table, version_table
from storage.tables import Corpus
from tests.conftest import CHROMIUM, FLAGS

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
REASONS = (Reason.NAVIGATION, Reason.RELATED_TEASER, Reason.SHARE, Reason.PROMOTION)
KEPT_BLOCKS, CUT_BLOCKS = 20, 40
"""As many as a news page has in the middle."""


class Maker:
    """Draws documents."""

    def __init__(self) -> None:
        texts = [path.read_text("utf-8", "ignore") for path in sorted(Path("seeds").glob("*/*.txt"))]
        self._words = [word for text in texts for word in text.split() if word.isalpha()]
        self._draw = random.Random(7)

    def document(self) -> Document:
        """A document of a common size."""
        kept = [self._line(60) for _ in range(KEPT_BLOCKS)]
        cut = [self._line(9) for _ in range(CUT_BLOCKS)]
        title = self._line(9)
        source = "\n".join([title, *kept, *cut])
        at, removals = len(source) - len("\n".join(cut)), []
        for number, line in enumerate(cut):
            removals.append(Removal(at, at + len(line), REASONS[number % len(REASONS)], 0.9))
            at += len(line) + 1
        site = f"site-{self._draw.randrange(300)}.example"
        return Document(
            text="\n\n".join(kept),
            source_text=source,
            title=title,
            title_span=(0, len(title)),
            removals=tuple(removals),
            url=f"https://{site}/{self._draw.randrange(10**9)}",
            site=site,
            authors=("Ada Lorn",),
            published_at=NOON,
            published_precision="day",
            language=self._draw.choice(["en", "de", "fr"]),
            language_score=1.0,
            script="Latn",
            n_words=1200,
        )

    def _line(self, words: int) -> str:
        return " ".join(self._draw.choices(self._words, k=words)).capitalize()


def corpus_of(folder: Path, count: int) -> Corpus:
    """A corpus of two commits: all documents, then a second version of every twentieth."""
    corpus = Corpus.create(LocalBucket(folder))
    maker = Maker()
    ids = [f"{random.Random(number).getrandbits(128):032x}" for number in range(count)]
    _commit(corpus, "20260304T120000-00000001", [_version(id_, 1, maker.document()) for id_ in ids], ids)
    _commit(corpus, "20260305T120000-00000002", [_version(id_, 2, maker.document()) for id_ in ids[::20]], [])
    return corpus


def _version(id_: str, number: int, document: Document) -> NewVersion:
    sketch = Sketch(b"\1" * 512, b"\2" * 64, 3)
    return NewVersion(id_, number, "bench", document, sketch, f"{number}{id_}", id_, None, NOON, NOON)


def _commit(corpus: Corpus, run: str, versions: list[NewVersion], ids: list[str]) -> None:
    seq = corpus.roll() + 1
    by = {"run_id": run, "seq": seq}
    copies = dict(zip(ids[1::50], ids[::50], strict=False))
    decisions = [_decision(each, copies.get(each.id)) for each in versions]
    outcomes = [_outcome(each, copies.get(each.id)) for each in versions]
    corpus.commit(
        Proposal(
            run=run,
            seq=seq,
            created_at=NOON,
            config_id="c",
            versions=corpus.stage_files("versions", [version_table(versions, **by, pipeline=Pipeline("0.1.0", "c"))], seq=seq),
            decisions=corpus.stage_files("decisions", [decision_table(decisions, **by)], seq=seq),
            outcomes=corpus.stage_files("outcomes", [outcome_table(outcomes, **by)], seq=seq),
            sketches=corpus.stage_sketches([sketch_table(versions, seq=seq)], seq=seq),
        )
    )
    report = Report(run, "bench", seq, inputs=len(versions), kept=len(versions) - len(copies), duplicates=len(copies))
    corpus.bucket.put(keys.run_record(run), report.to_json().encode("utf-8"))


def _decision(version: NewVersion, copied: str | None) -> Decision:
    if copied is None:
        return Decision(version.id, version.version, cluster=version.id)
    edge = Edge(copied, "exact", 1.0, 1.0, 0.0)
    return Decision(version.id, version.version, duplicate_of=copied, cluster=copied, evidence=(edge,))


def _outcome(version: NewVersion, copied: str | None) -> Outcome:
    document = version.document
    return Outcome(
        id=version.id,
        source="bench",
        name=f"{version.id[:2]}/{version.id}.html",
        outcome="duplicate" if copied else "kept",
        raw_sha256=version.raw_sha256,
        config_id="c",
        url=document.url,
        site=document.site,
        language=document.language,
        version=version.version,
        duplicate_of=copied,
        chars_kept=len(document.text),
        chars_cut=tuple((reason.value, 500) for reason in REASONS),
        fetched_at=NOON,
    )


def timed(what: str, call: Callable[[], object]) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    call()
    print(f"{what:34} {time.process_time() - cpu:8.1f} CPU s {time.perf_counter() - began:8.1f} s")


def measure_index(page_uri: str) -> None:
    """Milliseconds until the list stands, and for each keystroke until the list is drawn anew."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for _ in range(2):
            began = time.perf_counter()
            page.goto(page_uri)
            page.locator(".row").first.wait_for()
            spent = 1000 * (time.perf_counter() - began)
        print(f"{'index opens in':34} {spent:8.0f} ms")
        keys = page.evaluate(KEYSTROKES)
        print(f"{'a keystroke, slowest of ' + str(len(keys)):34} {max(keys):8.0f} ms")
        print(f"{'scrolling to the middle':34} {page.evaluate(SCROLL):8.0f} ms")
        browser.close()


KEYSTROKES = """async () => {
  const q = document.getElementById("q"), spent = [];
  for (const text of ["h", "ha", "har", "harb", "harbo", "harbour", "harbou", "", "the s", "zzz", ""]) {
    const began = performance.now();
    q.value = text;
    q.dispatchEvent(new Event("input"));
    document.body.getBoundingClientRect();
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
    spent.push(performance.now() - began);
  }
  return spent;
}"""
SCROLL = """async () => {
  const began = performance.now();
  window.scrollTo(0, document.body.scrollHeight / 2);
  await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
  return performance.now() - began;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        corpus = corpus_of(Path(name) / "corpus", options.documents)
        target = Path(name) / "pages"
        timed("all pages, new", lambda: print(browse(corpus, target, "bench")))
        timed("again, nothing changed", lambda: print(browse(corpus, target, "bench")))
        pages = [path.stat().st_size for path in target.rglob("*.html")]
        print(f"{'pages':34} {len(pages):8,} {sum(pages) / 2**20:8.0f} MiB")
        print(f"{'index.html':34} {(target / 'index.html').stat().st_size / 2**20:8.1f} MiB")
        measure_index((target / "index.html").as_uri())


if __name__ == "__main__":
    main()
