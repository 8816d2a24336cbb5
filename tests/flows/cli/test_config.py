"""`winnow config`."""

import json
from pathlib import Path

from flows.runs.settings import known
from flows.runs.settings_text import template


def test_show_tells_every_value_and_where_it_comes_from(winnow, monkeypatch):
    Path("winnow.toml").write_text("[clean]\nthreshold = 0.4\n")
    monkeypatch.setenv("WINNOW_RUN__WORKERS", "3")
    lines = winnow("config", "show").output.splitlines()
    assert "threshold = 0.4  # winnow.toml" in lines
    assert "workers = 3  # WINNOW_RUN__WORKERS" in lines
    assert 'location = "./corpus"  # default' in lines
    assert "[load.fields]" in lines


def test_show_as_json_has_every_key(winnow):
    shown = json.loads(winnow("config", "show", "--json").output)
    assert set(shown) == {*known(), "source"}
    assert shown["corpus.location"] == {"value": "./corpus", "from": "default"}


def test_check_tells_every_fault_and_ends_with_2(winnow):
    Path("mine.toml").write_text("[clean]\nthresold = 1\n[run]\nworkers = 'x'\n")
    result = winnow("config", "check", "mine.toml")
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        "unknown key clean.thresold in mine.toml: did you mean clean.threshold?",
        "run.workers in mine.toml must be a whole number, not 'x'",
    ]
    assert winnow("config", "check").exit_code == 0
    assert winnow("config", "check", "--config", "mine.toml").output == result.output
    both = winnow("config", "check", "mine.toml", "--config", "other.toml")
    assert (both.exit_code, "name one settings file, mine.toml or other.toml" in both.output) == (2, True)


def test_a_fault_of_a_source_names_the_file_and_the_table(winnow):
    Path("mine.toml").write_text('[[source]]\nslug = "desk"\nkind = "feed"\nlokation = "https://x.example/rss"\n')
    result = winnow("config", "check", "--config", "mine.toml")
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        "mine.toml, [[source]] number 1 (desk): unknown key lokation: did you mean location?",
        "mine.toml, [[source]] number 1 (desk): location is missing: every source needs slug, kind, location",
    ]


def test_a_faulty_file_stops_every_verb_with_2(winnow):
    Path("winnow.toml").write_text("[clean]\nthresold = 1\n")
    for arguments in (["ingest", "x"], ["show", "x"], ["list"], ["config", "show"]):
        result = winnow(*arguments)
        assert result.exit_code == 2
        assert "did you mean clean.threshold?" in result.output


def test_init_never_overwrites_unless_forced(winnow):
    assert winnow("config", "init").exit_code == 0
    path = Path("winnow.toml")
    assert path.read_text("utf-8") == template()
    path.write_text("[run]\nworkers = 1\n")
    refused = winnow("config", "init")
    assert refused.exit_code == 2
    assert "exists already" in refused.output
    assert path.read_text() == "[run]\nworkers = 1\n"
    assert winnow("config", "init", "--force").exit_code == 0
    assert path.read_text("utf-8") == template()


def test_init_makes_a_file_that_check_accepts(winnow):
    winnow("config", "init", "other.toml")
    assert winnow("config", "check", "other.toml").exit_code == 0


def test_configured_sources_are_shown_as_tables(winnow):
    table = '[[source]]\nslug = "desk"\nkind = "path"\nlocation = "./in"\noverlap = "skip"'
    Path("winnow.toml").write_text(table)
    assert winnow("config", "show").output.rstrip().endswith(table)
    shown = json.loads(winnow("config", "show", "--json").output)["source"]
    assert shown == {"value": [{"slug": "desk", "kind": "path", "location": "./in", "overlap": "skip"}], "from": "winnow.toml"}
