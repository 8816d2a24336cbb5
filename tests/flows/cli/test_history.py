"""`winnow history`, `diff`, `log` and `changes` on a corpus that has a past."""

import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from flows.cli.comparison import print_edition
from flows.runs.differences import edition
from flows.runs.report import Report
from ingest.records import Decision
from storage import keys
from storage.bucket import open_bucket
from storage.local import LocalBucket
from storage.rows import Outcome
from storage.tables import Corpus
from tests.flows.cli.conftest import HOSTILE
from tests.storage.corpora import doc_id, ingest, new_version, propose

RUNS = [f"20260304T{12 + number}0000-0badcafe" for number in range(7)]
FIRST = datetime(2026, 3, 4, 12, tzinfo=UTC)
CLOCK, FERRY, TOWER = map(doc_id, ("clock", "ferry", "tower"))


@pytest.fixture
def past(made, tmp_path):
    """A copy of it, in the place where the command looks by default."""
    return Corpus.open(LocalBucket(Path(shutil.copytree(made, tmp_path / "corpus"))))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("past") / "corpus"
    fill(Corpus.create(LocalBucket(folder)))
    return folder


def fill(corpus):
    """Seven commits, an hour after each other."""
    ingest(corpus, RUNS[0], {"clock": "It struck twelve.\n\nPeople came.", "ferry": f"It sailed. {HOSTILE}"})
    ingest(corpus, RUNS[1], {"clock": "It struck one.\n\nPeople came.", "tower": "It was painted."})
    refusal = Outcome(CLOCK, "town", "clock", "rejected", None, "cafe", stage="quality", reason="too-short", detail="Few words.")
    gone = Decision(CLOCK, 2, "withdrawn", cluster=CLOCK)
    corpus.commit(propose(corpus, RUNS[2], decisions=[gone], outcomes=[refusal]))
    corpus.commit(propose(corpus, RUNS[3], decisions=[Decision(FERRY, 1, "live", TOWER, min(FERRY, TOWER))]))
    corpus.commit(propose(corpus, RUNS[4], decisions=[Decision(CLOCK, 2, cluster=CLOCK)]))
    third = new_version("clock", 3, "It struck one.\n\nPeople came.")
    third = replace(third, document=replace(third.document, title="The Clock", authors=("Ada Lorn",)), content_sha256="c3")
    corpus.commit(propose(corpus, RUNS[5], [third]))
    undone = replace(propose(corpus, RUNS[6], decisions=[Decision(FERRY, 1, "withdrawn")]), kind="rollback", undoes=RUNS[0])
    corpus.commit(undone)
    for seq in range(1, 8):
        commit = replace(corpus.log.read(seq), committed_at=FIRST + timedelta(hours=seq - 1))
        corpus.bucket.put(keys.commit(seq), commit.to_json())


def lines(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_documents_history_tells_every_commit_that_touched_it(winnow, past):
    told = [(row["seq"], row["version"], row["change"], row["detail"]) for row in lines(winnow("history", "clock", "--json"))]
    assert told == [
        (1, 1, "new", ""),
        (2, 2, "new content", ""),
        (3, 2, "withdrawn", "quality/too-short: Few words."),
        (5, 2, "restored", ""),
        (6, 3, "fields changed", "title, authors"),
    ]
    told = [(row["seq"], row["change"], row["detail"]) for row in lines(winnow("history", FERRY[:8], "--json"))]
    assert told == [
        (1, "new", ""),
        (4, "re-elected", f"duplicate of {TOWER}"),
        (7, "withdrawn", f"run {RUNS[0]} was rolled back"),
    ]


def test_history_for_a_pipe_is_a_line_a_commit(winnow, past):
    found = winnow("history", "clock").stdout.splitlines()
    assert found[0].split("\t") == ["seq", "when", "run", "version", "words", "change", "detail"]
    assert found[2].split("\t") == ["2", "2026-03-04 13:00:00", RUNS[1], "2", "0", "new content", ""]


def test_content_that_comes_back_is_told_by_its_version(winnow, past):
    fourth = new_version("clock", 4, "It struck twelve.\n\nPeople came.")
    past.commit(replace(propose(past, "20260305T120000-0badcafe", [fourth]), kind="rollback", undoes=RUNS[1]))
    ingest(past, "20260306T120000-0badcafe", {"clock": "It struck one.\n\nPeople came."})
    told = [(row["version"], row["change"], row["detail"]) for row in lines(winnow("history", "clock", "--json"))]
    assert told[-2:] == [
        (4, "rolled back", f"that of version 1 again, run {RUNS[1]} was rolled back"),
        (5, "new content", "that of version 2 again"),
    ]


def test_two_versions_in_one_run_are_both_told(winnow, tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path / "corpus"))
    both = [new_version("clock", number, text) for number, text in ((1, "It struck."), (2, "It struck one."))]
    outcome = Outcome(CLOCK, "town", "clock", "kept", None, "cafe")
    corpus.commit(propose(corpus, RUNS[0], both, [Decision(CLOCK, 2, cluster=CLOCK)], [outcome]))
    told = [(row["version"], row["change"], row["detail"]) for row in lines(winnow("history", "clock", "--json"))]
    assert told == [(1, "new content", "replaced by the next version in the same run"), (2, "new", "")]


