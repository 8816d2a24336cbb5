"""The labeller on invented documents: what must go, by which reason, and what must stay."""

import json
import time

import pytest

from ingest.clean.agencies import trailing_credit
from ingest.clean.apply import clean
from ingest.clean.config import POINTS, CleanConfig
from ingest.clean.labeller import ModelLabeller
from ingest.records import Article, Block, Flag, Reason, Rejected

TITLE = "Harbour town opens its tide mill to visitors after repairs"
BODY = (
    "The tide mill of Saltmarsh Cross opens to visitors on Saturday, nine years after a storm tore the gates from its pond and filled the wheel pit with gravel.",
    "Volunteers have replaced forty-one oak paddles, and the mill pond was dredged in spring with a grant from the county, said mill keeper Odile Farrant.",
    '"The wheel turned by itself on the first spring tide," Farrant said. "We had not even opened the sluice. It wanted to go."',
    "The mill will grind on two days a month, when the tide allows it. Flour is sold at the gate, and school classes may book the miller's cottage for a night.",
)
CONFIG = CleanConfig()


def page(before=(), after=(), middle=()):
    return [*before, TITLE, *BODY[:2], *middle, *BODY[2:], *after]


def reasons(labeller, article_of, lines):
    article = article_of(lines)
    return {
        line: label.cuts[0].reason.value if label.cuts else "kept"
        for index, (line, label) in enumerate(zip(lines, labeller.label(article), strict=True))
        if index != article.title_block
    }


CUTS = (
    ("navigation", {"before": ["Skip to main content", "Menu"]}, "Menu"),
    ("markup-junk", {"before": ["nav_toggle_bar", "Close"]}, "nav_toggle_bar"),
    ("advertisement", {"middle": ["Advertisement"]}, "Advertisement"),
    ("promotion", {"after": ["Sign up for our newsletter and get the best stories in your inbox."]}, "Sign up for our newsletter and get the best stories in your inbox."),
    ("promotion", {"after": ["Join The Saltmarsh Post's WhatsApp channel for breaking news."]}, "Join The Saltmarsh Post's WhatsApp channel for breaking news."),
    ("share", {"after": ["Share on Facebook", "Tweet"]}, "Share on Facebook"),
    ("share", {"after": ["Follow us on Facebook and Instagram"]}, "Follow us on Facebook and Instagram"),
    ("comments", {"after": ["Comments", "No comments yet"]}, "No comments yet"),
    ("caption", {"middle": ["The mill pond at high water in spring. PHOTO: COASTAL PICTURES"]}, "The mill pond at high water in spring. PHOTO: COASTAL PICTURES"),
    ("byline", {"before": [], "byline": "By Rowena Castell"}, "By Rowena Castell"),
    ("timestamp", {"after": ["Last updated: 14 March 2025, 09:12"]}, "Last updated: 14 March 2025, 09:12"),
    ("headline-repeat", {"middle": [TITLE]}, TITLE),
    ("tags", {"after": ["Tags: mills, tides, heritage"]}, "Tags: mills, tides, heritage"),
    ("legal", {"after": ["© 2025 The Saltmarsh Post. All rights reserved."]}, "© 2025 The Saltmarsh Post. All rights reserved."),
    ("translation-notice", {"after": ["※ This article has been translated by AI. Tell us what you think."]}, "※ This article has been translated by AI. Tell us what you think."),
    ("cookie-notice", {"before": ["We use cookies to improve your visit. Accept all cookies"]}, "We use cookies to improve your visit. Accept all cookies"),
    ("related-teaser", {"after": ["Related Articles", "Lighthouse keeper retires after forty years on the rock", "Ferry timetable changes again in autumn"]}, "Ferry timetable changes again in autumn"),
    ("related-teaser", {"middle": ["Read also: Ferry timetable changes again in autumn"]}, "Read also: Ferry timetable changes again in autumn"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "parts", "line"), CUTS, ids=[f"{reason}-{number}" for number, (reason, _, _) in enumerate(CUTS)]
)
def test_furniture_goes_with_its_reason_and_nothing_else_goes(labeller, article_of, reason, parts, line):
    parts = dict(parts)
    byline = parts.pop("byline", None)
    lines = page(**parts)
    if byline:
        lines.insert(1, byline)
    found = reasons(labeller, article_of, lines)
    assert found[line] == reason
    assert [found[paragraph] for paragraph in BODY] == ["kept"] * len(BODY)


