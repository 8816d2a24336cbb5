"""`winnow show` and `winnow list` on a corpus."""

import io
import json

import pytest
from rich.console import Console

from flows.cli.portrait import print_cuts
from flows.runs.report import Report
from ingest.records import Document, Reason, Removal
from tests.flows.cli.conftest import COPY_ID, HOSTILE, KEPT_ID, RUN, SHORT_ID, pier

CUTS = """
= title                      The pier opens
- byline 0.96                By Ada Lorn
  kept                       The pier of Lassel opened on Monday.
~ credit 0.80                It cost 4 million.⟦ (Lorn Agency)⟧
- related-teaser 0.91        Read more\\x1b[2J\\x9b1m on \\u202eour\\u202c page

56 characters kept, 55 cut
"""
COLOURED = """
<cyan>= title                     </> <cyan>The pier opens</>
<red>- byline 0.96               </> <red>By Ada Lorn</>
<dim>  kept                      </> The pier of Lassel opened on
                             Monday.
<red>~ credit 0.80               </> It cost 4 million.<red>⟦ (Lorn </>
                             <red>Agency)⟧</>
<red>- related-teaser 0.91       </> <red>Read more\\x1b[2J\\x9b1m on </>
                             <red>\\u202eour\\u202c page</>

<dim>56 characters kept, 55 cut</>
"""
COLOURS = {"\x1b[1;36m": "<cyan>", "\x1b[31m": "<red>", "\x1b[2m": "<dim>", "\x1b[0m": "</>"}


def named_colours(text):
    """Text with escape sequences as names, and without spaces at line ends."""
    for sequence, name in COLOURS.items():
        text = text.replace(sequence, name)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def test_cuts_show_every_block_with_reason_and_score(winnow, corpus):
    result = winnow("show", "pier.txt", "--cuts", "--corpus", corpus)
    assert result.exit_code == 0, result.output
    assert result.output.endswith(CUTS)


def test_cuts_are_coloured_on_a_terminal_and_keep_to_their_column():
    out = io.StringIO()
    print_cuts(pier(), Console(file=out, force_terminal=True, color_system="standard", width=60, highlight=False))
    assert named_colours(out.getvalue()) == COLOURED


def test_no_color_takes_the_colours_away(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    print_cuts(pier(), Console(file=out, force_terminal=True, width=60, highlight=False))
    assert "\x1b[31m" not in out.getvalue()
    assert "\x1b[1;36m" not in out.getvalue()
    assert "byline 0.96" in out.getvalue()


def test_markup_of_a_page_is_text():
    text = "[red]not[/red] :smile: a ‍ joiner"
    document = Document(text=text, source_text=text, title=None, title_span=None, removals=())
    out = io.StringIO()
    print_cuts(document, Console(file=out, width=200))
    assert f"  kept                       {text}\n" in out.getvalue()


def test_a_cut_over_several_reasons_names_each():
    text = "By Ada Lorn Own text. (Agency)"
    removals = (Removal(0, 12, Reason.BYLINE, 1.0), Removal(21, 30, Reason.CREDIT, 0.5))
    document = Document(text="Own text.", source_text=text, title=None, title_span=None, removals=removals)
    out = io.StringIO()
    print_cuts(document, Console(file=out, width=200))
    assert "~ byline 1.00 credit 0.50    ⟦By Ada Lorn ⟧Own text.⟦ (Agency)⟧" in out.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        KEPT_ID,
        KEPT_ID[:6],
        "pier.txt",
        "a/pier.txt",
        "port/a/pier.txt",
        "./somewhere/pier.txt",
        "http://www.port.example/pier?utm_source=x",
        "https://www.port.example/pier",
        "https://port.example/pier",
    ],
)
def test_a_document_is_found_by_id_prefix_url_and_file_name(winnow, corpus, name):
    result = winnow("show", name, "--corpus", corpus)
    assert result.exit_code == 0, result.output
    assert KEPT_ID in result.output
    assert "The pier of Lassel opened on Monday.\n\nIt cost 4 million." in result.output
    assert "Agency" not in result.output


def test_metadata_stand_above_the_text(winnow, corpus):
    output = winnow("show", COPY_ID, "--corpus", corpus).output
    for part in (
        COPY_ID,
        "b/copy.txt",
        RUN,
        "duplicate of",
        KEPT_ID,
        "exact (containment 1.00",
        "Ada Lorn",
        "2026-03-04 12:00 UTC (day)",
    ):
        assert part in output
    assert "charset-guessed" in winnow("show", KEPT_ID, "--corpus", corpus).output


def test_a_name_that_fits_several_is_refused_with_the_candidates(winnow, corpus):
    result = winnow("show", KEPT_ID[:4], "--corpus", corpus)
    assert result.exit_code == 2
    assert "fits 2 documents" in result.output
    assert f"{KEPT_ID[:12]} (port/a/pier.txt)" in result.output


@pytest.mark.parametrize("name", ["nothing.txt", "https://port.example/other", "fff0", "a*b"])
def test_a_name_that_fits_nothing_is_one_sentence(winnow, corpus, name):
    result = winnow("show", name, "--corpus", corpus)
    assert result.exit_code == 2
    assert result.output.startswith(f"Error: no document {name} in ")


def test_a_rejected_input_shows_its_reason(winnow, corpus):
    result = winnow("show", "short.txt", "--corpus", corpus)
    assert result.exit_code == 0
    assert "rejected: quality/too-short" in result.output
    assert "It has 3 words." in result.output


