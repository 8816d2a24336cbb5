"""What markup settles for the labeller, on invented pages: containers, menus, standfirsts, links that lead away."""

from typing import get_args

import pytest

from ingest.clean.apply import clean
from ingest.clean.config import CleanConfig
from ingest.clean.labeller import ModelLabeller
from ingest.clean.loss import flags_of
from ingest.records import Article, Block, Document, Flag, PageType, Rejected

CONFIG = CleanConfig()
TITLE = "Harbour town opens its tide mill to visitors after repairs"
BODY = (
    "The tide mill of Saltmarsh Cross opens to visitors on Saturday, nine years after a storm tore the gates from its pond and filled the wheel pit with gravel.",
    "Volunteers have replaced forty-one oak paddles, and the mill pond was dredged in spring with a grant from the county, said mill keeper Odile Farrant.",
    "The mill will grind on two days a month, when the tide allows it. Flour is sold at the gate, and school classes may book the miller's cottage for a night.",
    "The pond of the mill holds four thousand cubic metres at high water, and the gates close by themselves when the ebb begins to run out of the harbour.",
)
ASIDE = (
    "Nobody in Lisbon had thought about grapes that year, says Amadeu Prates. Phylloxera had come by rail, and vineyards from Colares to Setubal were being grubbed up.",
    "His grandmother kept eleven vines in tubs on a roof in Alfama. She watered them with what was left of the washing, and sang to them when frost was forecast.",
    "Cuttings of those eleven went to Madeira in 1911, in a hatbox. Today Prates owns forty hectares, none of which he has ever insured against hail.",
    "Wine was never the point, he says. Somebody had decided to keep a thing alive, and had told no one, and that seemed to him a useful kind of stubbornness.",
)  # fmt: skip


def block(text: str, number: int, **more) -> Block:
    traits = {
        "tag": "p",
        "ancestors": frozenset({"p", "article"}),
        "hints": frozenset({"body"}),
        "section": 5,
        "trafilatura": 1.0,
    }
    return Block(text, parent=number, **{**traits, **more})


def link(text: str, number: int, **more) -> Block:
    return block(text, number, link_chars=len(text), links=1, **more)


def cleaned(blocks) -> Document:
    title = Block(TITLE, tag="h1", ancestors=frozenset({"h1"}), parent=1, section=2, trafilatura=1.0)
    article = Article((title, *blocks), title=TITLE, title_block=0, page_type="article")

    document = clean(article, ModelLabeller(CONFIG), CONFIG)
    assert not isinstance(document, Rejected)
    return document


def numbered(texts, first=10, **more):
    return [block(text, first + index, **more) for index, text in enumerate(texts)]


BOX = [
    link(text, 90 + number, tag="li", section=99, hints=frozenset({"related", "teaser"}), trafilatura=0.0)
    for number, text in enumerate(
        (
            "Related",
            "Ferry timetable changes again in autumn",
            "Lighthouse keeper retires after forty years",
            "Get our newsletter",
        )
    )
]


def test_a_pages_own_tail_stays_though_it_shares_no_words_with_the_lead():
    document = cleaned([*numbered(BODY), *BOX, *numbered(ASIDE, 20)])
    assert document.text == "\n\n".join((*BODY, *ASIDE))
    assert Flag.TEXT_LOSS not in document.flags


def test_paragraphs_in_wrappers_of_their_own_are_one_container():
    wrapped = [block(text, 30 + number, section=40 + number) for number, text in enumerate((*BODY, *ASIDE))]
    assert cleaned([*wrapped[:4], *BOX, *wrapped[4:]]).text == "\n\n".join((*BODY, *ASIDE))


def test_another_story_in_a_container_of_its_own_goes():
    teasers = numbered(ASIDE, 40, section=90, hints=frozenset({"related", "teaser"}), trafilatura=0.0)
    heading = link("Cuttings in a hatbox", 39, tag="h3", section=90, hints=frozenset({"related", "teaser"}), trafilatura=0.0)
    document = cleaned([*numbered(BODY), heading, *teasers])
    assert document.text == "\n\n".join(BODY)


@pytest.mark.parametrize(("trafilatura", "is_flagged"), [(1.0, True), (0.0, False)])
def test_a_page_is_flagged_that_loses_paragraphs_which_the_other_extractor_keeps(trafilatura, is_flagged):
    blocks = [*numbered(BODY), *numbered(ASIDE[:1], 20, trafilatura=trafilatura)]
    kept = ["", *BODY, ""]
    title = Block(TITLE, tag="h1", ancestors=frozenset({"h1"}))
    assert (Flag.TEXT_LOSS in flags_of(Article((title, *blocks)), kept, CONFIG)) is is_flagged


@pytest.mark.parametrize(
    "call", ["WHAT A TIDE MILL IS AND WHY IT WAITS FOR THE MOON", "Also: The seven best harbours to sleep in, and one to avoid"]
)
def test_a_link_between_paragraphs_that_leads_away_goes(call):
    blocks = numbered(BODY)
    blocks.insert(2, link(call, 60))
    assert cleaned(blocks).text == "\n\n".join(BODY)


@pytest.mark.parametrize(
    "sentence",
    ["WHAT A TIDE MILL IS AND WHY IT WAITS FOR THE MOON", "Also: the seven sluices, the pond and the cottage are listed."],
)
def test_the_same_words_without_a_link_stay(sentence):
    blocks = numbered(BODY)
    blocks.insert(2, block(sentence, 60))
    assert sentence in cleaned(blocks).text


