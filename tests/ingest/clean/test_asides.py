"""What goes of a paragraph that stays: calls to other articles and credits, in many languages; and what only looks like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean.apply import clean, slice_block
from ingest.clean.asides import asides_of, cuts_within, without_calls
from ingest.clean.config import CleanConfig
from ingest.records import Article, Block, Label, Reason, Rejected

OWN = "The council of Saltmarsh Cross agreed to the new timetable on Monday after a debate of three hours."
NEXT = "The ferry will leave at nine o'clock from the old pier, said harbour master Odile Farrant, and come back at dusk."
CALLS = [
    "Read more: Ferry timetable changes again in autumn",
    "READ MORE: Ferry timetable changes again in autumn",
    "Also read: Is the old pier safe?",
    "► Related article: Ferry timetable changes again",
    "Lesen Sie auch: Fähre fährt im Herbst seltener",
    "Mehr dazu: Die Fähre fährt im Herbst seltener",
    "Lire aussi : Le bac ne passera plus le dimanche",
    "À lire aussi » Le bac ne passera plus le dimanche",
    "Lea también: El transbordador cambia de horario en otoño",
    "Leia também: A balsa muda de horário no outono",
    "Leggi anche: Il traghetto cambia orario in autunno",
    "Lees ook: Veerboot vaart in het najaar minder vaak",
    "Läs också: Färjan går mer sällan i höst",
    "Les også: Ferga går sjeldnere til høsten",
    "Læs også: Færgen sejler sjældnere til efteråret",
    "Lue myös: Lautta kulkee syksyllä harvemmin",
    "Czytaj też: Prom jesienią będzie kursował rzadziej",
    "Čtěte také: Přívoz bude na podzim jezdit méně často",
    "Citește și: Bacul va circula mai rar în toamnă",
    "Читайте также: Паром осенью будет ходить реже",
    "Читайте також: Пором восени ходитиме рідше",
    "Διαβάστε επίσης: Το πλοίο θα περνά πιο σπάνια",
    "Bunu da okuyun: Vapur sonbaharda daha seyrek kalkacak",
    "Baca juga: Feri akan lebih jarang berlayar",
    "Xem thêm: Phà sẽ chạy ít chuyến hơn vào mùa thu",
    "اقرأ أيضا: العبارة ستبحر أقل في الخريف",
    "यह भी पढ़ें: शरद ऋतु में नौका कम चलेगी",
    "関連記事：フェリー、秋からまた減便へ",
    "관련기사: 가을부터 다시 줄어드는 여객선 운항",
    "延伸阅读：渡轮秋季再次减少班次安排",
    "[관련기사] 가을부터 다시 줄어드는 여객선",
]


def left(text: str) -> str:
    """What stays of a paragraph of which something stays."""
    document = clean(Article((Block(text),)), Fixed(cuts_within(text)), CleanConfig())
    assert not isinstance(document, Rejected)
    return document.text


class Fixed:
    """A labeller that says what it was told of one block."""

    version = "fixed"

    def __init__(self, cuts):
        self.cuts = cuts

    def label(self, article):  # noqa: ARG002
        return [Label(0.9, self.cuts)]

    def label_many(self, articles):
        return [self.label(article) for article in articles]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_at_a_paragraphs_end_goes_with_its_headline(call):
    text = f"{OWN} {call}"
    assert left(text) == OWN
    assert [cut.reason for cut in cuts_within(text)] == [Reason.RELATED_TEASER]


@pytest.mark.parametrize("call", [call for call in CALLS[:27] if not call.endswith("?")])
def test_a_call_at_the_beginning_goes_up_to_its_full_stop(call):
    assert left(f"{call}. {NEXT}") == NEXT


@pytest.mark.parametrize(
    "call",
    [
        "Read also: Is the old pier safe?",
        "Read more: Ferry timetable changes again in autumn.",
        "(Read more: Ferry timetable changes again)",
        "[czytaj więcej]",
        "(Lire aussi : Le bac ne passera plus le dimanche)",
        "(lesen Sie auch: Fähre fährt im Herbst seltener)",
        "【関連記事：フェリー、秋からまた減便へ】",
    ],
)
def test_a_call_between_two_sentences_goes_alone(call):
    assert left(f"{OWN} {call} {NEXT}") == f"{OWN} {NEXT}"


OWN_WORDS = [
    "Read more than one book a week, said the teacher, and the world will look larger by the end of the winter term.",
    "Related articles of clothing were found in the same drawer, and the keeper of the museum has catalogued them all.",
    "You can read more in the report, which the council will publish: it has nine chapters and a map of the harbour.",
    'The note on the door said "Read more: it helps." Nobody in the library took it down for eleven years or so.',
    "“I had a rule. Read more: that was all of it. I still keep it,” said the librarian when the reading room closed.",
    "On the wall she had written what she asked of pupils. Read also: the margins, the footnotes and the price on the back.",
    "Read more: Harbour opens again The mayor said on Tuesday that the gates would stay open until the autumn. They will.",
    "The mayor spoke on Tuesday. Read more: Harbour opens again The gates stay open until autumn. The toll is two pounds.",
    "Il faut lire aussi les notes de bas de page, disait le vieux maître : elles cachent les meilleures histoires du livre.",
    "Lesen Sie auch die Fußnoten, sagte die Lehrerin: Dort stehen die besten Geschichten, und keiner schaut jemals hin.",
    "Он советовал: читайте также сноски. В них, говорил учитель, спрятаны лучшие истории, которых никто не замечает.",
    "Watch: the heron stands on one leg for an hour. Then it strikes, and the whole pond knows that breakfast is over.",
    "More information: the office is open from nine to four. Telephone 555 0142, or ask at the desk in the entrance hall.",
    "The picture (a photo of his brother) hung over the stove, and nobody was allowed to move it before the spring came.",
    "市は時刻表を承認した。関連記事は新聞に載った。市長は月曜日にこのことを明らかにし、詳細は来月発表すると述べた。",
]


@pytest.mark.parametrize("text", OWN_WORDS)
def test_a_sentence_that_only_looks_like_a_call_stays(text):
    assert cuts_within(text) == ()
    assert NEXT in left(f"{text} {NEXT}")


def test_a_whole_line_that_is_a_call_is_for_the_model_to_judge():
    assert (
        asides_of("Read more: I tried sixteen recipes this year. These are the five that I will make again in the new one.") == ()
    )
    assert asides_of(CALLS[0]) == ()


def test_a_pictures_credit_in_brackets_goes_from_mid_paragraph():
    text = f"{OWN} (Photo: Ada Quill/Harbour News) {NEXT}"
    assert [cut.reason for cut in cuts_within(text)] == [Reason.CREDIT]
    assert left(text) == f"{OWN} {NEXT}"


def test_a_credit_before_a_call_goes_with_it():
    text = f"{OWN} (dpa) Lesen Sie auch: Fähre fährt im Herbst seltener"
    assert [cut.reason for cut in cuts_within(text)] == [Reason.CREDIT, Reason.RELATED_TEASER]
    assert left(text) == OWN


def test_a_paragraph_is_judged_without_its_calls():
    assert without_calls(Block(f"{OWN} {CALLS[0]}", link_chars=40)) == Block(OWN)
    assert without_calls(Block(OWN, link_chars=7)) == Block(OWN, link_chars=7)


def test_the_engine_cuts_a_call_out_of_a_paragraph_and_keeps_the_rest(labeller, article_of):
    lines = ["Saltmarsh Cross changes its ferry timetable after a long debate", f"{OWN} {CALLS[0]}", NEXT, f"{OWN[:-1]} again."]
    article = article_of(lines)
    document = clean(article, labeller, CleanConfig())
    assert not isinstance(document, Rejected)
    assert document.text == "\n\n".join([OWN, *lines[2:]])
    assert [(cut.reason, document.source_text[cut.start : cut.end]) for cut in document.removals] == [
        ("related-teaser", f" {CALLS[0]}")
    ]


PIECES = st.sampled_from(
    [OWN, NEXT, *CALLS, *OWN_WORDS, "(Photo: Ada Quill/Harbour News)", "(dpa)", "— Reuters", '"', "“", " ", "."]
)


@given(st.lists(PIECES | st.text(max_size=9), max_size=6).map(" ".join))
def test_cuts_lie_in_order_within_the_text_and_leave_some_of_it(text):
    at = 0
    for cut in cuts_within(text):
        assert at <= cut.start < cut.end <= len(text)
        at = cut.end
    assert slice_block(Block(text), Label(0.9, cuts_within(text))).kept or not text.strip()


PARTS = st.sampled_from(
    [*(f"{call}." for call in CALLS if call[-1].isalpha()), "[czytaj więcej]", "(Photo: Ada Quill/Harbour News)"]
)


@given(st.lists(PARTS, max_size=2), st.lists(PARTS, max_size=2), st.sampled_from(["", "(dpa)", CALLS[0]]))
def test_what_is_left_of_a_paragraph_has_nothing_to_cut(first, second, last):
    text = " ".join([*first, OWN, *second, NEXT, last]).strip()
    kept = slice_block(Block(text), Label(0.9, cuts_within(text))).kept
    assert cuts_within(kept) == ()
    assert kept.endswith(NEXT)
