import pytest

from ingest.extract import evidence
from ingest.extract.evidence import judged, kept_text, words
from ingest.extract.html import blocks_of
from ingest.extract.tree import parse

PARAGRAPHS = (
    "The harbour office of Linden opened a new quay on Monday, and the council told the press so in a long note.",
    "Residents had waited nine years for it, said Mara Quint, who has run the tea room beside the old pier since 1998.",
    "Ferries will land there from the first of May; a second quay is planned, but no money has been set aside for it.",
)
PAGE = (
    "<html><body><nav><ul><li><a href=/a>Sport pages</a></li><li><a href=/b>Culture pages</a></li></ul></nav>"
    "<article><h1>New quay opens</h1>"
    + "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    + "</article><footer><p><a href=/c>Imprint and contact</a></p></footer></body></html>"
)


def verdicts(html: str) -> dict[str, float | None]:
    root = parse(html)
    assert root is not None
    return {block.text: block.trafilatura for block in judged(blocks_of(root), root)}


def test_paragraphs_are_kept_and_navigation_is_not() -> None:
    found = verdicts(PAGE)
    assert all(found[text] == 1.0 for text in PARAGRAPHS)
    assert found["Sport pages"] == found["Imprint and contact"] == 0.0


def test_joiners_that_trafilatura_deletes_do_not_count_as_loss() -> None:
    persian = "او گفت که می\u200cخواهد به خانه\u200cهای تازه\u200cای در کنار رودخانه\u200cها برود و آن\u200cها را ببیند."
    page = PAGE.replace(PARAGRAPHS[1], persian)
    root = parse(page)
    assert root is not None
    assert "\u200c" not in (kept_text(root, 0) or "")
    assert verdicts(page)[persian] == 1.0


def test_a_block_of_one_word_counts_only_as_a_whole_word() -> None:
    found = verdicts(PAGE.replace("</article>", "<footer><p>quays</p><p>quay</p></footer></article>"))
    assert (found["quay"], found["quays"]) == (1.0, 0.0)


def test_the_tree_is_left_as_it_is() -> None:
    root = parse(PAGE)
    assert root is not None
    before = blocks_of(root)
    kept_text(root, 0)
    kept_text(root, 10**6)
    assert blocks_of(root) == before


def test_a_page_on_which_trafilatura_fails_has_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(evidence, "bare_extraction", fail)
    assert set(verdicts(PAGE).values()) == {None}


def test_other_extractors_are_asked_only_where_trafilaturas_own_finds_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    real = evidence.bare_extraction

    def heard(root: object, *, fast: bool, **options: object) -> object:
        asked.append(fast)
        return real(root, fast=fast, **options)

    monkeypatch.setattr(evidence, "bare_extraction", heard)
    verdicts(PAGE)
    assert asked == [True]
    root = parse(PAGE)
    assert root is not None
    length = len(kept_text(root, 0) or "")
    kept_text(root, 3 * length)
    assert asked == [True, True, True, False]
    verdicts("<article><p>A short note.</p></article>")
    assert asked[4:] == [True, False]


def test_a_page_without_article_has_a_verdict_of_nothing() -> None:
    assert set(verdicts("<p>x</p><p>y</p>").values()) <= {0.0, 1.0}


def test_words_of_unspaced_scripts_are_characters() -> None:
    assert words("Die Größe von 東京!") == ["die", "größe", "von", "東", "京"]
