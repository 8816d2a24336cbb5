"""`winnow release` and `winnow releases`."""

import json

import pytest

from storage import keys
from storage.local import LocalBucket
from tests.flows.cli.conftest import RUN


def plain(result) -> str:
    return " ".join(result.output.split())


def test_a_release_is_made_listed_and_left_alone(winnow, corpus) -> None:
    assert "There is no release yet" not in winnow("releases", "--corpus", corpus).output  # a pipe: the heading alone
    made = winnow("release", "spring", "--corpus", corpus)
    assert made.exit_code == 0, made.output
    assert "Release spring holds 1 documents, the corpus as of commit 1." in plain(made)
    assert "Left out: 1 duplicates, 0 whose pages signal against use." in plain(made)
    assert f'load_dataset("{corpus}/clean/releases/spring")' in plain(made)
    again = winnow("release", "spring", "--corpus", corpus)
    assert (again.exit_code, "stands already, nothing was written" in plain(again)) == (0, True)
    lines = winnow("releases", "--corpus", corpus).output.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["name", "spring"]
    assert lines[1].split("\t")[-1] == "latest"


def test_json_tells_what_was_done(winnow, corpus) -> None:
    told = json.loads(winnow("release", "spring", "--jsonl", "--corpus", corpus, "--json").output)
    assert (told["seq"], told["is_new"], told["latest"], told["files"]) == (1, True, "spring", 4)
    assert told["counts"]["documents"] == 1
    assert told["place"] == f"{corpus}/clean/releases/spring"
    (listed,) = map(json.loads, winnow("releases", "--corpus", corpus, "--json").output.splitlines())
    wanted = {
        "name": "spring",
        "seq": 1,
        "is_latest": True,
        "is_finished": True,
        "documents": 1,
        "jsonl": True,
        "opt_outs": "keep",
    }
    assert listed | wanted == listed


def test_a_dry_run_counts_and_writes_nothing(winnow, corpus) -> None:
    told = winnow("release", "spring", "--dry-run", "--corpus", corpus)
    assert (told.exit_code, "would hold 1 documents" in plain(told)) == (0, True)
    assert json.loads(winnow("release", "spring", "--dry-run", "--corpus", corpus, "--json").output)["latest"] is None
    assert list(LocalBucket(corpus).list(keys.RELEASES)) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("release", "spring", "--jsonl"), "the release spring stands and was made of commit 1"),
        (("release", "42"), "'42' cannot name a release"),
        (("release", "other", "--at", "9"), "there is no commit 9"),
        (("release", "other", "--at", "nobody"), "nobody names no state of the corpus"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(winnow, corpus, arguments, sentence) -> None:
    winnow("release", "spring", "--corpus", corpus)
    told = winnow(*arguments, "--corpus", corpus)
    assert (told.exit_code, sentence in plain(told)) == (2, True), told.output


def test_a_run_may_name_the_state(winnow, corpus) -> None:
    assert winnow("release", "spring", "--at", RUN, "--corpus", corpus).exit_code == 0


def test_unfinished_and_damaged_releases_are_listed_as_what_they_are(winnow, corpus) -> None:
    bucket = LocalBucket(corpus)
    winnow("release", "spring", "--corpus", corpus)
    bucket.put(keys.release_manifest("broken"), b"[]")
    bucket.put(keys.release_begun("half"), b"{}")
    lines = winnow("releases", "--corpus", corpus).output.splitlines()[1:]
    assert {line.split("\t")[0]: line.split("\t")[-1] for line in lines} == {
        "spring": "latest",
        "broken": "damaged",
        "half": "unfinished",
    }
    assert ["damage" in json.loads(line) for line in winnow("releases", "--corpus", corpus, "--json").output.splitlines()] == [
        False,
        True,
        False,
    ]
