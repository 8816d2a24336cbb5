"""Words and their stems in any script, for comparing blocks and for counting."""

import re

LONE = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Kana and Han: scripts without spaces whose characters are counted one by one."""
UNSPACED = LONE + r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""The same with Thai, Lao, Burmese and Khmer: scripts compared by pairs of characters."""

WORD = re.compile(rf"[{UNSPACED}]+|[^\W_]+")
WIDE = re.compile(rf"[{LONE}\uac00-\ud7af]")
PAIRED = re.compile(rf"[{UNSPACED}\uac00-\ud7af]")
COUNTED = re.compile(rf"[{LONE}]|(?:(?![{LONE}])[^\W_])+(?:['’-](?:(?![{LONE}])[^\W_])+)*")

STEM_CHARS = 6
"""Letters of a word that count: a crude stem that works in most inflecting languages."""
MAX_CHARS = 20_000
"""A block's text beyond this is not compared: one giant line costs no more than a long article."""


def words(text: str) -> list[str]:
    """The words of `text` in order, as written; runs of an unspaced script are one word."""
    return WORD.findall(text[:MAX_CHARS])


def stems(tokens: list[str]) -> list[str]:
    """What two blocks on one subject share: stems of words, numbers, pairs of characters in Korean and unspaced scripts."""
    found: list[str] = []
    for token in tokens:
        if token.isascii():
            if len(token) > 2 or (len(token) == 2 and token.isdigit()):
                found.append(token if token.isdigit() else token[:STEM_CHARS].lower())
        elif PAIRED.match(token):
            found += [token[k : k + 2] for k in range(len(token) - 1)] or [token]
        elif len(token) > 2:
            found.append(token[:STEM_CHARS].lower())
    return found


def width(text: str) -> int:
    """Length of `text` in characters of Latin script: a character of Chinese, Japanese or Korean says as much as two."""
    return len(text) if text.isascii() else len(text) + len(WIDE.findall(text[:MAX_CHARS]))


def count_words(text: str) -> int:
    """Words of `text`; each character of Han or Kana counts as one word."""
    return sum(1 for _ in COUNTED.finditer(text))
