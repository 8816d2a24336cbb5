"""What stands inside a paragraph and is none of its text: calls to other articles, and credits of pictures."""

# ruff: noqa: E501, SIM905 (some languages a line)

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest

import re2

from ingest.clean.agencies import trailing_credit
from ingest.clean.apply import slice_block
from ingest.clean.lines import MAX_REMEMBERED, REMEMBERED
from ingest.clean.words import LONE, width, words
from ingest.records import Block, Cut, Label, Reason

CALLS = (
    r"(?:also )?read (?:more|also|next|on|further)|also read|you (?:may|might) also like|related (?:stor(?:y|ies)|articles?|news|coverage|reading)"
    r"|lesen sie (?:auch|mehr|dazu|hier|weiter|hierzu)(?: (?:auch|dazu|mehr|hier|zum thema))?|lies auch|auch interessant|mehr (?:dazu|zum thema|hierzu)|lesetipp|(?:à|a) (?:lire|voir) (?:aussi|également)|à lire|(?:lire|voir|lisez) (?:aussi|également)|lire la suite|sur le même sujet"
    r"|le[ae] (?:también|además|más)|te puede interesar|le puede interesar|mir[ae] también|ver también|también (?:te puede interesar|lee)|notas? relacionadas?|noticias? relacionadas?|leia (?:também|mais|ainda)|veja também|saiba mais|confira também|leggi anche|guarda anche|vedi anche|potrebbe interessarti(?: anche)?|llegiu també"
    r"|citește (?:și|mai mult)|vezi și|lees (?:ook|meer|verder)|bekijk ook|läs (?:också|mer|även)|les også|les mer|se også|læs (?:også|mere)|lue (?:myös|lisää)|katso myös|lesið einnig"
    r"|(?:prze)?czytaj (?:też|także|również|więcej|dalej)|zobacz (?:też|także|również)|sprawdź też|(?:pře)?čtěte (?:také|též|více)|přečtěte si(?: také)?|(?:pre)?čítajte (?:aj|tiež|viac)|prečítajte si(?: aj| tiež)?|olvass(?:a|on)? el (?:ezt )?is|ezt is olvassa(?: el)?|kapcsolódó cikk(?:ek|ünk)?"
    r"|(?:pro)?čitaj(?:te)? (?:još|i|više)|preberite (?:še|tudi)|прочитајте (?:још|и)|(?:читайте|смотрите) (?:также|ещё|еще)|(?:читайте|дивіться) (?:також|ще)|(?:прочетете|вижте|четете) (?:още|също|и)|διαβάστε (?:επίσης|ακόμη|ακόμα|περισσότερα|και)|δείτε (?:επίσης|ακόμη|ακόμα)"
    r"|(?:bunu|bunları) da okuyun|ayrıca okuyun|ilgili haber(?:ler)?|baca (?:juga|selengkapnya)|lihat juga|simak juga|xem thêm|đọc thêm|soma (?:pia|zaidi)|اقرأ (?:أيضا|أيضًا|أيضاً|المزيد)|شاهد أيضا|طالع أيضا|بیشتر بخوانید|همچنین بخوانید|קראו (?:גם|עוד)|(?:यह|ये) भी पढ़ें|और पढ़ें|আরও পড়ুন|อ่านเพิ่มเติม"
    r"|関連(?:記事|ニュース)|あわせて読みたい|관련\s?(?:기사|뉴스)|함께 읽을 기사|(?:延伸|相关|相關|推荐|推薦)(?:阅读|閱讀|报道|報導|報道|新闻|新聞|文章)"
)
"""How an outlet sends its readers to another article. What may as well begin an article's own sentence ("Watch: …", "Further
reading: …", "More information: …") is not among them."""
OPEN, SHUT, POINTS = "(（[【〔［", ")）\\]】〕］", ":：»>|▶►"
SUSPECT = re2.compile(rf"(?i)(?:{CALLS})\s?[{POINTS}{SHUT}]")
"""Finds most paragraphs without a call in time linear in their text."""
CALL = re.compile(rf"(?:{CALLS})\s?[{POINTS}]+\s?", re.IGNORECASE)
IN_BRACKETS = re.compile(
    rf"[{re.escape(OPEN)}]\s?(?:{CALLS})(?:\s?[{POINTS}]+\s?(?P<headline>[^{re.escape(OPEN)}{SHUT}]{{3,160}})|\s?[>»…▶►]*)\s?[{SHUT}]",
    re.IGNORECASE,
)
PICTURE = re.compile(
    rf"[{re.escape(OPEN)}]\s?(?:photos?|fotos?|image|bild|picture|credit|crédits?(?: photo)?|photo credit|фото|zdj\.|fot\.|写真|사진|图片)\s?[:：/=©]\s?[^{re.escape(OPEN)}{SHUT}]{{2,60}}[{SHUT}]",
    re.IGNORECASE,
)
"""A picture's credit in brackets of its own."""
MARKS = frozenset("►▶»>•→☞▷■●*-–—| \u00a0\u3000")
"""Signs that an outlet sets before a call."""
STOPS = frozenset(".!?…。！？।؟۔")
CLOSING = frozenset("\"'”’“»«)]）】」』")
QUOTES = re.compile(r"[\"“”„«»「」『』]")
STOP = re.compile(r"[.!?…।؟۔]+[\"”’»)\]]*(?=\s|\Z)|[。！？]+[」』）】]*")
SHORT = re.compile(r"(?:\A|[\s(.])(?:[A-ZÀ-ÞА-Я]\w{0,2}|\d+)\Z")
"""What stands before a full stop that ends no sentence: "St.", "U.S.", "No. 5."."""
WIDE = re.compile(rf"[{LONE}]")
MIN_HEADLINE, MAX_HEADLINE, MAX_STOPPED = 10, 160, 90
"""In characters of Latin script; a headline that ends in a full stop must be shorter, for it may hold the next sentence."""
MIN_REST, MIN_PARAGRAPH = 40, 90
"""So much of the paragraph's own must stay, and so much where it begins with a call: the second sentence of a headline is less."""
BEGINNERS = frozenset(
    (
        "the a an in on at he she it they we but this that these those his her its their after when while if as for from there what and so no by with"
        " der die das ein eine er sie es wir im am auf mit nach bei wie für und doch aber den dem seit von zu"
        " le la les un une il elle ils elles on ce cette dans en au aux selon mais pour avec el los las una él ella según pero este esta se por para con"
        " o os as um uma no na em ele ela segundo mas lo i gli nel nella ma secondo per het een hij zij op maar volgens de det den ett han hon på men"
        " в на он она они это но по как для из с w na po to nie jak ale on ona"
    ).split()
)
"""Words with which sentences begin."""


