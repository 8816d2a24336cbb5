"""Documents and pages that attack whoever looks at them."""

from flows.view.changes import pair
from flows.view.document import document_page
from flows.view.preview import Entry, Listing, PreviewPage, preview_page
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
    return document_page(
        document, TITLE, "kept", [("title", TITLE), ("url", document.url or ""), ("authors", " ".join(document.authors))]
    )


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
