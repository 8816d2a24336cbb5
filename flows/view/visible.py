"""Text of strangers made safe to look at: what acts on its surroundings is spelt out, what piles up is cut short.

Escaping for HTML is the templates' part; the text that comes from here may still hold `<`.
"""

import re
import sys
import unicodedata
from functools import cache

MAX_MARKS = 8
"""Combining marks on one letter that are shown: no script needs more, and a browser lays out a million for minutes."""
MAX_SPELT = 4
"""Characters of one run that are spelt out; the others are counted."""
MAX_CHARS = 200_000
"""Characters of one document that a page shows."""
MAX_BIT_CHARS = 20_000
"""Characters of one piece of text without a line break that a page shows."""

# C0 but tab and line feed, DEL, C1; marks and overrides that reorder what stands beside them; line ends that few know; invisible
# fillers, byte order mark, tags; lone surrogates, private use. Joiners stay: Persian, Indic scripts and emoji need them.
_ACTING = re.compile(
    "(["
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
    "])+"
)


_MARKUP = re.compile(r"[\\`*_{}\[\]()#+\-.!|<>~&]")
"""What Markdown or HTML could take for markup in a stranger's text."""


def plain(text: str) -> str:
    """A stranger's text such that Markdown shows it and does nothing else with it."""
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", " ".join(text.split()))


def visible(text: str, most: int = MAX_BIT_CHARS) -> str:
    """At most `most` characters of the text, with control and direction characters spelt as `⟨U+202E⟩` and piles of marks cut."""
    shown = text[:most]
    if not shown.isascii():
        shown = _piles().sub(_cut_pile, shown)
    shown = _ACTING.sub(_spell, shown)
    left = len(text) - most
    return f"{shown}⟨{left:,} more characters⟩" if left > 0 else shown


def _spell(match: re.Match[str]) -> str:
    run = match[0]
    spelt = "".join(f"⟨U+{ord(char):04X}⟩" for char in run[:MAX_SPELT])
    return f"{spelt}⟨{len(run) - MAX_SPELT:,} more⟩" if len(run) > MAX_SPELT else spelt


def _cut_pile(match: re.Match[str]) -> str:
    return f"{match[1]}⟨{len(match[2]):,} more marks⟩"


@cache
def _piles() -> re.Pattern[str]:
    """Matches more than MAX_MARKS combining marks in a row: those that stay, then the others."""
    marks = f"[{''.join(_ranges())}]"
    return re.compile(f"({marks}{{{MAX_MARKS}}})({marks}+)")


def _ranges() -> list[str]:
    """The combining marks of Unicode, as the inside of a character class."""
    found: list[list[int]] = []
    for code in range(0x300, sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in {"Mn", "Me"}:
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return [f"\\U{first:08x}-\\U{last:08x}" for first, last in found]
