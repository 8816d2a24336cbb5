"""Several applies of one plan at once, each a process, in an order that is forced: all look before any of them claims."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows import mortal
from flows.runs.ingest import ingest
from flows.runs.reading import open_corpus
from flows.runs.report import IngestRequest
from flows.runs.reprocess import PreviewRequest, Selection, preview
from flows.runs.settings import read as read_settings
from storage import keys
from tests.e2e.reading import read
from tests.flows.reprocess.conftest import Desk
from tests.flows.reprocess.contender import CHANGED

pytestmark = pytest.mark.slow

Contender = subprocess.Popen[str]


@pytest.fixture(params=["directory", "s3"])
def corpus(request: pytest.FixtureRequest, desk: Desk, usual) -> str:
    """The desk's corpus, in a directory or on SeaweedFS."""
    where = str(desk.corpus) if request.param == "directory" else request.getfixturevalue("s3").location()
    ingest(IngestRequest((str(desk.folder),), where), usual)
    return str(where)


@pytest.fixture
def plan(corpus: str) -> str:
    return preview(PreviewRequest(corpus, Selection(), None), read_settings(None, CHANGED).settings).plan


@contextmanager
def contending(root: Path, corpus: str, plan: str, *whos: tuple[str, ...]) -> Iterator[list[Contender]]:
    """Applies that have looked and not yet claimed."""
    words = [mortal.command(sys.executable, "-m", "tests.flows.reprocess.contender", corpus, plan, *who) for who in whos]
    found = [
        subprocess.Popen(each, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for each in words
    ]
    try:
        for each in found:
            assert each.stdout is not None
            assert each.stdout.readline() == "at the door\n", each.communicate()
        yield found
    finally:
        for each in found:
            each.kill()
            each.communicate()


def let_in(contenders: list[Contender]) -> list[str]:
    """What each says in the end, once all may go on."""
    for each in contenders:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    return sorted(each.communicate(timeout=120)[0].strip() for each in contenders)


def left(corpus: str) -> list[str]:
    """What is there of plans in hand and of their shards."""
    keys_of = [info.key for info in open_corpus(corpus).bucket.list("clean/")]
    return [key for key in keys_of if key.startswith(keys.STAGED) or key.endswith(keys.PLAN_SUFFIX)]


def test_of_two_that_look_before_either_claims_one_applies_and_one_is_told(root: Path, corpus: str, plan: str) -> None:
    with contending(root, corpus, plan, ("Ada",), ("Bob",)) as contenders:
        applied, refused = let_in(contenders)
    assert applied in ("applied as commit 2, approved by Ada", "applied as commit 2, approved by Bob")
    assert f"plan {plan} is being applied (process " in refused or f"plan {plan} was applied already, as commit 2" in refused
    assert sorted(row["version"] for row in read(corpus, "versions")) == [1] * 6 + [2] * 3
    assert left(corpus) == []


def test_a_claim_whose_process_was_killed_is_taken_over_by_one_of_two(root: Path, corpus: str, plan: str) -> None:
    with contending(root, corpus, plan, ("Ada", "dies")) as contenders:
        assert let_in(contenders) == [""]
    assert [key for key in left(corpus) if key.endswith(keys.PLAN_SUFFIX)] == [keys.run_plan(plan)]
    assert open_corpus(corpus).log.head() == 1
    with contending(root, corpus, plan, ("Bob",), ("Cleo",)) as contenders:
        applied, refused = let_in(contenders)
    # Who approved what was begun stays who approved it.
    assert applied == "applied as commit 2, approved by Ada"
    assert refused.startswith("refused: ")
    assert sorted(row["version"] for row in read(corpus, "versions")) == [1] * 6 + [2] * 3
    assert left(corpus) == []


def test_one_that_looked_before_another_applied_is_told_that_it_was_applied(root: Path, corpus: str, plan: str) -> None:
    with contending(root, corpus, plan, ("Ada",)) as early, contending(root, corpus, plan, ("Bob",)) as late:
        assert let_in(late) == ["applied as commit 2, approved by Bob"]
        (told,) = let_in(early)
    assert told == f"refused: plan {plan} was applied already, as commit 2, approved by Bob: nothing was changed"
    assert left(corpus) == []
