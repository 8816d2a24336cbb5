"""Why a line goes, told by its words: none of these decides whether it goes."""

import pytest

from ingest.clean.lines import read
from ingest.clean.outline import outline
from ingest.clean.reasons import Doubt, reasons_of
from ingest.records import Block

TITLE = "Harbour town opens its tide mill to visitors after repairs"
OWN = (
    "The tide mill of Saltmarsh Cross opens to visitors on Saturday, nine years after a storm tore the gates from its pond.",
    "Volunteers have replaced forty-one oak paddles, and the pond was dredged in spring, said mill keeper Odile Farrant.",
)
SAYS = [
    ("live-blog", "Jump to latest update"),
    ("live-blog", "Neueste zuerst"),
    ("live-blog", "Actualización automática"),
    ("live-blog", "Прямая трансляция"),
    ("credit", "Foto: dpa"),
    ("credit", "Source: Meridian Wire"),
    ("credit", "来源：海港通讯"),
    ("caption", "The pond of the tide mill at high water in spring. Foto: Ada Quill/dpa"),
    ("byline", "By Rowena Castell"),
    ("paywall", "This article is for subscribers only."),
    ("paywall", "Registrieren Sie sich, um diesen Artikel weiterzulesen"),
    ("paywall", "Abonnez-vous pour lire la suite"),
    ("paywall", "この記事は会員限定です"),
    ("promotion", "Every Friday in your inbox: our newsletter from the coast"),
    ("author-bio", "Rowena Castell writes about tides and mills for the Saltmarsh Post."),
    ("author-bio", "Theda Lünsmann ist Redakteurin im Ressort Küste."),
    ("author-bio", "Solène Marchadier est journaliste au service littoral."),
    ("site-boilerplate", "The Saltmarsh Post is an independent newspaper founded in 1888."),
    ("site-boilerplate", "Der Deichbote ist eine unabhängige Tageszeitung von der Küste."),
    ("translation-notice", "Dieser Text wurde maschinell aus dem Englischen übersetzt."),
    ("translation-notice", "この記事は機械翻訳されています"),
    ("cookie-notice", "Çerez tercihlerini yönet"),
    ("markup-junk", "{{ article.teaser }}"),
    ("markup-junk", "var slot = window.slots || [];"),
    ("advertisement", "Sponsored by Kelder Sound Ferries"),
    ("legal", "© 2025 The Saltmarsh Post. Cookies and terms"),
    ("tags", "Schlagworte: Mühlen, Gezeiten"),
]


def reasons(lines, cut):
    page = outline(read([Block(line) for line in (TITLE, *lines)]), 0, TITLE)
    found = reasons_of(Doubt(page, [False, *cut]))
    return [None if reason is None else reason.value for reason in found[1:]]


@pytest.mark.parametrize(("reason", "line"), SAYS, ids=[f"{reason}-{number}" for number, (reason, _) in enumerate(SAYS)])
def test_a_lines_words_name_its_reason(reason, line):
    assert reasons((*OWN, line), (False, False, True))[-1] == reason


def test_two_sentences_under_no_heading_are_a_story_and_under_one_a_teaser():
    story = "The lighthouse keeper of Orme retires after forty years on the rock. He will be followed by his niece, who has kept the boat for nine winters."
    assert reasons((*OWN, story), (False, False, True))[-1] == "foreign-story"
    assert reasons((*OWN, "Related Articles", story), (False, False, True, True))[-2:] == ["related-teaser", "related-teaser"]


def test_what_stands_above_a_pictures_credit_is_its_caption():
    lines = (*OWN, "Visitors on the new footbridge behind the mill pond at dusk", "Foto: Ada Quill")
    assert reasons(lines, (False, False, True, True))[-2:] == ["caption", "credit"]


def test_hours_are_markers_where_a_live_blog_has_several():
    hours = ("10:14", *OWN[:1], "10:32", *OWN[1:], "11:05")
    cut = (True, False, True, False, True)
    assert reasons((*hours, "Newest first"), (*cut, True)) == ["live-blog", None, "live-blog", None, "live-blog", "live-blog"]
    assert reasons((*hours, "Share"), (*cut, True))[0] == "timestamp"


def test_a_bare_name_below_the_headline_is_a_byline():
    assert reasons(("Rowena Castell", *OWN), (True, False, False))[0] == "byline"


def test_a_paragraph_is_a_duplicate_only_of_one_that_stays():
    assert reasons((*OWN, OWN[0]), (False, False, True))[-1] == "duplicate-paragraph"
    assert "duplicate-paragraph" not in reasons((*OWN, OWN[0]), (True, False, True))


LONG = "Volunteers have replaced forty-one oak paddles, and the mill pond was dredged in spring with a grant from the county, said mill keeper Odile Farrant."


def test_a_paragraph_that_is_printed_twice_goes_once_and_one_that_returns_much_later_stays(labeller, article_of):
    lines = [TITLE, OWN[0], LONG, LONG, OWN[1], f"{OWN[0][:-1]} long ago.", f"{OWN[1][:-1]} again.", LONG]
    found = [[cut.reason.value for cut in label.cuts] for label in labeller.label(article_of(lines))]
    assert found == [[], [], [], ["duplicate-paragraph"], [], [], [], []]