def cuts_within(text: str) -> tuple[Cut, ...]:
    """What goes of a paragraph that stays, in order: asides, and the credit at its end or before a call that ends it."""
    asides = asides_of(text)
    closing = asides[-1].start if asides and asides[-1].end == len(text) else len(text)
    free = max((aside.end for aside in asides if aside.end <= closing), default=0)
    closings: list[Cut] = []
    while (credit := trailing_credit(text[:closing].rstrip())) and credit.start >= free:
        closings.append(credit)
        closing = credit.start
    return tuple(sorted((*asides, *closings), key=lambda cut: cut.start)) if closings else asides


def without_calls(block: Block) -> Block:
    """The block as it would be without its calls to other articles, by which alone it must not be judged."""
    calls = tuple(cut for cut in asides_of(block.text) if cut.reason is Reason.RELATED_TEASER)
    if not calls:
        return block
    kept = slice_block(block, Label(0.0, calls)).kept
    return replace(block, text=kept, link_chars=max(0, block.link_chars - (len(block.text) - len(kept))))


def asides_of(text: str) -> tuple[Cut, ...]:
    """The cuts inside a paragraph, in order; none where they would leave little of it."""
    return _asides_of(text) if len(text) <= MAX_REMEMBERED else _asides_of.__wrapped__(text)


