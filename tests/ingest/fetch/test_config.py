"""Settings of fetching that cannot be meant."""

from pathlib import Path

import pytest

from ingest.errors import ConfigError
from ingest.fetch.config import FetchConfig


@pytest.mark.parametrize("contact", ["https://winnow.example/bot", "ada@winnow.example"])
def test_a_contact_stands_in_the_user_agent(contact):
    assert FetchConfig(contact=contact).with_contact().user_agent == f"Winnow/1.0 (+{contact})"


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"contact": "me"}, "fetch.contact"),
        ({"contact": "a@b.example\r\nX: y"}, "fetch.contact"),
        ({"agent": "Win now"}, "fetch.agent"),
        ({"agent": ""}, "fetch.agent"),
        ({"gap_s": -1.0}, "fetch.gap_s"),
        ({"connections": 0}, "fetch.connections"),
        ({"allow_hosts": ("localhost",)}, "fetch.allow_hosts"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(values, part):
    with pytest.raises(ConfigError, match=part):
        FetchConfig(**values)


def test_without_a_contact_nothing_is_fetched():
    with pytest.raises(ConfigError, match="fetching needs"):
        FetchConfig().with_contact()


def test_the_state_of_hosts_is_kept_in_the_users_cache(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert FetchConfig().folder == Path("/somewhere/winnow/hosts")
    assert FetchConfig(state_folder="here").folder == Path("here")
