"""The kinds of pairs and the clusters of invented news in seven languages."""

import json
import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest.dedup.stories import as_datetime, cluster_documents, same_story

STORIES = json.loads(Path(__file__).with_name("stories.json").read_text("utf-8"))


def text(name: str) -> str:
    joined = "\n\n".join(STORIES["paragraphs"][part] for part in STORIES["documents"][name][1:])
    return joined.upper().replace("\n\n", "\n") if name.endswith("shouted") else joined


def day(name: str) -> str | None:
    return STORIES["documents"][name][0]


@pytest.mark.parametrize(("a", "b", "kind"), STORIES["pairs"])
def test_pair_is_told_by_its_kind_either_way_round(a, b, kind):
    assert same_story(text(a), text(b), day(a), day(b)) == kind
    assert same_story(text(b), text(a), day(b), day(a)) == kind


def test_stories_are_clustered_whatever_the_order():
    rows = [
        {"id": name, "url": None, "title": "", "text": text(name), "published_at": day(name)} for name in STORIES["documents"]
    ]
    random.Random(3).shuffle(rows)
    found = cluster_documents(rows)
    groups = {cluster: sorted(one for one in found if found[one] == cluster) for cluster in found.values()}
    assert sorted(groups.values()) == sorted(sorted(group) for group in STORIES["clusters"])
    assert all(cluster == min(members) for cluster, members in groups.items())


def test_one_changed_number_is_an_update():
    changed = text("en.wire").replace("14,000", "15,000")
    assert same_story(text("en.wire"), changed, "2025-03-04", "2025-03-04") == "update"


def test_later_copy_with_other_numbers_is_no_copy():
    changed = text("en.wire").replace("14,000", "15,000")
    assert same_story(text("en.wire"), changed, "2025-03-04", "2025-03-14") == "series"


@pytest.mark.parametrize("given", ["2025-03-04T10:00:00Z", "2025-03-04 11:00:00+01:00", datetime(2025, 3, 4, 10, tzinfo=UTC)])
def test_dates_of_all_forms_are_read(given):
    assert as_datetime(given) == datetime(2025, 3, 4, 10, tzinfo=UTC)


def test_days_and_nonsense_are_read_too():
    assert as_datetime(date(2025, 3, 4)) == as_datetime("2025-03-04") == datetime(2025, 3, 4, tzinfo=UTC)
    assert as_datetime("last week") is as_datetime("") is as_datetime(None) is None


def test_lone_surrogates_and_empty_texts_never_raise():
    assert same_story("\ud800 odd text", "") == "different"
    assert cluster_documents([{"id": 1, "text": "\udfff"}, {"id": 2, "text": None}]) == {"1": "1", "2": "2"}
