"""Writers that know nothing of each other, in processes of their own."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from storage.bucket import open_bucket
from storage.tables import Corpus
from tests.storage.corpora import assert_lawful, doc_id

ROOT = Path(__file__).parents[2]
WRITER = """
import random, sys
from storage.bucket import open_bucket
from storage.tables import Corpus
from tests.storage.corpora import ingest
from tests.storage.test_writers import texts
corpus = Corpus.create(open_bucket(sys.argv[1]))
for turn in range(int(sys.argv[3])):
    ingest(corpus, f"{sys.argv[2]}-{turn}", texts(sys.argv[2], turn))
"""


def texts(writer: str, turn: int) -> dict[str, str]:
    chance = random.Random(f"{writer} {turn}")
    return {f"d{chance.randrange(8)}": f"{writer} {turn} {chance.random()}" for _ in range(3)}


@pytest.mark.slow
@pytest.mark.parametrize("place", ["directory", "s3"])
def test_no_run_is_lost_when_writers_overlap_freely(request, tmp_path, place):
    turns = 4
    location = str(tmp_path / "corpus") if place == "directory" else request.getfixturevalue("s3").location()
    command = [sys.executable, "-c", WRITER, location]
    writers = [subprocess.Popen([*command, f"w{n}", str(turns)], cwd=ROOT, stderr=subprocess.PIPE, text=True) for n in range(3)]
    try:
        ended = [(writer.communicate(timeout=120)[1], writer.returncode) for writer in writers]
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    assert [code for _, code in ended] == [0, 0, 0], ended
    corpus = Corpus.open(open_bucket(location))
    assert_lawful(corpus)
    order = [commit.run for commit in corpus.log.since(0, corpus.log.head())]
    assert sorted(order) == sorted(f"w{n}-{turn}" for n in range(3) for turn in range(turns))
    expected: dict[str, str] = {}
    for run in order:
        expected |= texts(run.partition("-")[0], int(run.partition("-")[2]))
    found = corpus.scan("documents", ["id", "text"]).to_pylist()
    assert {row["id"]: row["text"] for row in found} == {doc_id(name): text for name, text in expected.items()}