def test_another_story_goes_with_its_outlet_age_and_headline(labeller, article_of, variants_module):
    story = variants_module.STORIES[0]
    foreign = ["Harbour Gazette", "3 hours ago", story["headline"], *story["paragraphs"]]
    found = reasons(labeller, article_of, page(after=["Related Articles", *foreign]))
    assert found["Related Articles"] == "related-teaser"
    assert [found[line] for line in foreign] == ["foreign-story"] * len(foreign)
    assert [found[paragraph] for paragraph in BODY] == ["kept"] * len(BODY)


def test_another_story_goes_without_a_heading_above_it(labeller, article_of, variants_module):
    story = variants_module.STORIES[1]
    found = reasons(labeller, article_of, page(after=[story["headline"], *story["paragraphs"]]))
    assert found[story["headline"]] == "foreign-story"
    assert found[story["paragraphs"][0]] == "foreign-story"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("He thanked the crew. THE LEDGER/NORTH SEA NEWS NETWORK", "He thanked the crew."),
        ("Die Brücke bleibt gesperrt. (dpa)", "Die Brücke bleibt gesperrt."),
        ("The talks go on. - Reuters", "The talks go on."),
        ('"We are glad," she said. AFP', '"We are glad," she said.'),
    ],
)
def test_an_agency_at_a_paragraphs_end_is_cut_as_credit(text, kept):
    found = trailing_credit(text)
    assert found is not None
    assert found.reason == "credit"
    assert text[: found.start].rstrip() == kept


@pytest.mark.parametrize(
    "text",
    [
        "It was made for NASA.",
        "The talks, said Reuters, go on.",
        "She works for the BBC",
        "Das sagte die dpa.",
        "What a day! (See below.)",
        "REUTERS",
    ],
)
def test_an_agency_in_a_sentence_is_no_credit(text):
    assert trailing_credit(text) is None


