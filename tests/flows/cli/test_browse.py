"""`winnow inspect` and `winnow browse` on a corpus."""

import json
import re
from dataclasses import replace

import pytest

from flows.errors import FolderError
from flows.pages import serving
from flows.runs import browse as browsing
from flows.runs.folder import MARKER, Folder
from flows.runs.report import Report
from ingest.records import Decision, Reason
from storage import keys
from storage.local import LocalBucket
from storage.proposals import Proposal
from storage.rows import NewVersion, Outcome, Pipeline, decision_table, outcome_table, sketch_table, version_table
from storage.tables import Corpus
from tests.flows.cli.conftest import COPY_ID, KEPT_ID, NOON, RUN, SHORT_ID, pier, version
from tests.flows.service.test_service_parts import fetch

SECOND = "20260305T120000-0badcafe"


@pytest.fixture
def recorded(corpus):
    """The corpus with what its run said when it ended."""
    report = Report(RUN, str(corpus), seq=1, inputs=3, kept=1, duplicates=1, rejected={"quality/too-short": 1})
    report = replace(report, chars_kept=112, chars_cut={"byline": 22, "credit": 28}, languages={"en": 2})
    LocalBucket(corpus).put(keys.run_record(RUN), report.to_json().encode())
    return corpus


def edit(corpus) -> None:
    """Commits version 2 of the kept document."""
    made = Corpus.open(LocalBucket(corpus))
    document = replace(pier(), text="The pier of Lassel opened on Tuesday.\n\nIt cost 4 million.", removals=())
    new: NewVersion = replace(version(KEPT_ID, document), version=2, content_sha256="other")
    decision = Decision(KEPT_ID, 2, cluster=KEPT_ID)
    outcome = Outcome(KEPT_ID, "port", "a/pier.txt", "kept", "cd", "c", language="en", version=2, chars_kept=57, fetched_at=NOON)
    by = {"run_id": SECOND, "seq": made.roll() + 1}
    tables = {
        "versions": version_table([new], **by, pipeline=Pipeline("0.1.0", "c")),
        "decisions": decision_table([decision], **by),
        "outcomes": outcome_table([outcome], **by),
    }
    files = {name: made.stage_files(name, [rows], seq=by["seq"]) for name, rows in tables.items()}
    sketches = made.stage_sketches([sketch_table([new], seq=by["seq"])], seq=by["seq"])
    made.commit(Proposal(run=SECOND, seq=by["seq"], created_at=NOON, config_id="c", sketches=sketches, **files))


def inspected(winnow, corpus, name, tmp_path) -> str:
    result = winnow("inspect", name, "-o", tmp_path / "page.html", "--corpus", corpus)
    assert result.exit_code == 0, result.output
    return (tmp_path / "page.html").read_text("utf-8")


