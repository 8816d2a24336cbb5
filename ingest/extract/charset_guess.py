"""Guessing a charset that nothing names: charset-normalizer for the script, alphabets to tell Western charsets apart."""

import re

from charset_normalizer import from_bytes

from ingest.extract.mojibake import is_mojibake

CANDIDATES = [
    *("cp1251", "cp1253", "cp1255", "cp1256", "cp874", "koi8_r", "koi8_u", "cp866", "iso8859_5", "iso8859_7", "mac_cyrillic"),
    *("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"),
]
MULTI_BYTE = ("euc_jp", "cp932", "cp949", "gb18030", "big5hkscs")
LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859_2", "cp1258", "mac_roman")
"""In the order in which they are believed where they fit alike."""
LATIN_RUN = 1.6
"""Bytes outside ASCII that follow each other, on average: 1.1 in Latin script, above 2 in all others."""
RARE = {"cp1258": 0.9, "mac_roman": 0.9}
"""What a fit counts for in charsets that are hardly met."""
SAMPLE = 1 << 13
HEAD = 1 << 18

ALPHABETS = (
    *("äöüß", "éèàùçâêîôûëïüœæ", "áéíóúñü¿¡", "ãõáéíóúâêôàç", "àèéìòùî", "åäöé", "æøåéó", "áðéíóúýþæö", "éëïöü"),
    *("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž", "çëé", "àçéèíïóòúü·"),
    *("çğıöşüâîİ", "āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž", "àáâãèéêìíòóôõùúýăđĩũơưạ"),
)
"""Letters outside ASCII of languages that are written in Latin script."""
_KNOWN = tuple(frozenset(letters + letters.upper()) for letters in ALPHABETS)
_TYPOGRAPHY = frozenset("\xa0\xad–—‘’‚“”„•…«»‹›€£§©®°·´")
_TAG = re.compile(rb"<[^<>]*>")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_LATIN_FOREIGN = re.compile("[^\x00-\x7f]")


def guess(data: bytes, *, is_html: bool) -> str | None:
    """The codec that fits a bounded sample of the bytes best; null where none does."""
    sample = _sample(data, is_html=is_html)
    runs = _HIGH_RUN.findall(sample)
    if sum(map(len, runs)) <= LATIN_RUN * len(runs):
        return max(LATIN, key=lambda codec: _fit(sample, codec))
    best = from_bytes(sample, cp_isolation=CANDIDATES, preemptive_behaviour=False, enable_fallback=False).best()
    if best and not is_mojibake(str(best)):
        return best.encoding
    return next((codec for codec in MULTI_BYTE if _reads_clean(sample, codec)), best.encoding if best else None)


def _fit(sample: bytes, codec: str) -> float:
    """How many of the characters outside ASCII are letters of one language or typography."""
    foreign = _LATIN_FOREIGN.findall(sample.decode(codec, "replace"))
    typographic = sum(character in _TYPOGRAPHY for character in foreign)
    fit = typographic + max(sum(character in letters for character in foreign) for letters in _KNOWN)
    return fit * RARE.get(codec, 1.0)


def _reads_clean(sample: bytes, codec: str) -> bool:
    try:
        return not is_mojibake(sample.decode(codec))
    except UnicodeDecodeError:
        return False


def _sample(data: bytes, *, is_html: bool) -> bytes:
    """Lines that hold bytes outside ASCII, cut at an ASCII character that cannot be half of another."""
    head = data[:HEAD]
    if is_html:
        head = _TAG.sub(b"\n", head)
    text = b"\n".join(line for line in head.split(b"\n") if not line.isascii()) + b"\n"
    if len(text) <= SAMPLE:
        return text
    cut = max(text.rfind(end, 0, SAMPLE) for end in (b"\n", b" ", b","))
    return text[: cut if cut > 0 else SAMPLE]