def test_an_input_that_never_became_a_document_has_no_history(winnow, corpus):
    found = winnow("history", "short.txt")
    assert (found.exit_code, len(found.stdout.splitlines())) == (0, 1)
    assert "never was a document" in found.stderr


DIFFERENCE = """
~                            It struck [-twelve-]{+one+}.
  same                       People came.
"""


@pytest.mark.parametrize("versions", [(1, 2), (2,), ("v1", "v2")])
def test_versions_of_a_document_are_compared_word_by_word(winnow, past, versions):
    found = winnow("diff", "clock", *versions)
    assert found.exit_code == 0, found.output
    assert found.output.endswith(DIFFERENCE)
    assert f"version 1: 2026-03-04 12:00 UTC, run {RUNS[0]}" in found.output


def test_without_versions_the_last_two_are_compared(winnow, past):
    found = winnow("diff", "clock").output
    assert "~ title                      [-The Harbour Clock-] {+The Clock+}\n" in found
    assert "~ authors                    [-–-] {+Ada Lorn+}\n" in found
    assert "[-one-]" not in found


def test_a_comparison_is_coloured_on_a_terminal(past):
    out = io.StringIO()
    print_edition(edition(past, CLOCK, 1, 2), Console(file=out, force_terminal=True, color_system="standard", width=80))
    assert "It struck \x1b[31m[-twelve-]\x1b[0m\x1b[32m{+one+}\x1b[0m." in out.getvalue()