ARTICLES = {
    "an article about newsletters": (
        "Local papers find that newsletters bring readers back",
        "Three local papers in the Tamsin valley say that their morning newsletters now bring more readers than any other source, according to a survey by the Tamsin School of Journalism.",
        "Readers who subscribe to a newsletter open it four times a week on average, and about one in nine later pays for a subscription, the survey of 2,140 readers found.",
        '"Nobody signs up for breaking news alerts any more," said editor Halvard Quist. "They want somebody to tell them at breakfast what mattered."',
        "The Kelder Gazette stopped its Telegram channel in May after it had lost half of its followers, and put the two people who ran it on the newsletter.",
    ),
    "a round-up of five stories": (
        "Five things that changed in the valley this week",
        "It was a week of small decisions in the Tamsin valley, and some of them will be felt for longer than the large ones. Here are five that we noted between Monday and Friday.",
        "The bridge at Orme is open again. Engineers finished the new bearings two days early, and the first bus crossed on Tuesday at six in the morning with eleven passengers.",
        "The swimming pool in Halden will close for the winter. Heating it costs 4,100 euros a week, the council said, and the club has found lanes in the next town.",
        "Apples are cheap. The cooperative pays 19 cents a kilo, the lowest price since 2015, because frost spared the blossom almost everywhere in the valley this spring.",
        "The night train stops in Tamsin from December. The railway wants to see whether at least thirty people a day get on; the mayor has promised to be one of them.",
        "And the library has a cat. It came in with the parcels on Wednesday, sat down on the returned atlases, and has been given a ticket with its own number.",
    ),
    "an interview": (
        '"A map is a promise": the cartographer Ansa Veikkola on drawing coasts',
        "Ansa Veikkola has drawn the coasts of the northern islands for thirty-one years. A conversation about tides, mistakes, and why she still carries a lead line in her boat.",
        "How do you draw a line that moves twice a day?",
        "You draw where it was, and you say when. The line on a chart is the lowest water that we expect, and everything above it is a kindness of the sea.",
        "What was your worst mistake?",
        "I left out a rock. It was no bigger than a table, and a fisherman rang me the day after the chart came out. He had named it after me by the evening.",
        "Do you trust satellites?",
        "I trust them about as much as I trust my own hand: a good deal, on a clear day, and never with a single sounding that nobody has repeated.",
    ),
    "a list of quotations": (
        "What the delegates said about the river treaty in Marrow",
        "Delegates of four countries signed the treaty on the river Marrow on Sunday. These are the sentences that were noted most often in the hall on the way out.",
        '"A river does not read treaties," said Minister Joachim Brandt. "But those who build dams do, and they will read this one closely."',
        '"We have talked about this water for twenty-six years, which is longer than most of the turbines will last," said Ilse Maron of the upstream cities.',
        '"My village floods in April and thirsts in August," said the farmer Petru Codrin. "I came to ask which of the two you have signed."',
    ),
    "a correction at the end": (
        "Seed bank in Orvik doubles its store of northern barley",
        "The seed bank in Orvik has doubled its store of northern barley after farmers from eleven valleys sent in what their grandparents had kept in tins and drawers.",
        "Of the 214 samples, 37 belong to varieties that were believed to be lost, said botanist Sunniva Tveit, who opened the last parcel on Thursday evening.",
        "The bank will sow a handful of each next spring, to see which of them still germinate, and send fresh seed back to those who gave it.",
        "Correction: An earlier version of this article said that the seed bank had received 241 samples. It received 214 samples of barley from the farmers.",
    ),
    "a recipe": (
        "Potato soup with leeks and dill, the way they make it in Halden",
        "This potato soup needs forty minutes and one pot. In Halden they serve it on the first day of the herring season, with rye bread and a great deal of dill.",
        "800 g floury potatoes, peeled and diced",
        "2 leeks, washed and cut into rings",
        "1 litre of vegetable stock",
        "Melt the butter in a large pot and let the leeks soften over low heat for ten minutes; they should not brown. Add the potatoes and the stock, and simmer for twenty minutes.",
        "Mash a third of the potatoes against the side of the pot, stir in the cream and the dill, and season the soup with salt, pepper and a little vinegar.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_loses_none_of_its_own_lines(labeller, article_of, name):
    lines = list(ARTICLES[name])
    article = article_of(lines)
    document = clean(article, labeller, CONFIG)
    assert not isinstance(document, Rejected)
    assert document.removals == ()
    assert document.title == lines[0]
    assert document.flags == frozenset()


def test_cleaning_clean_text_again_changes_nothing(labeller, article_of, root):
    for row in golden(root):
        if "blocks" not in row or not row["text"]:
            continue
        blocks = [row["title"], *row["text"].split("\n\n")] if row["title"] else row["text"].split("\n\n")
        article = Article(tuple(map(Block, blocks)), title=row["title"], title_block=0 if row["title"] else None)
        document = clean(article, labeller, CONFIG)
        assert not isinstance(document, Rejected)
        assert document.text == row["text"], row["file"]


def golden(root):
    return [json.loads(line) for line in (root / "tests/golden/seeds.jsonl").read_text("utf-8").splitlines()]


def outcome(labeller, article_of, row):
    """Title, text and reasons as the cleaner gives them and as the gold has them."""
    article = article_of([block["line"] for block in row["blocks"]])
    document = clean(article, labeller, CONFIG)
    found = [
        "title" if index == article.title_block else label.cuts[0].reason.value if label.cuts else "kept"
        for index, label in enumerate(labeller.label(article))
    ]
    wanted = [block.get("is") or block.get("cut") or "kept" for block in row["blocks"]]
    return (document.title, document.text, found), (row["title"], row["text"], wanted)


def test_golden_text_files_come_out_exactly(labeller, article_of, root):
    rows = [row for row in golden(root) if "blocks" in row]
    assert len(rows) >= 10
    for row in rows:
        got, wanted = outcome(labeller, article_of, row)
        assert got == wanted, row["file"]


@pytest.mark.shared
@pytest.mark.parametrize("point", POINTS)
def test_the_given_seeds_come_out_exactly_at_every_operating_point(article_of, shared, point):
    rows = [json.loads(line) for line in (shared / "seeds" / "gold.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 3
    for row in rows:
        got, wanted = outcome(ModelLabeller(CleanConfig(operating_point=point)), article_of, row)
        assert got == wanted, row["file"]


def test_a_bolder_point_cuts_no_less(article_of, root):
    labellers = [ModelLabeller(CleanConfig(operating_point=point)) for point in POINTS]
    for row in golden(root):
        if "blocks" in row:
            article = article_of([block["line"] for block in row["blocks"]])
            cut = [sum(bool(label.cuts) for label in labeller.label(article)) for labeller in labellers]
            assert cut == sorted(cut), row["file"]


def test_a_reason_may_have_a_threshold_of_its_own(labeller, article_of):
    lines = page(middle=["Join our WhatsApp channel for tides and ferries", "Most read", "Ferry timetable changes again"])
    careful = ModelLabeller(CleanConfig(reason_thresholds=("related-teaser=0",)))
    assert "related-teaser" in reasons(labeller, article_of, lines).values()
    assert "related-teaser" not in reasons(careful, article_of, lines).values()
    assert "promotion" in reasons(careful, article_of, lines).values()


def test_nine_of_ten_variants_come_out_exactly(labeller, article_of, root, variants_module):
    shaped = (
        "port-news/port-lassel-seagrass.txt",
        "port-news/dalmok-port-containers.txt",
        "city-desk/saebyeok-library-night-hours.txt",
    )
    made = list(variants_module.variants([row for row in golden(root) if row["file"] in shaped], 60, seed=7))
    exact = sum(is_exact(labeller, article_of, variant) for variant in made)
    assert len(made) == 60
    assert exact >= 54


def is_exact(labeller, article_of, variant):
    article = article_of(variant.lines)
    document = clean(article, labeller, CONFIG)
    foreign = {
        index for index, label in enumerate(labeller.label(article)) if label.cuts and label.cuts[0].reason == "foreign-story"
    }
    return not isinstance(document, Rejected) and (document.title, document.text, foreign) == (
        variant.title,
        variant.text,
        variant.foreign,
    )


FERRY = "The ferry to Orme will sail again from Monday, the company said."
BRIEFS = {
    "alone": (("Only a body of a few plain words stands in this record from the desk, it said.",), 0),
    "with a menu and teasers": (
        ("Menu", "Search", FERRY, "Share", "Facebook", "Related Articles", "Lighthouse timetable changes again"),
        2,
    ),
    "below a button": (("Watch now", "Die Fähre nach Orme fährt ab Montag wieder."), 1),
}


@pytest.mark.parametrize("name", BRIEFS)
def test_the_only_paragraph_of_a_brief_stays(labeller, name):
    lines, brief = BRIEFS[name]
    document = clean(Article(tuple(map(Block, lines))), labeller, CONFIG)
    assert not isinstance(document, Rejected)
    assert document.text == lines[brief]


def test_a_cookie_notice_alone_is_no_brief(labeller):
    notice = (
        "We use cookies and similar techniques to improve your visit and to measure how our pages are used. Accept all cookies"
    )
    assert isinstance(clean(Article((Block("Accept"), Block(notice))), labeller, CONFIG), Rejected)


@pytest.mark.parametrize("call", ["CLICK HERE TO GET THE SALTMARSH POST APP", "Click here to join our readers' club"])
def test_a_call_to_click_goes_and_the_body_stays(labeller, article_of, call):
    found = reasons(labeller, article_of, page(middle=[call]))
    assert found[call] != "kept"
    assert [found[paragraph] for paragraph in BODY] == ["kept"] * len(BODY)


def test_a_part_of_the_headline_that_captions_every_picture_goes(labeller, article_of):
    caption = "Harbour town tide mill"
    lines = [TITLE, BODY[0], caption, BODY[1], caption, BODY[2], caption, BODY[3]]
    found = reasons(labeller, article_of, lines)
    assert found[caption] != "kept"
    assert [found[paragraph] for paragraph in BODY] == ["kept"] * len(BODY)


def test_ten_thousand_blocks_take_seconds(labeller):
    blocks = tuple(
        Block(f"{BODY[index % 4]} Number {index} of the log." if index % 3 else f"Line {index}") for index in range(10_000)
    )
    begin = time.process_time()
    labeller.label(Article(blocks))
    assert time.process_time() - begin < 5


def test_one_giant_block_is_kept(labeller):
    text = "The mill ground on through the night. " * 130_000
    labels = labeller.label(Article((Block(text.strip()),)))
    assert labels[0].cuts == ()


def test_an_article_without_blocks_has_no_labels(labeller):
    assert labeller.label(Article(())) == []


def test_the_version_names_its_tables(labeller):
    assert labeller.version == ModelLabeller(CONFIG).version
    assert labeller.version.startswith("engine-")


def html_page(share):
    body = [
        Block(
            text,
            tag="p",
            ancestors=frozenset({"p", "article"}),
            hints=frozenset({"body"}),
            parent=index + 10,
            section=5,
            trafilatura=share,
        )
        for index, text in enumerate(BODY)
    ]
    menu = [
        Block(
            text,
            tag="li",
            ancestors=frozenset({"li", "ul", "nav"}),
            hints=frozenset({"navigation"}),
            parent=index,
            section=1,
            link_chars=len(text),
            links=1,
            trafilatura=0.0,
        )
        for index, text in enumerate(("Home", "Tides", "Weather", "Ferries"))
    ]
    return Article(
        (*menu, Block(TITLE, tag="h1", ancestors=frozenset({"h1"}), parent=9, section=5, trafilatura=1.0), *body),
        title=TITLE,
        title_block=4,
        page_type="article",
    )


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_a_pages_body_stays_whatever_the_other_extractor_says(labeller, share):
    document = clean(html_page(share), labeller, CONFIG)
    assert not isinstance(document, Rejected)
    assert document.text == "\n\n".join(BODY)
    assert {removal.reason for removal in document.removals} == {"navigation"}


def test_a_listing_is_flagged_and_what_the_other_extractor_keeps_stays(labeller):
    blocks = tuple(
        Block(
            f"Ferry news item number {index} of this week",
            tag="li",
            ancestors=frozenset({"li", "ul"}),
            parent=index,
            section=1,
            link_chars=40,
            links=1,
            trafilatura=1.0,
        )
        for index in range(12)
    )
    document = clean(Article(blocks), labeller, CONFIG)
    assert not isinstance(document, Rejected)
    assert Flag.NOT_AN_ARTICLE in document.flags
    assert len(document.text.split("\n\n")) == 12


@pytest.mark.parametrize("credit", ["(Meridian Wire)", "(Harbour News Agency)", "(kd/sw)", "(Reuters)"])
def test_a_last_paragraph_that_ends_in_a_credit_stays_without_it(labeller, article_of, credit):
    own = [
        "The harbour board of Lassel said on Monday that the long pier would open in spring, after two winters of work on it.",
        "Ana Dorrit, who chairs the board, said that the boards were cut from larch grown within sight of the water.",
        "The work cost 4.2 million, of which the district paid a third; the rest came from berthing fees saved since 2019.",
    ]
    labels = labeller.label(article_of(["Harbour board opens long pier", *own[:2], f"{own[2]} {credit}"]))
    assert [label.cuts for label in labels[:3]] == [(), (), ()]
    (cut,) = labels[3].cuts
    assert (cut.reason, own[2] == f"{own[2]} {credit}"[: cut.start].strip()) == (Reason.CREDIT, True)
