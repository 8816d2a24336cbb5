"""`winnow reprocess` and `winnow maintain` as a person calls them."""

import json
from pathlib import Path

import pytest

from flows.runs import ingest as ingesting
from flows.runs import reclean
from flows.runs.report import IngestRequest
from tests.e2e.reading import objects, read
from tests.flows.reprocess.conftest import HereJudges, plain, settings_of, wrapped

CHANGE = {"WINNOW_EXTRACT__UNWRAP": "false", "WINNOW_CLEAN__THRESHOLD": "0.0"}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of two plain texts, a wrapped one and one that is too short."""
    monkeypatch.setattr(ingesting, "Judges", HereJudges)
    monkeypatch.setattr(reclean, "Judges", HereJudges)
    (tmp_path / "desk").mkdir()
    for name, text in {"one": plain(0), "two": plain(1), "three": wrapped(4), "four": "The council of Holm met.\n"}.items():
        (tmp_path / f"desk/{name}.txt").write_text(text, "utf-8")
    records = [{"url": "https://www.example.org/pier", "text": plain(5)}]
    (tmp_path / "desk/feed.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    ingesting.ingest(IngestRequest((str(tmp_path / "desk"),), str(tmp_path / "corpus")), settings_of())
    return tmp_path / "corpus"


def test_preview_then_apply_then_apply_again(winnow, desk, tmp_path) -> None:
    made = winnow("reprocess", "preview", "--all", "--page", tmp_path / "page.html", "--json", env=CHANGE)
    assert made.exit_code == 0, made.output
    plan = json.loads(made.stdout)
    assert (plan["selected"], plan["changed"], plan["counts"]["new-version"]) == (5, 1, 1)
    assert (tmp_path / "page.html").read_bytes() == (desk / plan["page"]).read_bytes()
    done = winnow("reprocess", "apply", plan["plan"], "--by", "Ada Lorn", env=CHANGE)
    assert done.exit_code == 0, done.output
    assert f"Run {plan['plan']} (reprocess, approved by Ada Lorn)" in done.stdout
    assert sorted(row["version"] for row in read(desk, "documents")) == [1, 1, 1, 2]
    before = objects(desk)
    again = winnow("reprocess", "apply", plan["plan"], "--by", "Ada Lorn", env=CHANGE)
    assert (again.exit_code, objects(desk)) == (0, before)
    assert "applied already" in again.stderr


def test_a_person_reads_what_would_change_and_how_to_apply_it(winnow, desk) -> None:
    done = winnow("reprocess", "preview", "--sample", 3, "--site", "example.org", "--from", "2020-01-01", env=CHANGE)
    assert done.exit_code == 0
    done = winnow("reprocess", "preview", "--sample", 3, env=CHANGE)
    assert "3 of 5 documents looked at" in done.stdout
    assert "with 99 % confidence" in done.stdout
    assert "winnow reprocess apply" in done.stdout
    assert "clean/plans/" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--site", "exmaple.org"], "no site exmaple.org in the corpus: did you mean example.org?"),
        (["--outcome", "keept"], "did you mean kept?"),
        (["--language", "xx"], "no language xx"),
        (["--reason", "to-short"], "did you mean too-short?"),
        (["--run", "2020"], "no run 2020"),
        (["--document", "nowhere.txt"], "no document nowhere.txt"),
        (["--cleaned-before", "soon"], "'soon' is no version"),
        (["--from", "2026-13-01"], "2026-13-01"),
        (["--sample", "0"], "--sample"),
        (["--sample", "3", "--all"], "exclude each other"),
    ],
)
def test_wrong_values_are_refused_before_anything_runs(winnow, desk, arguments, sentence) -> None:
    before = objects(desk)
    done = winnow("reprocess", "preview", *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert objects(desk) == before


def test_conditions_of_the_command_line_reach_the_plan(winnow, desk) -> None:
    done = winnow(
        "reprocess", "preview", "--site", "www.Example.org", "--cleaned-before", "99", "--other-config", "--json", env=CHANGE
    )
    assert done.exit_code == 0, done.output
    plan = json.loads(done.stdout)
    assert plan["selected"] == 1
    assert plan["selection"]["sites"] == ["example.org"]
    assert (plan["selection"]["cleaned_before"], plan["selection"]["other_config"]) == ("99", True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing", "--by", "A"], "there is no plan 'nothing'"),
        (["nothing"], "--by"),
        (["nothing", "--by", " "], "somebody's name"),
    ],
)
def test_apply_without_a_plan_or_a_name_is_refused(winnow, desk, arguments, sentence) -> None:
    done = winnow("reprocess", "apply", *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr


def test_other_settings_than_the_plan_s_are_refused(winnow, desk) -> None:
    plan = json.loads(winnow("reprocess", "preview", "--json", env=CHANGE).stdout)["plan"]
    done = winnow("reprocess", "apply", plan, "--by", "Ada Lorn")
    assert done.exit_code == 2
    assert "preview again" in done.stderr


def test_a_stop_ends_with_3_and_says_why(winnow, desk, monkeypatch) -> None:
    from flows.runs import apply as applying

    plan = json.loads(winnow("reprocess", "preview", "--json", env=CHANGE).stdout)["plan"]
    monkeypatch.setattr(applying, "_refusal", lambda *_: "90.0% of 5 documents would change")
    done = winnow("reprocess", "apply", plan, "--by", "Ada Lorn", env=CHANGE)
    assert done.exit_code == 3
    assert "Stopped, nothing was committed: 90.0% of 5 documents would change" in done.stdout
    assert len(read(desk, "versions")) == 4


def test_bytes_that_are_gone_end_with_1_by_name(winnow, desk) -> None:
    for path in desk.glob("raw/warc/**/*.warc.gz"):
        path.unlink()
    plan = json.loads(winnow("reprocess", "preview", "--json").stdout)["plan"]
    done = winnow("reprocess", "apply", plan, "--by", "Ada Lorn")
    assert done.exit_code == 1
    assert "one.txt" in done.stdout


def test_maintain_says_what_was_done_and_finds_nothing_the_second_time(winnow, desk) -> None:
    done = winnow("maintain")
    assert done.exit_code == 0, done.output
    assert "stand at commit 1" in done.stdout
    assert "There was nothing to do." in done.stdout
    told = json.loads(winnow("maintain", "--json").stdout)
    assert (told["seq"], told["removed"], told["is_done"]) == (1, 0, True)


def test_maintain_without_a_corpus_ends_with_2(winnow, tmp_path) -> None:
    assert winnow("maintain", "--corpus", tmp_path / "nowhere").exit_code == 2


def test_inspect_writes_a_page(winnow, desk, tmp_path) -> None:
    done = winnow("inspect", "one.txt", "-o", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "council of Lassel" in page
    assert "characters kept" in page


def test_inspect_writes_a_page_of_a_rejected_input(winnow, desk, tmp_path) -> None:
    done = winnow("inspect", "four.txt", "-o", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "rejected: quality/too-short" in page
    assert "The council of Holm met." in page
