"""Telling text that was decoded with a wrong charset, or damaged so before it came to us.

Thresholds are between what 6,321 texts in 75 languages show (nothing, or a tenth of the threshold) and what the same texts show
when decoded wrongly.
"""

import re

SAMPLE = 1 << 17
"""Characters looked at."""

_LITERALS = re.compile("â€[™œ˜“]|ï»¿|ï¿½|ďż˝|п»ї|锟斤拷|Ð¾|Ñ€")
"""What UTF-8's quotation marks, byte order mark and replacement character become in cp1252, cp1250, cp1251 and GBK."""
MIN_LITERALS = 2

SINGLE_BYTE = {
    "latin-1": 0.25,
    "cp1252": 0.25,
    "cp1250": 0.25,
    "cp1251": 0.25,
    "cp1253": 0.25,
    "cp1254": 0.25,
    "cp1255": 0.25,
    "cp1256": 0.4,
    "cp1257": 0.25,
    "cp874": 0.8,
    "koi8_r": 0.25,
    "mac_roman": 0.5,
    "cp437": 0.5,
    "cp866": 0.6,
}
"""Share of a text's high bytes in this charset that must form UTF-8; by chance .02, in Urdu .2 (cp1256), in Thai .6 (cp874)."""
MULTI_BYTE = ("gb18030", "cp932", "cp949", "big5hkscs")
MULTI_BYTE_SHARE = 0.85
MIN_SEQUENCES = 3
_UTF8 = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})")
_HIGH = re.compile(rb"[\x80-\xff]+")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\ue000-\uf8ff\uff61-\uff9f]+")

_WESTERN_RUN = re.compile("[\x80-\xff€‚ƒ„†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{4,}")
"""Western words mix accented letters with ASCII ones; Cyrillic, Greek, Thai or Korean read as cp1252 does not."""
_SWAPPED_CASE = re.compile(r"\b[а-яё][А-ЯЁ]{2,}\b")
"""КОИ-8 and cp1251 hold their cases the other way round."""
_BOXED = re.compile(r"[^\W\d_][\u2500-\u25a0√№]|[\u2500-\u25a0√][^\W\d_]")
_SYMBOL_IN_WORD = re.compile(r"[^\W\d_][¡¢£¤¥¦±¶¹²³¼½¾¿][^\W\d_]")
"""Polish and other Central European letters of cp1250 read as cp1252."""
_BOX, _SYMBOL = re.compile(r"[\u2500-\u25a0√№]"), re.compile(r"[¡¢£¤¥¦±¶¹²³¼½¾¿]")
"""What the patterns above need: most texts have too few, and are not searched letter by letter."""
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_HAN = re.compile("[\u4e00-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")
_COMMONEST_HAN = frozenset("的一是不了在人有我他这這中大来來上个個国國年日")
_QUESTIONS = re.compile(r"\?{3,}")


def is_mojibake(text: str) -> bool:
    """Whether the text looks as if a wrong charset had been used; silent on clean text in any language."""
    text = text[:SAMPLE]
    foreign = " ".join(_FOREIGN.findall(text))
    if not foreign:
        return _is_question_marks(text)
    return (
        len(_LITERALS.findall(foreign)) >= MIN_LITERALS
        or _is_utf8_misread(foreign)
        or _is_read_as_western(foreign)
        or (len(_SWAPPED_CASE.findall(foreign)) >= 2 and len(_SWAPPED_CASE.findall(text)) >= 2)
        or (len(_BOX.findall(foreign)) >= 3 and len(_BOXED.findall(text)) >= 3)
        or (len(_SYMBOL.findall(foreign)) >= 3 and len(_SYMBOL_IN_WORD.findall(text)) >= 3)
        or foreign.count("\ufffd") >= max(3, 0.1 * len(foreign))
        or _is_wrong_cjk(foreign)
        or _is_question_marks(text)
    )


def _is_utf8_misread(foreign: str) -> bool:
    if any(_utf8_share(foreign, codec) >= share for codec, share in SINGLE_BYTE.items()):
        return True
    cjk = " ".join(_CJK.findall(foreign))
    return any(_utf8_share(cjk, codec) >= MULTI_BYTE_SHARE for codec in MULTI_BYTE)


def _utf8_share(foreign: str, codec: str) -> float:
    """Share of the high bytes that form UTF-8 sequences once the text is written in the charset that may have been used."""
    data = foreign.encode(codec, "ignore")
    sequences = _UTF8.findall(data)
    if len(sequences) < MIN_SEQUENCES:
        return 0.0
    return sum(map(len, sequences)) / sum(map(len, _HIGH.findall(data)))


def _is_read_as_western(foreign: str) -> bool:
    runs = [run for run in _WESTERN_RUN.findall(foreign) if sum("À" <= character <= "ÿ" for character in run) >= 2]
    return len(runs) >= 3 and sum(map(len, runs)) >= 0.3 * len(foreign.replace(" ", ""))


def _is_wrong_cjk(foreign: str) -> bool:
    size = len(foreign)
    if len(_HALF_WIDTH.findall(foreign)) >= max(10, 0.3 * size):
        return True
    han = _HAN.findall(foreign)
    if len(han) < 50 or len(_KANA.findall(foreign)) > 0.05 * size or len(han) < 0.3 * size:
        return False
    return _share_of_common(han) < 0.6 or sum(character in _COMMONEST_HAN for character in han) < 0.02 * len(han)


def _share_of_common(han: list[str]) -> float:
    """Share of everyday characters, level 1 of the Chinese, Taiwanese or Japanese standard: .97 in clean text."""
    levels = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF))
    text = "".join(han)
    return max(_leading(text.encode(codec, "ignore"), low, high) for codec, low, high in levels) / len(han)


def _leading(data: bytes, low: int, high: int) -> int:
    return sum(low <= byte <= high for byte in data[::2])


def _is_question_marks(text: str) -> bool:
    """Letters that a charset lacked were written as question marks."""
    runs = _QUESTIONS.findall(text)
    return len(runs) >= 5 and sum(map(len, runs)) > 0.3 * len(text)
