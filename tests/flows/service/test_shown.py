"""What a run shows: the picture, the Markdown, the table."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from flows import markdown
from flows.picture import Bar, data_uri, svg
from flows.runs.previews import Preview, Result
from flows.runs.report import Report
from flows.runs.selection import Selection

REPORT = Report(
    run_id="20260101T000000-00000000",
    corpus="/news",
    inputs=10,
    kept=5,
    duplicates=2,
    rejected={"load/binary": 1, "quality/too-short": 1},
    failed={"unreadable": 1},
    chars_kept=900,
    chars_cut={"navigation": 75, "legal": 25},
    messages=("<script>x</script> [a](b)|c: gone",),
)


def test_a_bar_is_as_wide_as_its_share() -> None:
    picture = ET.fromstring(svg([Bar("inputs", {"kept": 3, "rejected": 1, "failed": 0})]))  # noqa: S314 - our own
    widths = [float(shape.get("width", "0")) for shape in picture if shape.get("height") == "34"]
    assert widths == [680, 510, 170, 0]
    text = "".join(picture.itertext())
    assert "4 inputs" in text
    assert "kept 3 (75%)" in text
    assert "failed" not in text


def test_a_picture_of_nothing_is_a_picture() -> None:
    assert data_uri([Bar("inputs", {"kept": 0})]).startswith("data:image/svg+xml;base64,")


def test_the_table_accounts_for_every_input() -> None:
    rows = list(markdown.outcomes(REPORT))
    assert sum(int(str(row["inputs"])) for row in rows) == REPORT.inputs
    assert {"outcome": "rejected", "stage": "load", "reason": "binary", "inputs": 1} in rows


def test_text_of_strangers_is_no_markup() -> None:
    told = markdown.of_run(REPORT)
    assert "<script>" not in told
    assert "[a](b)" not in told
    assert "| cut: navigation | 75 | 7.5% |" in told


@pytest.mark.parametrize("served", [True, False])
def test_links_lead_to_the_pages_or_name_the_key(monkeypatch: pytest.MonkeyPatch, served: bool) -> None:
    if served:
        monkeypatch.setenv(markdown.PAGES, "http://127.0.0.1:4201")
    else:
        monkeypatch.delenv(markdown.PAGES, raising=False)
    key = f"clean/runs/{REPORT.run_id}.json"
    assert (f"(http://127.0.0.1:4201/{key})" in markdown.of_run(REPORT)) == served
    assert (f"`{key}`" in markdown.of_run(REPORT)) != served
    assert (f"(http://127.0.0.1:4201/runs/{REPORT.run_id}.html)" in markdown.of_run(REPORT)) == served
    assert (f"`winnow inspect {REPORT.run_id} -o page.html`" in markdown.of_run(REPORT)) != served


def test_a_refused_run_says_why_and_how_to_publish_all_the_same() -> None:
    from dataclasses import replace

    told = markdown.of_run(replace(REPORT, gate_refused="30% of the inputs were rejected"))
    assert "30% of the inputs were rejected" in told
    assert "`ignore_gate`" in told
    assert "ignore_gate" not in markdown.of_run(replace(REPORT, gate_refused="x", kind="reprocess"))


def test_a_plan_tells_the_interval_and_where_to_carry_it_out() -> None:
    results = (Result("a" * 32, 1, "new-version", None, 9), Result("b" * 32, 1, "rejected", "quality/too-short"))
    results += (Result("c" * 32, 1, "unchanged"),)
    made = Preview("p1", "/news", datetime(2026, 1, 1, tzinfo=UTC), Selection(), 3, "cfg", "0.1", 90, "d", results, 0.2, 0.9)
    told = markdown.of_plan(made, "http://here/run")
    assert "2 of 3 documents would change" in told
    assert "20.0% to 90.0%" in told
    assert "(http://here/run)" in told
    assert "newly rejected: quality/too-short" in told
    assert [row["becomes"] for row in markdown.largest(made)] == ["rejected", "new-version"]
