import pytest

from ingest.extract.hints import NAMES, hints_of


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        ("article__related-links", "related"),
        ("c-teaser card", "teaser"),
        ("newsletter-signup", "newsletter"),
        ("social-share-bar", "share"),
        ("commentsSection", "comment"),
        ("wp-caption-text", "caption"),
        ("byline author", "byline"),
        ("main-nav navigation", "navigation"),
        ("ad-slot", "advert"),
        ("cookie-banner", "consent"),
        ("articleBody", "body"),
        ("u-visually-hidden", "screen-reader"),
    ],
)
def test_names_of_elements_give_hints(names: str, hint: str) -> None:
    assert hint in hints_of(names)


@pytest.mark.parametrize(
    ("names", "hint"), [("header-shadow loading", "advert"), ("stages", "tags"), ("biology", "bio"), ("", "content")]
)
def test_a_cue_inside_another_word_is_no_hint(names: str, hint: str) -> None:
    assert hint not in hints_of(names)


def test_hints_come_from_the_closed_list() -> None:
    assert hints_of("related teaser share comment") <= NAMES
