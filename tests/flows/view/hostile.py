"""Documents and pages that attack whoever looks at them."""

from flows.view.changes import pair
from flows.view.document import Portrait, Relative, Step, VersionNote, document_page
from flows.view.edition import edition_page
from flows.view.fact import Fact
from flows.view.index import IndexPage, Row, RunRow, index_page
from flows.view.pages import Place
from flows.view.plots import Part, Stack, lengths, ranked, shares
from flows.view.preview import Entry, Listing, PreviewPage, preview_page
from flows.view.run import Listed, Refusals, RunPage, run_page
from flows.view.why import Account
from ingest.clean.explanation import Cause, Explanation
from ingest.records import Document, Reason, Removal

MARKS = "z" + "\u0301\u0489" * 500_000
SCRIPT = "<script>window.pwned=1</script></script></title></style><img src=x onerror='window.pwned=1'>"
BIDI = "\u202e\u2066gnp.exe\u2069 \u200f<svg onload=window.pwned=1>"
LONG = "x" * 300_000
TITLE = f"{SCRIPT}{BIDI}"


def hostile(text: str = "") -> Document:
    acting = ["\x00\x1b]0;owned\x07", "{{ 7 * 7 }}{% raw %}"]
    blocks = [TITLE, SCRIPT, BIDI, *acting, text or "The pier opened.", MARKS, LONG]
    source = "\n".join(blocks)
    start = source.index(BIDI, len(TITLE))
    return Document(
        text="\n\n".join(block for block in blocks[1:] if block != BIDI),
        source_text=source,
        title=TITLE,
        title_span=(0, len(TITLE)),
        removals=(Removal(start, start + len(BIDI), Reason.SHARE, 0.9),),
        url=f"https://port.example/{SCRIPT}",
        authors=(SCRIPT, MARKS[:4000]),
        language="en",
        n_words=4,
    )


def hostile_document_page() -> str:
    document = hostile()
    facts = [Fact("title", TITLE, SCRIPT), Fact("url", document.url or ""), Fact("authors", " ".join(document.authors), MARKS)]
    notes = [
        VersionNote(
            number, SCRIPT, BIDI, 4, 9, SCRIPT, changes=pair("d1", "", hostile(), hostile(f"The pier opened {number} times."))
        )
        for number in range(10, 1, -1)
    ]
    relatives = [
        Relative(SCRIPT, TITLE, MARKS, SCRIPT, BIDI, is_copy=True, is_canonical=True),
        Relative("d1", TITLE, LONG, "series", "", is_copy=False, is_self=True),
    ]
    place = Place("../../", SCRIPT, {SCRIPT, "d1"})
    causes = (Cause(SCRIPT, 2.5), Cause(BIDI, -0.4), Cause(LONG, 0.1))
    blocks = [Explanation(0.4, 0.5, causes, rule=SCRIPT), Explanation(0.4, 0.5, causes, shift=MARKS)] * 4
    account = Account(blocks, f"{SCRIPT}{BIDI}")
    steps = [Step(SCRIPT, SCRIPT, number, BIDI, LONG) for number in range(3)]
    return document_page(Portrait("d1", TITLE, SCRIPT, document, facts, facts, notes, relatives, 3, 1, place, account, steps))


def hostile_edition_page() -> str:
    notes = [VersionNote(number, SCRIPT, BIDI, 4, 9, SCRIPT) for number in (1, 2)]
    made = pair(SCRIPT, MARKS, hostile(), hostile("The pier opened again."))
    return edition_page(made, notes, Place("../../", SCRIPT, {SCRIPT}))


def hostile_run_page() -> str:
    listed = [Listed(SCRIPT, TITLE, MARKS, [SCRIPT, BIDI], 3, 4), Listed("d1", MARKS, LONG, [LONG])] * 15
    names = {TITLE: 3, MARKS: 2, LONG: 1}
    page = RunPage(
        run=SCRIPT,
        heading=TITLE,
        verdict=SCRIPT,
        tone="kept",
        refused=BIDI,
        facts=[Fact(SCRIPT, TITLE, MARKS)],
        stacks=[Stack(SCRIPT, [Part(SCRIPT, 3, "kept"), Part(TITLE, 1, "rejected")])],
        charts=[ranked(TITLE, names)],
        histograms=[shares(TITLE, [0.1, 1.0]), lengths(TITLE, [3, 99_999])],
        suspects=listed,
        n_suspects=40,
        n_documents=50,
        refusals=[Refusals(SCRIPT, "rejected", 40, listed)],
        messages=[MARKS, SCRIPT, LONG],
        place=Place("../", SCRIPT, {SCRIPT, "d1"}),
        filters={"what this run listed": "run=x"},
    )
    return run_page(page)


def hostile_index_page(rows: int = 20_000) -> str:
    """With as many rows as a corpus of that size has; every title attacks."""
    texts = [
        TITLE,
        MARKS,
        LONG,
        "</script><script>window.pwned=1</script>",
        "<!--<script>",
        "\u2028\u2029'\"`${window.pwned=1}\\",
    ]
    made = [
        Row(
            id=f"{number:032x}",
            title=f"{texts[number % len(texts)][:3000]} {number}",
            name=f"{SCRIPT}/{number}",
            site=f"{SCRIPT}{number % 300}",
            language=BIDI,
            outcome="kept",
            reasons=[SCRIPT, "share", MARKS[:3000]],
            runs=[SCRIPT],
            flags=[TITLE],
            kept=number,
            cut=7,
            published_at=None,
            n_versions=1 + number % 3,
        )
        for number in range(rows)
    ]
    runs = [RunRow(SCRIPT, TITLE, Stack("inputs", [Part(SCRIPT, 3, "kept")]), BIDI, "kept")]
    place = Place("", SCRIPT, {row.id for row in made})
    return index_page(IndexPage(TITLE, [(SCRIPT, 3, "kept")], made, runs, place))


def hostile_preview_page() -> str:
    entry = Entry("<b>" * 5, TITLE, MARKS, SCRIPT, BIDI)
    return preview_page(
        PreviewPage(
            plan="p1",
            corpus=f"./{SCRIPT}",
            created="now",
            conditions=[("sites", TITLE)],
            selected=1,
            looked_at=1,
            is_sample=False,
            changed=1,
            low=0.1,
            high=1.0,
            counts=[("get a new version", 1, "changed")],
            buckets=[("up to 1 %", 1)],
            largest=[pair("d1", SCRIPT, hostile(), hostile("The pier opened again.")) for _ in range(20)],
            listings=[Listing("Newly rejected", "", 1, [entry], {SCRIPT: 1})],
            messages=[f"{SCRIPT}: {BIDI}"],
        )
    )