def test_a_standfirst_right_below_the_headline_stays():
    standfirst = "A quiet Saturday, a crowd on the quay, and a machine that nobody alive had seen at work: how a village got back what the sea had taken."
    above = block(
        standfirst,
        8,
        section=3,
        tag="p",
        hints=frozenset({"teaser", "title"}),
        trafilatura=0.0,
        ancestors=frozenset({"p", "header"}),
    )
    assert cleaned([above, *numbered(BODY[:2])]).text == "\n\n".join((standfirst, *BODY[:2]))


def test_navigation_goes_on_every_type_of_page(labeller):
    menu = [
        link(text, number, tag="a", ancestors=frozenset({"nav", "a"}), section=1) for number, text in enumerate(("Home", "News"))
    ]
    items = [link(f"Ferry news item number {number} of this week", 20 + number, tag="li", section=7) for number in range(12)]
    document = clean(Article((*menu, *items), page_type="listing"), labeller, CONFIG)
    assert not isinstance(document, Rejected)
    assert Flag.NOT_AN_ARTICLE in document.flags
    assert document.text == "\n\n".join(item.text for item in items)
    assert isinstance(clean(Article(tuple(menu), page_type="listing"), labeller, CONFIG), Rejected)


SHORT = ("Chop the onion.", "2 cups mint leaves", "Serve cold with bread")


@pytest.mark.parametrize(
    "mark", [{"hints": frozenset({"body", "breadcrumb"})}, {"ancestors": frozenset({"p", "nav", "article"})}]
)
def test_a_mark_of_menus_on_what_wraps_the_whole_page_cuts_nothing(mark):
    blocks = [*numbered(BODY[:2], **mark), *numbered(SHORT, 20, **mark), *numbered(BODY[2:], 30, **mark)]
    document = cleaned(blocks)
    assert document.text == "\n\n".join((*BODY[:2], *SHORT, *BODY[2:]))


def test_a_breadcrumb_trail_goes_though_the_page_is_short():
    trail = [link(text, 90, hints=frozenset({"breadcrumb"}), section=99) for text in ("Home", "Local", "Harbour")]
    assert cleaned([*trail, *numbered(BODY)]).text == "\n\n".join(BODY)


def test_code_of_documentation_is_no_scrap_of_markup_and_ends_in_no_credit():
    code = ("function TideTable({ gates, filterText }) {", 'trap "rm -f $GATE" EXIT', "return gates.length; }")
    lines = [block(text, 20, tag="pre", ancestors=frozenset({"pre", "article"})) for text in code]
    article = Article((*numbered(BODY[:2]), *lines, *numbered(BODY[2:], 30)), page_type="documentation")
    assert clean(article, ModelLabeller(CONFIG), CONFIG).text == "\n\n".join((*BODY[:2], *code, *BODY[2:]))


@pytest.mark.parametrize("kind", sorted(set(get_args(PageType)) - {"article", "live-blog"}))
def test_what_trafilatura_keeps_stays_on_every_kind_of_page_that_is_no_article(labeller, kind):
    odd = [
        block(text, 30 + number, section=80 + number) for number, text in enumerate(("Size: 3 m", "In stock", "Add to basket"))
    ]
    document = clean(Article((*numbered(BODY), *odd), page_type=kind), labeller, CONFIG)
    assert not isinstance(document, Rejected)
    assert (document.page_type, Flag.NOT_AN_ARTICLE in document.flags) == (kind, True)
    assert document.text == "\n\n".join((*BODY, *(each.text for each in odd)))


@pytest.mark.parametrize("kind", ["article", "live-blog"])
def test_articles_carry_no_flag(labeller, kind):
    document = clean(Article(tuple(numbered(BODY)), page_type=kind), labeller, CONFIG)
    assert not isinstance(document, Rejected)
    assert (document.page_type, document.flags) == (kind, frozenset())


def test_kinds_of_pages_that_are_not_wanted_are_rejected(labeller):
    config = CleanConfig(page_types_rejected=("product", "listing"))
    found = clean(Article(tuple(numbered(BODY)), page_type="product"), labeller, config)
    assert (found.stage, found.reason) == ("clean", "page-type")
    assert "product" in found.detail
    assert not isinstance(clean(Article(tuple(numbered(BODY)), page_type="forum"), labeller, config), Rejected)


def test_a_page_that_is_mostly_links_is_a_listing_without_saying_so(labeller):
    items = [link(f"Ferry news item number {number} of this week", 20 + number, tag="li", section=7) for number in range(12)]
    assert clean(Article(tuple(items)), labeller, CONFIG).page_type == "listing"
    assert clean(Article(tuple(items)), labeller, CleanConfig(page_types_rejected=("listing",))).reason == "page-type"


def test_a_page_cleaned_again_as_text_changes_nothing(labeller):
    document = cleaned([block("The Saltmarsh Desk", 70), *numbered(BODY)])
    assert document.text == "\n\n".join(BODY)
    again = clean(Article(tuple(map(Block, document.text.split("\n\n"))), title=TITLE), labeller, CONFIG)
    assert not isinstance(again, Rejected)
    assert again.text == document.text
