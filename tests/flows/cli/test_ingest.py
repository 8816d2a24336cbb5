"""`winnow ingest`: what it asks of a run, what it says of it, and how it ends."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from flows.cli.progress import LINE_EVERY_S, lines, shown
from flows.cli.summary import print_report
from flows.runs.report import IngestRequest, Progress, Report

REPORT = Report(
    run_id="20260304T120000-0badcafe",
    corpus="./corpus",
    seq=3,
    inputs=20,
    kept=9,
    new_versions=2,
    rejected={"load/empty": 1, "quality/too-short": 4},
    duplicates=3,
    unchanged=2,
    failed={"unreadable": 1},
    chars_kept=9_000,
    chars_cut={"navigation": 750, "foreign-story": 250},
    languages={"en": 8, "ko": 4},
    series=2,
    round_ups=1,
    flags={"mojibake": 1},
    seconds=2.5,
    cpu_seconds=4.0,
    messages=("a.txt: is \x1b[2Jbinary",),
)
WHOLE = replace(REPORT, failed={}, inputs=19)


@pytest.fixture
def asked(seam):
    """Requests and settings that runs were asked with; every run gives `WHOLE`."""
    calls = []
    seam(lambda request, settings, _progress: calls.append((request, settings)) or WHOLE)
    return calls


def printed(report):
    """The summary in a pipe."""
    out = io.StringIO()
    print_report(report, Console(file=out, width=10_000, soft_wrap=True))
    return out.getvalue()


def test_a_report_comes_back_from_its_json():
    assert Report.from_json(REPORT.to_json()) == REPORT
    later = json.dumps({**json.loads(REPORT.to_json()), "of_a_later_version": 1})
    assert Report.from_json(later) == REPORT


def test_options_reach_the_run(winnow, asked):
    options = [
        "--into",
        "c",
        "--source",
        "s",
        "--workers",
        3,
        "--limit",
        5,
        "--dry-run",
        "--field",
        "text=story",
        "--field",
        "text=lead",
    ]
    assert winnow("ingest", "a", "b", *options).exit_code == 0
    request, settings = asked[0]
    assert request == IngestRequest(("a", "b"), "c", "s", limit=5, dry_run=True, workers=3)
    assert settings.load.fields.text == ("story", "lead")


def test_defaults_reach_the_run(winnow, asked, monkeypatch):
    winnow("ingest", "a")
    assert asked[0][0] == IngestRequest(("a",), "./corpus")
    monkeypatch.setenv("WINNOW_CORPUS", "elsewhere")
    winnow("ingest", "a")
    assert asked[1][0].corpus == "elsewhere"
    winnow("ingest", "a", "--corpus", "given")
    assert asked[2][0].corpus == "given"


SOURCES = """
[[source]]
slug = "desk"
kind = "path"
location = "in"
[[source]]
slug = "wire"
kind = "path"
location = "wire"
"""


def test_without_a_path_all_configured_sources_are_taken_or_those_that_are_named(winnow, asked):
    Path("winnow.toml").write_text(SOURCES)
    assert winnow("ingest").exit_code == 0
    assert winnow("ingest", "--only", "wire").exit_code == 0
    assert winnow("ingest", "a").exit_code == 0
    assert [(request.paths, [source.slug for source in request.sources]) for request, _ in asked] == [
        ((), ["desk", "wire"]),
        ((), ["wire"]),
        (("a",), []),
    ]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--only", "wir"], "did you mean wire?"),
        (["a", "--only", "wire"], "not both"),
        (["--source", "x"], "--source names the source of PATHs"),
    ],
)
def test_sources_that_cannot_be_meant_are_usage_errors(winnow, asked, arguments, part):
    Path("winnow.toml").write_text(SOURCES)
    result = winnow("ingest", *arguments)
    assert (result.exit_code, asked) == (2, [])
    assert part in result.output


def test_nothing_to_ingest_is_a_usage_error(winnow, asked):
    result = winnow("ingest")
    assert (result.exit_code, asked) == (2, [])
    assert "nothing to ingest" in result.output


@pytest.mark.parametrize("field", ["text", "=x", "text="])
def test_a_malformed_field_is_a_usage_error(winnow, asked, field):
    result = winnow("ingest", "a", "--field", field)
    assert (result.exit_code, asked) == (2, [])
    assert "KEY=NAME" in result.output


def test_an_unknown_field_is_refused_with_the_nearest(winnow, asked):
    result = winnow("ingest", "a", "--field", "txt=x")
    assert (result.exit_code, asked) == (2, [])
    assert "unknown key load.fields.txt in the command line: did you mean load.fields.text?" in result.output


@pytest.mark.parametrize(
    ("report", "code"), [(WHOLE, 0), (REPORT, 1), (replace(REPORT, gate_refused="55% of the inputs were rejected"), 3)]
)
def test_the_exit_code_tells_how_the_run_ended(winnow, seam, report, code):
    seam(lambda *_: report)
    assert winnow("ingest", "a").exit_code == code
    assert winnow("ingest", "a", "--json").exit_code == code


def test_json_is_the_report_alone_without_control_characters(winnow, seam):
    def run(request, settings, progress):
        progress(Progress(1, 1, "a"))
        return REPORT

    seam(run)
    result = winnow("ingest", "a", "--json")
    assert "\x1b" not in result.output
    assert Report.from_json(result.output) == REPORT


def test_the_summary_names_every_count():
    lines = [" ".join(line.split()) for line in printed(REPORT).splitlines()]
    for line in (
        "Run 20260304T120000-0badcafe",
        "inputs 20 2.5 s, 4.0 s of CPU",
        "kept 9 7 new, 2 new versions",
        "rejected 5 quality/too-short 4, load/empty 1",
        "duplicates 3 kept beside them: 2 of a series, 1 round-ups",
        "unchanged 2",
        "failed 1 unreadable 1",
        "kept 9,000 90.0%",
        "cut: navigation 750 7.5%",
        "cut: foreign-story 250 2.5%",
        "Languages en 8, ko 4",
        "Flags mojibake 1",
        "! a.txt: is \\x1b[2Jbinary",
    ):
        assert line in lines


def test_the_summary_says_how_to_read_the_corpus():
    text = printed(WHOLE)
    assert "The corpus is at ./corpus" in text
    assert "winnow list --corpus ./corpus" in text
    assert 'DeltaTable("./corpus/clean/documents")' in text


def test_a_dry_run_says_that_nothing_was_written():
    text = printed(replace(WHOLE, dry_run=True))
    assert "nothing was written" in text
    assert "The corpus is at" not in text


def test_a_dry_run_of_pages_that_would_be_fetched_does_not_say_that_there_is_nothing():
    text = printed(Report("20260301T120000-abcdef12", "./corpus", dry_run=True, would_fetch=2))
    assert "would fetch  2" in text
    assert "Nothing to read" not in text


def test_a_refused_run_says_why_and_where_its_outcomes_are():
    text = printed(replace(WHOLE, gate_refused="55% of the inputs were rejected"))
    assert "refused this run, nothing was committed: 55% of the inputs were rejected" in text
    assert "clean/runs" in text


def test_lines_are_printed_now_and_then_and_at_the_end():
    out, now = io.StringIO(), [0.0]
    show = lines(Console(file=out, width=200), lambda: now[0])
    for done, passed in ((1, 1.0), (2, LINE_EVERY_S), (3, 0.1), (4, 0.1)):
        now[0] += passed
        show(Progress(done, 4, f"f{done}\x1b"))
    assert out.getvalue() == "2 of 4  f2\\x1b\n4 of 4  f4\\x1b\n"


def test_a_terminal_gets_a_bar_and_a_quiet_run_nothing():
    out = io.StringIO()
    with shown(Console(file=out, force_terminal=True, width=80)) as show:
        show(Progress(3, 10, "a.txt"))
    assert "3/10" in out.getvalue()
    silent = io.StringIO()
    with shown(Console(file=silent, force_terminal=True, width=80), quiet=True) as show:
        show(Progress(3, 10, "a.txt"))
    assert silent.getvalue() == ""