def test_a_comparison_as_json_and_as_a_page(winnow, past, tmp_path):
    (found,) = lines(winnow("diff", "clock", 1, 2, "--json", "-o", "page.html"))
    assert (found["before"], found["after"], found["pair"]["lines"][0]["fate"]) == (1, 2, "changed")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<del>twelve</del>" in page
    assert "<ins>one</ins>" in page
    assert f"winnow diff {CLOCK[:12]} 1 2" in page


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["clock", 1, 7], "has no version 7: it has 1 to 3"),
        (["clock", 1], "version 1 is the first"),
        (["ferry"], "version 1 is the first"),
        (["clock", "old", "new"], "old is no version of a document"),
        (["nothing.txt"], "no document nothing.txt"),
        ([1, 99], "there is no commit 99"),
        ([1, "clock"], "clock names no state of the corpus"),
        ([1, 2, "-o", "page.html"], "of two states there is no page"),
        (["clock", 1, 2, 3], "name a document and two versions of it, or two states"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(winnow, past, names, sentence):
    found = winnow("diff", *names)
    assert found.exit_code == 2
    assert sentence in found.output


@pytest.mark.parametrize("names", [(1, 4), (RUNS[0], RUNS[3]), ("2026-03-04T12:30", "2026-03-04T15:00Z"), ("1", RUNS[3][:13])])
def test_states_are_named_by_number_run_and_time(winnow, past, names):
    (found,) = lines(winnow("diff", *names, "--json"))
    assert (found["one"], found["other"], found["documents"]) == (1, 4, [2, 2])
    assert found["counts"] == {"inserted": 1, "updated": 0, "withdrawn": 1, "re-elected": 1}
    assert found["by_language"] == {"und": found["counts"]}
    assert [(row["id"], row["change"]) for row in found["samples"]] == [
        (TOWER, "inserted"),
        (CLOCK, "withdrawn"),
        (FERRY, "re-elected"),
    ]


def test_states_for_a_person(winnow, past):
    found = winnow("diff", 1, "head", "--samples", 1).output
    assert found.startswith("Commit 1 to commit 7: 2 documents, then 2\ninserted  updated  withdrawn  re-elected\n")
    assert f"updated, 1 of 1\n  {CLOCK[:12]}  version 1 → 3  The Clock\n" in found
    assert "re-elected, " not in found
    assert "canonical → copy of" in winnow("diff", 3, 4).output


def test_the_log_is_newest_first(winnow, past):
    found = [line.split("\t") for line in winnow("log").stdout.splitlines()]
    assert [row[0] for row in found] == ["seq", "7", "6", "5", "4", "3", "2", "1"]
    assert found[-1][:6] == ["1", "2026-03-04 12:00:00", RUNS[0], "run", "2", "2"]
    assert (found[1][3], found[1][9]) == ("rollback", f"undoes {RUNS[0]}")
    assert len(winnow("log", "-n", 2).stdout.splitlines()) == 3
    assert len(winnow("log", "-n", 0).stdout.splitlines()) == 8


def test_the_log_says_what_a_runs_record_says(winnow, past):
    record = Report(run_id=RUNS[5], corpus="", kind="reprocess", plan="p", approved_by="Ada Lorn")
    past.bucket.put(keys.run_record(RUNS[5]), record.to_json().encode())
    second = lines(winnow("log", "--json"))[1]
    assert (second["seq"], second["kind"], second["approved_by"]) == (6, "reprocess", "Ada Lorn")
    assert (second["config_id"], second["rows"]["versions"]) == ("cafe", 1)
    assert "approved by Ada Lorn" in winnow("log").output


def applied(copy, told):
    """A follower's copy after some lines."""
    for line in told:
        if line["change"] == "withdrawn":
            del copy[line["id"]]
        else:
            copy[line["id"]] = line
    return copy


def test_who_follows_has_the_corpus(winnow, past):
    copy = applied({}, lines(winnow("changes", "--since", 0, "--text")))
    names = ("id", "version", "seq", "duplicate_of", "cluster", "text", "title", "content_sha256")
    expected = sorted(past.scan("documents", names).to_pylist(), key=lambda row: row["id"])
    assert [{name: copy[id_][name] for name in names} for id_ in sorted(copy)] == expected


def test_a_follower_asks_on_from_where_it_was_told(winnow, past):
    first = winnow("changes", "--since", RUNS[3])
    assert first.stderr == "3 changes from commit 4 to 7; next time: --since 7\n"
    assert [(line["seq"], line["change"]) for line in lines(first)] == [(5, "inserted"), (6, "updated"), (7, "withdrawn")]
    assert "text" not in lines(first)[0]
    again = winnow("changes", "--since", "7")
    assert (again.stdout, again.stderr) == ("", "0 changes from commit 7 to 7; next time: --since 7\n")


def test_times_in_lines_are_iso(winnow, corpus):
    assert {line["published_at"] for line in lines(winnow("changes", "--since", "0"))} == {"2026-03-04T12:00:00+00:00"}


def test_text_of_strangers_does_not_act_in_a_line(winnow, past):
    told = winnow("changes", "--since", "0", "--text").stdout
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert HOSTILE in {json.loads(line)["text"].removeprefix("It sailed. ") for line in told.splitlines()}


@pytest.mark.parametrize("since", ["9", "clock", "20240101T0000", "2026-99-99"])
def test_a_wrong_since_is_one_sentence(winnow, past, since):
    found = winnow("changes", "--since", since)
    assert found.exit_code == 2
    assert found.output.startswith("Error: ")


@pytest.mark.slow
def test_all_of_it_is_the_same_on_s3(winnow, past, s3):
    place = s3.location()
    fill(Corpus.create(open_bucket(place)))
    for order in (
        ("history", "clock"),
        ("diff", "clock", 1, 2),
        ("diff", 1, RUNS[3]),
        ("log",),
        ("changes", "--since", 0, "--text"),
    ):
        here, there = winnow(*order), winnow(*order, "--corpus", place)
        assert (here.exit_code, there.exit_code) == (0, 0), there.output
        assert here.stdout == there.stdout
