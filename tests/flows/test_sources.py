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


WHERE = "winnow.toml, [[source]] number 1 (desk)"


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
        ("[[sources]]\nslug = 'a'", "unknown key sources in winnow.toml: write each source as a table under [[source]]"),
        (DESK + "evry_s = 3", f"{WHERE}: unknown key evry_s: did you mean every_s?"),
        (DESK + "every_s = 'x'", f"{WHERE}: every_s must be a whole number or empty, not 'x'"),
        (DESK.replace("path", "pth"), f"{WHERE}: kind must be 'path' or 'feed' or 'urls', not 'pth'"),
        (
            DESK + "[[source]]\nkind = 'path'\nlocation = 'x'",
            "winnow.toml, [[source]] number 2: slug is missing: every source needs slug, kind, location",
        ),
        (DESK + DESK, "winnow.toml, [[source]] numbers 1 and 2 have the slug desk: each needs its own"),
        (
            DESK.replace("desk", "News Desk"),
            "winnow.toml, [[source]] number 1 (News Desk): slug may hold only a to z, digits and hyphens, not 'News Desk'",
        ),
        (DESK + "every_s = 0", f"{WHERE}: every_s must be 1 or more, not 0"),
        (DESK + "cron = '0 6 * *'", f"{WHERE}: cron must have five fields, such as '0 6 * * *', not '0 6 * *'"),
        (DESK + "cron = '0 25 * * *'", f"{WHERE}: cron has '25' where the hour stands: use *, or numbers from 0 to 23"),
        (DESK + "every_s = 5\ncron = '0 6 * * *'", f"{WHERE}: it has cron and every_s: give one of them"),
        (DESK.replace('"in"', '" "'), f"{WHERE}: location is empty: say where the source is"),
    ],
)
def test_a_fault_is_one_sentence_that_says_where(text, sentence):
    Path("winnow.toml").write_text(text)
    assert faults(environ={}) == [sentence]


@pytest.mark.parametrize(
    "cron", ["* * * * *", "*/5 0-6,12 1,15 jan-mar MON-FRI", "0 3 * * 7", "59 23 31 12 sun", "5/15 * * * *", "0 0 1-31/2 * *"]
)
def test_a_cron_line_that_schedules_know_passes(cron):
    from prefect.client.schemas.schedules import CronSchedule

    assert CronSchedule(cron=cron).cron == cron
    assert SourceConfig("desk", "path", "in", cron=cron).cron == cron


@pytest.mark.parametrize(
    "cron", ["60 * * * *", "* * 0 * *", "* * * 13 *", "* * * foo *", "*/0 * * * *", "1- * * * *", "x * * * *"]
)
def test_a_cron_line_that_schedules_do_not_know_is_refused(cron):
    from prefect.client.schemas.schedules import CronSchedule

    with pytest.raises(ValueError, match="cron"):
        CronSchedule(cron=cron)
    with pytest.raises(ConfigError, match="cron has "):
        SourceConfig("desk", "path", "in", cron=cron)


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