def browsed(winnow, corpus, folder) -> dict:
    result = winnow("browse", "-o", folder, "--corpus", corpus, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def page_of(folder, id_) -> str:
    return (folder / "documents" / id_[:2] / f"{id_}.html").read_text("utf-8")


def test_a_document_is_shown_with_its_cuts_facts_versions_and_copies(winnow, corpus, tmp_path) -> None:
    edit(corpus)
    page = inspected(winnow, corpus, "pier.txt", tmp_path)
    assert "It cost 4 million." in page
    assert "<del>Monday</del>" in page
    assert "<ins>Tuesday</ins>" in page
    assert page.index("Version 2") < page.index("Version 1")
    assert COPY_ID[:12] in page
    assert "port/b/copy.txt" in page
    assert "containment 1.00" in page
    assert page.count("canonical</span>") == 1
    assert re.findall('href="(.)', page) == ["#"] * 4, "a page that stands alone links to its own versions alone"
    history = page[page.index("<h2>History") : page.index("<h2>Versions")]
    assert re.findall('href="#version-(.)"', history) == ["2", "1"]
    assert history.index("new content") < history.index('"change">new<')


def test_of_many_copies_some_are_named_and_the_others_counted(winnow, corpus, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("flows.runs.shelf.MAX_NAMED", 1)
    page = inspected(winnow, corpus, COPY_ID, tmp_path)
    assert 'The same story <span class="soft num">2</span>' in page
    assert "… and 1 more" in page
    assert 'canonical">canonical' in page


def test_where_metadata_come_from_is_told(winnow, corpus, tmp_path) -> None:
    page = inspected(winnow, corpus, COPY_ID, tmp_path)
    assert "named by the page or record" in page
    assert "cleaned by" in page
    assert '<span class="badge duplicate">duplicate</span>' in page
    assert "named by the page; given was http://www.port.example" not in page
    assert "as it was given" not in page


def test_a_rejected_input_shows_its_reason(winnow, corpus, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("flows.runs.recall.clean_again", lambda *_: None)
    page = inspected(winnow, corpus, SHORT_ID, tmp_path)
    assert "rejected: quality/too-short" in page
    assert "It has 3 words." in page


def test_a_run_is_shown_with_counts_refusals_and_suspects(winnow, recorded, tmp_path) -> None:
    page = inspected(winnow, recorded, RUN[:13], tmp_path)
    assert "<b>3</b>" in re.sub(r' class="num"', "", page)
    assert "quality/too-short" in page
    assert "It has 3 words." in page
    assert "charset-guessed" not in page, "the outcome rows carry no flag"
    assert "Nothing speaks against any document" in page


def test_a_refused_run_is_shown_with_what_it_would_have_done(winnow, corpus, tmp_path) -> None:
    row = {
        **dict.fromkeys(("url", "site", "language", "detail", "version", "duplicate_of", "raw_ref", "fetched_at")),
        "id": SHORT_ID,
        "run_id": SECOND,
        "seq": 2,
        "source": "port",
        "name": "c/bulk.txt",
        "outcome": "rejected",
        "stage": "quality",
        "reason": "too-short",
        "flags": [],
        "chars_kept": 0,
        "chars_cut": [],
    }
    report = Report(SECOND, "x", inputs=1, rejected={"quality/too-short": 1}, gate_refused="100% of the inputs", outcomes=(row,))
    LocalBucket(corpus).put(keys.run_record(SECOND), report.to_json().encode())
    page = inspected(winnow, corpus, SECOND, tmp_path)
    assert "Nothing was committed: 100% of the inputs." in page
    assert "port/c/bulk.txt" in page
    browsed(winnow, corpus, tmp_path / "pages")
    assert "index.html#run" not in (tmp_path / "pages/runs" / f"{SECOND}.html").read_text("utf-8")


def test_no_such_run_is_one_sentence(winnow, recorded, tmp_path) -> None:
    result = winnow("inspect", "20990101T000000", "-o", tmp_path / "page.html", "--corpus", recorded)
    assert result.exit_code == 2
    assert "20990101T000000 is no run that has ended" in result.output


def test_the_folder_holds_an_index_and_a_page_for_each_document_and_run(winnow, recorded, tmp_path) -> None:
    folder = tmp_path / "pages"
    assert browsed(winnow, recorded, folder) == {"documents": 3, "runs": 1, "written": 4, "removed": 0}
    index = (folder / "index.html").read_text("utf-8")
    data = json.loads(re.findall(r'id="data">(.*?)</script>', index, re.DOTALL)[0])
    assert sorted(data["columns"]["id"]) == sorted([KEPT_ID, COPY_ID, SHORT_ID])
    reasons = dict(zip(data["columns"]["id"], data["columns"]["reason"], strict=True))
    assert [data["words"]["reason"][number] for number in reasons[KEPT_ID]] == ["credit", "byline"]
    assert [data["words"]["reason"][number] for number in reasons[SHORT_ID]] == ["quality/too-short"]
    assert data["words"]["run"] == [RUN]
    links = {folder / "index.html": index}
    links |= {path: path.read_text("utf-8") for path in folder.rglob("*.html")}
    targets = [
        (path.parent / found.partition("#")[0]).resolve()
        for path, page in links.items()
        for found in re.findall('href="([^"]+)"', page)
    ]
    assert len(targets) >= 6
    assert [target for target in targets if not target.is_file()] == []


def test_only_pages_that_changed_are_written_again(winnow, recorded, tmp_path) -> None:
    folder = tmp_path / "pages"
    browsed(winnow, recorded, folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.html") if path.name != "index.html"}
    assert browsed(winnow, recorded, folder)["written"] == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    edit(recorded)
    assert browsed(winnow, recorded, folder)["written"] == 1
    assert "Version 2" in page_of(folder, KEPT_ID)
    assert "Version 2" not in page_of(folder, COPY_ID)


def test_another_edition_of_the_viewer_writes_all_pages_again(winnow, recorded, tmp_path, monkeypatch) -> None:
    browsed(winnow, recorded, tmp_path / "pages")
    monkeypatch.setattr(browsing, "_edition", lambda: "another")
    assert browsed(winnow, recorded, tmp_path / "pages")["written"] == 4


def test_a_call_that_is_killed_is_gone_on_with(winnow, recorded, tmp_path, monkeypatch) -> None:
    folder, made = tmp_path / "pages", []

    def dies(*arguments) -> str:
        made.append(arguments)
        if len(made) == 2:
            raise KeyboardInterrupt
        return "<!DOCTYPE html>a page"

    with monkeypatch.context() as patched:
        patched.setattr(browsing, "document_page", dies)
        assert winnow("browse", "-o", folder, "--corpus", recorded).exit_code == 130
    assert not (folder / "index.html").exists()
    assert browsed(winnow, recorded, folder) == {"documents": 3, "runs": 1, "written": 3, "removed": 0}
    assert browsed(winnow, recorded, folder)["written"] == 0


def test_a_page_that_was_cut_short_is_written_again(winnow, recorded, tmp_path) -> None:
    folder = tmp_path / "pages"
    browsed(winnow, recorded, folder)
    path = folder / "documents" / KEPT_ID[:2] / f"{KEPT_ID}.html"
    whole = path.read_bytes()
    path.write_bytes(whole[:500])
    assert browsed(winnow, recorded, folder)["written"] == 1
    assert path.read_bytes() == whole


def test_pages_of_what_is_gone_are_removed(winnow, recorded, tmp_path) -> None:
    folder = tmp_path / "pages"
    browsed(winnow, recorded, folder)
    (folder / "documents/ab").mkdir(exist_ok=True)
    for name in ("documents/ab/abcd.html", "documents/ab/half.partial", "runs/gone.html"):
        (folder / name).write_text("the text of somebody who wants it gone")
    assert browsed(winnow, recorded, folder)["removed"] == 3
    assert not any("wants it gone" in path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())


def test_a_folder_of_something_else_is_refused_and_left_alone(winnow, recorded, tmp_path) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "cat.jpg").write_text("a cat")
    result = winnow("browse", "-o", other, "--corpus", recorded)
    assert result.exit_code == 2
    assert "photos holds something else (cat.jpg): name an empty or new folder" in result.output.replace("\n", " ")
    assert [path.name for path in other.iterdir()] == ["cat.jpg"]


def test_a_file_in_the_folders_place_is_refused(winnow, recorded, tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    result = winnow("browse", "-o", tmp_path / "file", "--corpus", recorded)
    assert result.exit_code == 2
    assert "is a file: name a folder" in result.output.replace("\n", " ")


@pytest.mark.parametrize("marker", ['{"format": "winnow-browse", "version": 1, "corpus": "other"}', "{", "[]"])
def test_a_folder_of_another_corpus_is_refused(winnow, recorded, tmp_path, marker) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / MARKER).write_text(marker)
    result = winnow("browse", "-o", tmp_path / "pages", "--corpus", recorded)
    assert result.exit_code == 2
    assert "holds the pages of another corpus" in result.output


@pytest.mark.parametrize("inside", ["", "pages", "clean/runs"])
def test_a_corpus_is_not_written_into(winnow, recorded, inside) -> None:
    before = sorted(recorded.rglob("*"))
    result = winnow("browse", "-o", recorded / inside, "--corpus", recorded)
    assert result.exit_code == 2
    assert "lies in the corpus: name a folder outside" in result.output.replace("\n", " ")
    assert sorted(recorded.rglob("*")) == before


def test_a_corpus_is_the_same_however_its_place_is_written(winnow, recorded, tmp_path) -> None:
    (tmp_path / "way").symlink_to(recorded.parent)
    spellings = [recorded, recorded / ".." / recorded.name, tmp_path / "way" / recorded.name]
    for spelling in spellings:
        assert winnow("browse", "-o", tmp_path / "pages", "--corpus", spelling).exit_code == 0
        inside = winnow("browse", "-o", recorded / "pages", "--corpus", spelling)
        assert "lies in the corpus: name a folder outside" in inside.output.replace("\n", " ")
    assert not (recorded / "pages").exists()


@pytest.mark.parametrize("path", ["documents/../../x.html", "runs/../x.html", "runs/.html", "/x.html", "documents/ab/abcd.html"])
def test_no_page_is_written_outside_of_its_place(tmp_path, path) -> None:
    folder = Folder.at(tmp_path / "pages", "corpus")
    with pytest.raises(FolderError):
        folder.write(path, "a page", "")
    assert [found.name for found in tmp_path.rglob("*.html")] == []


def test_the_service_shows_the_page_of_a_run_and_no_document(recorded) -> None:
    with serving(str(recorded), 0) as address:
        status, page, policy = fetch(f"{address}/runs/{RUN}.html")
        assert (status, policy.startswith("default-src 'none'")) == (200, True)
        assert b"Look at these first" in page
        for path in (
            "runs/20990101T000000-00000000.html",
            f"documents/{KEPT_ID[:2]}/{KEPT_ID}.html",
            "runs/../x.html",
            "index.html",
        ):
            assert fetch(f"{address}/{path}")[0] == 404
        assert fetch(f"{address}/runs/{RUN}.html", Host="evil.example:80")[0] == 404


def test_documents_of_several_versions_are_read_in_portions(winnow, recorded, tmp_path, monkeypatch) -> None:
    edit(recorded)
    monkeypatch.setattr(browsing, "PORTION", 1)
    assert browsed(winnow, recorded, tmp_path / "pages")["written"] == 4
    assert Reason.BYLINE in page_of(tmp_path / "pages", COPY_ID)
    assert "<ins>Tuesday</ins>" in page_of(tmp_path / "pages", KEPT_ID)
