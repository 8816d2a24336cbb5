"""Canonical tokens of a text in any script, and the hashes of its word 5-shingles."""

import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import xxhash

Hashes = npt.NDArray[np.uint32]

WIDTH = 5
"""Tokens in one shingle."""
_PIECE = 1 << 18
"""Characters that are normalised at once: bounds memory on texts of many megabytes."""
# Scripts written without spaces: each character is a token.
_UNSPACED = (
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2FFFF),
    (0x0E00, 0x0E7F),  # Thai
    (0x0E80, 0x0EFF),  # Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
)
_ASCII_TOKEN = re.compile(r"[a-z0-9]+")
"""What tokens are in ASCII."""
_LAST = 0x323AF
"""The last code point that Unicode 15 assigns to a letter."""


def canonical(text: str) -> bytes:
    """The text's tokens in UTF-8, joined by one space; case, width, spacing and punctuation leave no trace."""
    return b" ".join(piece for piece in _canonical_pieces(text) if piece)


def shingle_hashes(text: str) -> Hashes:
    """Distinct xxh32 hashes of the text's shingles, ascending."""
    found = []
    carry = b""
    for piece in _canonical_pieces(text):
        carry = carry + b" " + piece if carry and piece else carry or piece
        if carry.count(b" ") >= WIDTH - 1:
            found.append(ordered_hashes(carry))
            carry = b" ".join(carry.rsplit(b" ", WIDTH - 1)[1:])
    return np.unique(np.concatenate(found) if found else ordered_hashes(carry))


def ordered_hashes(tokens: bytes) -> Hashes:
    """xxh32 hashes of the shingles of canonical tokens, in order; fewer than five tokens make one shingle, none make none."""
    if not tokens:
        return np.empty(0, np.uint32)
    spaces = np.flatnonzero(np.frombuffer(tokens, np.uint8) == 0x20)
    if spaces.size < WIDTH - 1:
        return np.array([xxhash.xxh32_intdigest(tokens)], np.uint32)
    starts = [0, *(spaces[: spaces.size - WIDTH + 1] + 1).tolist()]
    ends = [*spaces[WIDTH - 1 :].tolist(), len(tokens)]
    digest = xxhash.xxh32_intdigest
    return np.fromiter((digest(tokens[a:b]) for a, b in zip(starts, ends, strict=True)), np.uint32, len(starts))


def _canonical_pieces(text: str) -> Iterator[bytes]:
    """The canonical tokens of one piece of the text after another."""
    for piece in _pieces(text):
        if piece.isascii():
            yield " ".join(_ASCII_TOKEN.findall(piece.lower())).encode()
        else:
            yield " ".join(unicodedata.normalize("NFKC", piece).casefold().translate(_SPACED).split()).encode()


def _pieces(text: str) -> Iterator[str]:
    """The text cut before white space, where neither tokens nor composed characters can be torn; hard where it has none."""
    start = 0
    while len(text) - start > _PIECE:
        gap = re.compile(r"\s").search(text, start + _PIECE, start + 2 * _PIECE)
        end = gap.start() if gap else start + _PIECE
        yield text[start:end]
        start = end
    yield text[start:]


class _Spaced(dict[int, str]):
    """What tokens are made of for each character, for `str.translate`: itself, with space round it where it is a token alone.

    All else is space, lone surrogates too, so that no token holds one. A pattern of all scripts takes four times as long.
    """

    def __missing__(self, cp: int) -> str:
        token = chr(cp) if cp <= _LAST and _is_word(cp) else " "
        self[cp] = spaced = f" {token} " if any(low <= cp <= high for low, high in _UNSPACED) else token
        return spaced


_SPACED = _Spaced()


def _is_word(cp: int) -> bool:
    """Whether a code point is a letter, a digit or a mark."""
    return unicodedata.category(chr(cp))[0] in "LNM"
