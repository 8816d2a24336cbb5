"""Laws 2 and 5 on hostile text and markup, and that a huge page is cleaned in bounded time and memory."""

import json
import subprocess
import sys
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.goldfiles import SHIPPED
from ingest.ledger import entries
from ingest.pipeline import Stages
from ingest.records import Document, Payload, RawPage, Rejected
from ingest.stages import PipelineConfig, build

REAL = [
    line
    for path in sorted(SHIPPED.glob("*.jsonl"))
    for row in path.read_text("utf-8").splitlines()
    for line in json.loads(row)["lines"]
]
HOSTILE = [
    "\u202eesrever\u202c", "\x00\x01", "\u2028", "\x0b", "\x85", "\ufeff", "\U000e0041", "é\u0301\u0301\u0301", "👩‍👩‍👧", "\u200b", "\u200b ", "&lt;script&gt;", "]]>", "\ud800",
    "((((((((((", "©" * 40, "By By By By By", "@" * 60, "#a#b#c#d", "|||||", "12:30 12:30 12:30", "https://" + "a" * 300, "(Photo: " * 20,
]  # fmt: skip
STAGES: Stages = build(PipelineConfig())
SLOW_ENOUGH = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def lines() -> st.SearchStrategy[list[str]]:
    """Lines of news pages, broken ones and any characters at all."""
    anything = st.text(st.characters(codec=None), max_size=80)
    joined = st.tuples(st.sampled_from(REAL), st.sampled_from(HOSTILE)).map("".join)
    return st.lists(st.one_of(st.sampled_from(REAL), st.sampled_from(HOSTILE), joined, anything), max_size=14)


def text_page(parts: list[str]) -> RawPage:
    return RawPage(source="s", name="n.txt", media_type="text/plain", body="\n".join(parts).encode("utf-8", "surrogatepass"))


TAGS = st.sampled_from(
    [
        "p",
        "div",
        "li",
        "h1",
        "h2",
        "td",
        "span",
        "blockquote",
        "article",
        "aside",
        "nav",
        "pre",
        "nosuch",
        "p hidden",
        "a href=/x",
    ]
)


def html_page(parts: list[tuple[str, str, bool]]) -> RawPage:
    """Markup with elements left open and text that may hold more of it."""
    made = "".join(
        f"<{tag}>{line if raw else escape(line)}" + ("" if raw else f"</{tag.split()[0]}>") for tag, line, raw in parts
    )
    return RawPage(
        source="s", name="n", media_type="text/html", body=made.encode("utf-8", "surrogatepass"), url="https://a.example/b"
    )


def pages() -> st.SearchStrategy[RawPage]:
    marked = st.lists(st.tuples(TAGS, lines().map("".join), st.booleans()), max_size=10).map(html_page)
    return st.one_of(lines().map(text_page), marked)


def cleaned(page: RawPage, stages: Stages = STAGES) -> tuple[list[str], Document] | None:
    """The blocks of a page and its document; null where it is rejected."""
    payload = stages.load(page)
    article = payload if isinstance(payload, Rejected) else stages.extract(payload)
    document = article if isinstance(article, Rejected) else stages.clean([article])[0]
    return None if isinstance(document, Rejected) else ([block.text for block in article.blocks], document)


@SLOW_ENOUGH
@given(pages())
def test_title_kept_and_removals_are_the_blocks_of_any_page(page):
    found = cleaned(page)
    if found is None:
        return
    blocks, document = found
    told = list(entries(document.source_text, document.title_span, document.removals))
    assert [entry.line for entry in told] == blocks
    assert all(len(block.splitlines()) <= 1 for block in blocks)
    assert document.text == "\n\n".join(entry.kept for entry in told if entry.kept)
    assert all(a.end <= b.start for a, b in zip(document.removals, document.removals[1:], strict=False))
    for entry in told:
        assert "".join(piece.text for piece in entry.pieces) == entry.line
        assert not entry.is_title or not entry.removals


@SLOW_ENOUGH
@given(pages(), pages())
def test_a_page_gives_the_same_whatever_was_cleaned_before(page, other):
    first = cleaned(page)
    cleaned(other)
    assert cleaned(page, build(PipelineConfig())) == first


@SLOW_ENOUGH
@given(lines())
def test_cleaning_again_adds_nothing(parts):
    found = cleaned(text_page(parts))
    if found is None:
        return
    _, document = found
    again = STAGES.extract(Payload("text", document.text, "utf-8", title=document.title))
    settled = again if isinstance(again, Rejected) else STAGES.clean([again])[0]
    if isinstance(settled, Rejected):
        return
    before = iter(document.text.split())
    assert all(word in before for word in settled.text.split()), "the words of a text, in order, some left out"


HUGE = {
    "100,000 blocks of text": ("text/plain", "'\\n'.join(f'{lines[i % len(lines)]} {i}' for i in range(100_000))"),
    "100,000 lines of one word": ("text/plain", "'\\n'.join(f'w{i}' for i in range(100_000))"),
    "10 MB of text": ("text/plain", "'\\n'.join(lines * (10_000_000 // sum(len(line.encode()) + 1 for line in lines)))"),
    "10 MB in one line": ("text/plain", "'word and word, ' * 666_000"),
    "50,000 blocks of HTML": (
        "text/html",
        "'<h1>Title</h1>' + ''.join(f'<p>{lines[i % len(lines)]} {i}</p>' for i in range(50_000))",
    ),
    "50,000 links": (
        "text/html",
        "''.join(f'<li><a href=/{i}>Headline number {i} of a long list</a></li>' for i in range(50_000))",
    ),
}
MEASURE = """
import json, resource, sys, time
from pathlib import Path
from ingest.goldfiles import SHIPPED
from ingest.records import RawPage
from ingest.stages import PipelineConfig, judge_of
resource.setrlimit(resource.RLIMIT_CPU, (150, 150))
lines = [line for path in sorted(SHIPPED.glob("*.jsonl")) for row in path.read_text("utf-8").splitlines() for line in json.loads(row)["lines"]]
body = (%s).encode()
judge = judge_of(PipelineConfig())
judge(RawPage(source="s", name="n", media_type="text/plain", body=lines[5].encode()))
start = time.process_time()
result = judge(RawPage(source="s", name="n", media_type=%r, body=body))
print(type(result).__name__, len(body), time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
MAX_CPU_S, MAX_MB = 120, 2000
"""Measured on two shared cores: at most 55 s and 1,100 MB; before three places were mended the first took over five minutes."""


@pytest.mark.slow
@pytest.mark.parametrize("name", HUGE)
def test_a_huge_page_is_judged_in_bounded_time_and_memory(name, root):
    media_type, body = HUGE[name]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE % (body, media_type)], cwd=root, capture_output=True, text=True, check=True, timeout=900
    )
    kind, size, cpu_s, peak_kb = done.stdout.split()
    assert kind in {"Cleaned", "Rejected"}
    assert int(size) > 500_000
    assert float(cpu_s) < MAX_CPU_S
    assert int(peak_kb) / 1024 < MAX_MB