@lru_cache(maxsize=REMEMBERED)
def _asides_of(text: str) -> tuple[Cut, ...]:
    found = [Cut(*match.span(), Reason.CREDIT, 0.95) for match in PICTURE.finditer(text)]
    if SUSPECT.search(text):
        found += [Cut(*span, Reason.RELATED_TEASER, 0.9) for span in (*_bracketed(text), *_called(text))]
    cuts: list[Cut] = []
    for cut in sorted(found, key=lambda cut: (cut.start, -cut.end)):
        if (not cuts or cut.start >= cuts[-1].end) and not _is_quoted(text, cut.start, cut.end):
            cuts.append(cut)
    return tuple(cuts) if cuts and _leaves_paragraph(text, cuts) else ()


def _leaves_paragraph(text: str, cuts: Sequence[Cut]) -> bool:
    kept = slice_block(Block(text), Label(0.0, tuple(cuts))).kept
    if cuts[0].start == 0 and cuts[0].reason is Reason.RELATED_TEASER:
        return width(kept) >= MIN_PARAGRAPH and STOP.search(kept) is not None
    return width(kept) >= MIN_REST


def _bracketed(text: str) -> list[tuple[int, int]]:
    """Calls in brackets; where only the call stands in them, with the headline that ends the paragraph behind it."""
    spans = []
    for match in IN_BRACKETS.finditer(text):
        if match["headline"] and match["headline"][0].islower():
            continue
        end = None if match["headline"] else _headline_end(text, match.end())
        spans.append((match.start(), end if end == len(text) and _begin(text, match.start()) is not None else match.end()))
    return spans


def _called(text: str) -> list[tuple[int, int]]:
    """Calls with a colon or an arrow between two sentences, each with its headline; one may follow another."""
    spans: list[tuple[int, int]] = []
    matches = [match for match in CALL.finditer(text) if not text[match.start()].islower()]
    for match, following in zip_longest(matches, matches[1:]):
        begin = _begin(text, match.start())
        if begin is None and spans and not text[spans[-1][1] : match.start()].strip():
            begin = match.start()
        end = _headline_end(text[: _begin(text, following.start())] if following else text, match.end())
        if begin is not None and end is not None:
            spans.append((begin, end))
    return spans


def _begin(text: str, at: int) -> int | None:
    """Where a call begins with the signs before it; null within a sentence."""
    begin = at
    while begin > 0 and text[begin - 1] in MARKS:
        begin -= 1
    last = begin
    while last > 0 and text[last - 1] in CLOSING:
        last -= 1
    is_apart = last == 0 or text[last - 1] in STOPS or text[begin - 1] in ")]）】"
    return begin if is_apart and not (begin == at > 0 and text[begin - 1] in "\"'“„«") else None


def _headline_end(text: str, at: int) -> int | None:
    """Where the headline behind a call ends; null where it begins small or cannot be told from the article's next sentence."""
    stop = next((found for found in STOP.finditer(text, at) if not _is_short(text[at : found.start()], found[0])), None)
    goes_on = stop is not None and stop[0][0] in "?!？！" and not STOP.search(text, stop.end())
    end = len(text) if stop is None or goes_on else stop.end()
    headline = text[at:end].strip()
    if headline[:1].islower():
        return None
    is_stopped = headline.rstrip('"”’»)]').endswith((".", "。"))
    limit = MAX_STOPPED if is_stopped or end < len(text) else MAX_HEADLINE
    if not MIN_HEADLINE <= width(headline) <= limit:
        return None
    if is_stopped and (WIDE.search(headline) or _holds_sentence(headline)):
        return None
    return end


def _is_short(before: str, stop: str) -> bool:
    return stop == "." and SHORT.search(before) is not None


def _holds_sentence(headline: str) -> bool:
    """Whether a sentence seems to begin within: a small word with a capital in a headline that writes small words small."""
    tokens = words(headline)
    if sum(token[0].isupper() for token in tokens) > 0.7 * len(tokens):
        return True
    return any(
        token[0].isupper() and token.casefold() in BEGINNERS and re.search(rf"[^\W\d_]\s+{token}\b", headline)
        for token in tokens[1:]
    )


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Whether somebody is quoted in whose words the piece stands, or whom it cuts in two."""
    return any(len(QUOTES.findall(CALL.sub("", part))) % 2 for part in (text[:start], text[start:end]))
