"""`[[source]]` tables: what may stand in them, and which of them a run takes."""

import tomllib
from pathlib import Path

import pytest

from flows.runs.settings import faults, read
from flows.runs.settings_text import EXAMPLE, source_toml
from flows.runs.sources import SourceConfig, chosen, keys
from ingest.errors import ConfigError

DESK = '[[source]]\nslug = "desk"\nkind = "path"\nlocation = "in"\n'


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """No `winnow.toml` of the developer's is found."""
    monkeypatch.chdir(tmp_path)


def test_tables_become_sources_in_their_order():
    Path("winnow.toml").write_text(
        DESK + '[[source]]\nslug = "port"\nkind = "feed"\nlocation = "https://port.example/rss"\nevery_s = 60\noverlap = "wait"\n'
    )
    assert read(environ={}).settings.source == (
        SourceConfig("desk", "path", "in"),
        SourceConfig("port", "feed", "https://port.example/rss", every_s=60, overlap="wait"),
    )


def test_without_tables_there_are_no_sources():
    assert read(environ={}).settings.source == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("source = 1", "source in winnow.toml must be tables: write [[source]]"),
        ("[source]\nslug = 'a'", "source in winnow.toml must be tables: write [[source]]"),
        (DESK + "evry_s = 3", "unknown key evry_s of [[source]] number 1 in winnow.toml: did you mean every_s?"),
        (DESK + "every_s = 'x'", "every_s of [[source]] number 1 in winnow.toml must be a whole number or empty, not 'x'"),
        (DESK.replace("path", "pth"), "kind of [[source]] number 1 in winnow.toml must be 'path' or 'feed' or 'urls', not 'pth'"),
        ("[[source]]\nslug = 'a'\nkind = 'path'", "[[source]] number 1 in winnow.toml needs location"),
        (DESK + DESK, "two sources in winnow.toml have the slug desk: each needs its own"),
        (DESK.replace("desk", "News Desk"), "the slug 'News Desk' may hold only a to z, digits and hyphens (set in winnow.toml)"),
        (DESK + "every_s = 0", "every_s of the source desk must be 1 or more (set in winnow.toml)"),
        (
            DESK + "cron = '0 6 * *'",
            "cron of the source desk must have five fields, such as '0 6 * * *', not '0 6 * *' (set in winnow.toml)",
        ),
        (
            DESK + "every_s = 5\ncron = '0 6 * * *'",
            "the source desk has cron and every_s: give one of them (set in winnow.toml)",
        ),
        (DESK.replace('"in"', '" "'), "the source desk needs a location (set in winnow.toml)"),
    ],
)
def test_a_fault_is_one_sentence_that_says_where(text, sentence):
    Path("winnow.toml").write_text(text)
    assert faults(environ={}) == [sentence]


def test_every_key_is_documented_and_the_example_can_be_read():
    assert [key for key, option in keys().items() if not option.doc] == []
    Path("winnow.toml").write_text(source_toml(EXAMPLE))
    assert read(environ={}).settings.source == (EXAMPLE,)
    assert tomllib.loads(source_toml(EXAMPLE))["source"][0]["slug"] == EXAMPLE.slug


def test_sources_are_chosen_by_slug_in_the_order_of_the_file():
    one, two = SourceConfig("one", "path", "a"), SourceConfig("two", "path", "b")
    assert chosen((one, two), ()) == (one, two)
    assert chosen((one, two), ("two", "one")) == (one, two)
    assert chosen((one, two), ("two",)) == (two,)
    with pytest.raises(ConfigError, match=r"no \[\[source\]\] has the slug tow: did you mean two\?"):
        chosen((one, two), ("tow",))