def test_a_rejected_input_is_cleaned_again_for_its_cuts(winnow, corpus, monkeypatch):
    asked = []
    again = lambda uri, outcome, settings: asked.append((uri, outcome.id, settings.clean)) or pier()  # noqa: E731
    monkeypatch.setattr("flows.runs.recall.clean_again", again)
    result = winnow("show", SHORT_ID, "--cuts", "--corpus", corpus)
    assert "quality/too-short" in result.output
    assert result.output.endswith(CUTS)
    assert [(uri, id_) for uri, id_, _ in asked] == [(str(corpus), SHORT_ID)]


def test_json_holds_the_blocks_and_no_control_character(winnow, corpus):
    result = winnow("show", KEPT_ID, "--cuts", "--json", "--corpus", corpus)
    assert not any(character in result.output for character in "\x1b\x9b\u202e")
    shown = json.loads(result.output)
    assert shown["document"]["title"] == "The pier opens"
    assert shown["blocks"][4]["pieces"][0]["text"] == HOSTILE
    assert shown["blocks"][4]["pieces"][0]["removal"]["reason"] == "related-teaser"
    assert shown["outcome"]["outcome"] == "kept"


def test_no_corpus_is_a_usage_error(winnow, tmp_path):
    result = winnow("show", "x", "--corpus", tmp_path / "none")
    assert result.exit_code == 2
    assert "there is no corpus at" in result.output
    assert not (tmp_path / "none").exists()


def listed(result):
    """Names of the inputs in a list, in order."""
    assert result.exit_code == 0, result.output
    header, *rows = [line.split("\t") for line in result.output.splitlines()]
    return [row[header.index("input")] for row in rows]


def test_list_shows_the_newest_outcome_of_every_input(winnow, corpus):
    result = winnow("list", "--corpus", corpus)
    assert listed(result) == ["port/a/pier.txt", "port/b/copy.txt", "port/c/short.txt"]
    assert "quality/too-short" in result.output


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (["--outcome", "kept"], ["a/pier.txt"]),
        (["--outcome", "duplicate"], ["b/copy.txt"]),
        (["--reason", "too-short"], ["c/short.txt"]),
        (["--reason", "quality/too-short"], ["c/short.txt"]),
        (["--reason", "too-short", "--outcome", "kept"], []),
        (["--site", "port.example"], ["a/pier.txt", "b/copy.txt"]),
        (["--site", "WWW.port.example"], ["a/pier.txt", "b/copy.txt"]),
        (["--site", "broken.example"], ["c/short.txt"]),
        (["--language", "EN"], ["a/pier.txt", "b/copy.txt"]),
        (["--run", RUN[:8]], ["a/pier.txt", "b/copy.txt", "c/short.txt"]),
        (["--limit", "1"], ["a/pier.txt"]),
    ],
)
def test_list_filters(winnow, corpus, filters, names):
    assert listed(winnow("list", "--corpus", corpus, *filters)) == [f"port/{name}" for name in names]


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        (["--site", "prot.example"], "no site prot.example in the corpus: did you mean port.example?"),
        (["--language", "de"], "no language de in the corpus: did you mean en?"),
        (["--language", "ru"], "no language ru in the corpus: there is en"),
        (["--reason", "clean/too-short"], "no reason clean/too-short in the corpus: did you mean too-short?"),
        (["--outcome", "keept"], "no outcome keept in the corpus: did you mean kept?"),
        (["--outcome", "withdrawn"], "no outcome withdrawn in the corpus: there is kept, rejected, duplicate, unchanged, failed"),
        (["--run", "2027"], f"no run 2027 in the corpus: there is {RUN}"),
        (["--run", f"{RUN[:-1]}x"], f"no run {RUN[:-1]}x in the corpus: did you mean {RUN}?"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_value_that_nothing_has_is_refused_with_the_nearest(winnow, corpus, filters, sentence, more):
    result = winnow("list", "--corpus", corpus, *filters, *more)
    assert result.exit_code == 2
    assert result.output == f"Error: {sentence}\n"


def test_a_run_that_only_has_a_record_is_known(winnow, corpus):
    (corpus / "clean/runs").mkdir(exist_ok=True)
    (corpus / "clean/runs/20260305T120000-0badf00d.json").write_text(Report("20260305T120000-0badf00d", str(corpus)).to_json())
    assert listed(winnow("list", "--corpus", corpus, "--run", "20260305")) == []
    assert (
        "did you mean 20260305T120000-0badf00d" in winnow("list", "--corpus", corpus, "--run", "20260305T120000-0badf00e").output
    )


def test_list_as_json_is_an_object_a_line(winnow, corpus):
    rows = [json.loads(line) for line in winnow("list", "--json", "--corpus", corpus).output.splitlines()]
    assert [row["name"] for row in rows] == ["a/pier.txt", "b/copy.txt", "c/short.txt"]
    assert rows[0]["chars_cut"] == 25


def test_the_corpus_comes_from_the_environment(winnow, corpus, monkeypatch):
    monkeypatch.setenv("WINNOW_CORPUS", str(corpus))
    assert len(listed(winnow("list"))) == 3


def test_the_corpus_is_by_default_beside_the_user(winnow, corpus, monkeypatch):
    monkeypatch.chdir(corpus.parent)
    assert len(listed(winnow("list"))) == 3
