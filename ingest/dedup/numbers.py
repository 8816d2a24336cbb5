"""Numbers of a text in their context: how issues of a series differ from copies of one story."""

import unicodedata
from collections.abc import Sequence

from xxhash import xxh3_64_intdigest

from ingest.dedup.shingles import WIDTH

Contexts = dict[int, frozenset[int]]
"""Hash of a masked shingle → hashes of the numbers that stand in it."""

_MASK = "#"
_HAN_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2, "壱": 1, "弐": 2, "参": 3}
_HAN_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_HAN = frozenset(_HAN_DIGITS) | frozenset(_HAN_POWERS)
# A single Han numeral is a number only before one of these: in "一些" or "三菱" it is part of a word.
_COUNTERS = frozenset("年月日号號时時分秒点點元円圆名歳岁周週回期次件")
_MONTH_NAMES = """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    januar jänner februar märz mai juni juli oktober dezember
    janvier février mars avril juin juillet août septembre octobre novembre décembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
    janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
    januari februari maart mei augustus maj augusti
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
"""
_MONTHS = frozenset(_MONTH_NAMES.split())


def masked_contexts(tokens: Sequence[str]) -> Contexts:
    """5-shingles that hold a number, with the number masked, each with the numbers that stand there."""
    words, values = _mask(tokens)
    found: dict[int, set[int]] = {}
    holes = [i for i, value in enumerate(values) if value]
    starts = sorted({s for i in holes for s in range(max(0, i - WIDTH + 1), min(i, len(words) - WIDTH) + 1)})
    for start in starts:
        context = xxh3_64_intdigest(" ".join(words[start : start + WIDTH]).encode())
        found.setdefault(context, set()).add(xxh3_64_intdigest(",".join(values[start : start + WIDTH]).encode()))
    return {context: frozenset(standing) for context, standing in found.items()}


def conflicts(a: Contexts, b: Contexts) -> tuple[int, int]:
    """How many masked shingles the two share, and in how many of them no number agrees."""
    shared = a.keys() & b.keys()
    return len(shared), sum(1 for context in shared if a[context].isdisjoint(b[context]))


def _mask(tokens: Sequence[str]) -> tuple[list[str], list[str]]:
    """Tokens with each run of numbers as one mask, and in step with them the numbers, empty for words."""
    words: list[str] = []
    values: list[str] = []
    i = 0
    while i < len(tokens):
        end = _number_end(tokens, i)
        words.append(_MASK if end > i else tokens[i])
        values.append(_value(tokens[i:end]) if end > i else "")
        i = max(end, i + 1)
    return words, values


def _number_end(tokens: Sequence[str], start: int) -> int:
    """Where the number that begins here ends; `start` where none does."""
    end = start
    while end < len(tokens) and (tokens[end] in _MONTHS or any(c.isdecimal() for c in tokens[end])):
        end += 1
    if end > start:
        return _han_end(tokens, end)
    end = _han_end(tokens, start)
    is_number = end - start > 1 or (end > start and end < len(tokens) and tokens[end] in _COUNTERS)
    return end if is_number else start


def _han_end(tokens: Sequence[str], start: int) -> int:
    """Where the run of Han numerals that begins here ends."""
    end = start
    while end < len(tokens) and tokens[end] in _HAN:
        end += 1
    return end


def _value(tokens: Sequence[str]) -> str:
    """A number in one spelling for all digits: ٣, 三 and 3 are the same."""
    if all(token in _HAN for token in tokens):
        return str(_han_value(tokens))
    return " ".join("".join(str(unicodedata.decimal(c, c)) for c in token) for token in tokens)


def _han_value(numerals: Sequence[str]) -> int:
    """The value of Han numerals, written with powers (三百五) or digit by digit (二〇二五)."""
    if all(n in _HAN_DIGITS for n in numerals):
        return int("".join(str(_HAN_DIGITS[n]) for n in numerals))
    total = section = digit = 0
    for numeral in numerals:
        power = _HAN_POWERS.get(numeral)
        if power is None:
            digit = _HAN_DIGITS[numeral]
        elif power >= 10**4:
            total, section, digit = total + (section + digit or 1) * power, 0, 0
        else:
            section, digit = section + (digit or 1) * power, 0
    return total + section + digit
