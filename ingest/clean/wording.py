"""How much a line sounds like an article: a linear model over hashed words, pairs and threes of words, in all languages at once.

Buckets hold no words, and different phrases may share one; the trees weigh the verdict beside everything else.
"""

import re
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ingest.clean.words import PAIRED, UNSPACED

BITS = 19
BUCKETS = 1 << BITS
TOKEN = re.compile(rf"[{UNSPACED}\uac00-\ud7af]|[^\W\d_{UNSPACED}\uac00-\ud7af]+|\d+|[^\w\s]")
"""A character of a script without spaces, a word, a number, a sign."""
HEAD_CHARS, TAIL_CHARS = 160, 120
"""Of a longer line beginning and end are read."""
STEM = 5
SHORT, MIDDLE = 40, 120
PAIR, THREE, STEMMED, SIZED, SIZED_PAIR, OPENS, OPENS_TWO, CLOSES, WHOLE = (
    np.uint32(0x9E3779B1 * k & 0xFFFFFFFF) for k in range(1, 10)
)
"""What keeps the kinds of features apart."""
MIX, MIX_TWO = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)

Hashes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Features:
    """The features of some lines: a line for every time that it shows one."""

    lines: NDArray[np.int32]
    """Which line."""
    hashes: Hashes
    """Of the feature; its last bits are the bucket that it falls into."""
    count: int
    """Lines."""

    @property
    def scale(self) -> NDArray[np.float64]:
        """What each line's features are multiplied with: long lines are not louder."""
        return 1 / np.sqrt(np.maximum(1, np.bincount(self.lines, minlength=self.count)))


@dataclass(frozen=True, slots=True)
class Wording:
    """The model."""

    weights: NDArray[np.float16]
    """One per bucket; their number is a power of two."""
    bias: float

    def verdicts(self, features: Features) -> NDArray[np.float32]:
        """Log-odds of each line's being the article's own by its words alone."""
        buckets = features.hashes & np.uint32(len(self.weights) - 1)
        sums = np.bincount(features.lines, self.weights[buckets], features.count)
        return (sums * features.scale + self.bias).astype(np.float32)


def features_of(texts: Sequence[str]) -> Features:
    """The features of a page's lines: words, pairs, threes, how each line begins and ends."""
    read = [_read(_folded(text)) for text in texts]
    lengths = np.array([each.count for each in read], np.int64)
    hashed = np.frombuffer(b"".join([each.hashes for each in read]), np.uint32).reshape(-1, 2)
    one, stem = hashed[:, 0], hashed[:, 1]
    line = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    ends = np.cumsum(lengths)
    left = np.repeat(ends, lengths) - np.arange(len(line))
    # Tokens of its line from each on, itself included.
    size = np.digitize([len(text) for text in texts], (SHORT, MIDDLE)).astype(np.uint32)
    two = _mixed(one[:-1], one[1:]) if len(one) else one
    three = _mixed(two[:-1], one[2:])
    first, second = left == np.repeat(lengths, lengths), left[:-1] > 1
    opens = first[:-1] & second
    parts = [
        (line, one),
        (line, stem ^ STEMMED),
        (line, _mixed(one, size[line]) ^ SIZED),
        (line[:-1][second], two[second] ^ PAIR),
        (line[:-1][second], _mixed(two[second], size[line[:-1][second]]) ^ SIZED_PAIR),
        (line[:-2][left[:-2] > 2], three[left[:-2] > 2] ^ THREE),
        (line[first], one[first] ^ OPENS),
        (line[:-1][opens], two[opens] ^ OPENS_TWO),
        (line[left <= 2], one[left <= 2] ^ CLOSES),
        _whole(texts, read),
    ]
    return Features(np.concatenate([part[0] for part in parts]), _spread(np.concatenate([part[1] for part in parts])), len(texts))


def _whole(texts: Sequence[str], read: Sequence["_Tokens"]) -> tuple[NDArray[np.int32], Hashes]:
    """Short lines as they stand."""
    lines = [index for index, text in enumerate(texts) if read[index].count and len(text) < 2 * SHORT]
    return np.array(lines, np.int32), np.array([read[index].whole for index in lines], np.uint32) ^ WHOLE


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The tokens of a line."""

    count: int
    whole: int
    """Hash of all together."""
    hashes: bytes
    """Two a token, of 32 bits each: of the whole word and of its beginning."""


def _folded(text: str) -> str:
    folded = text.casefold()
    return folded if len(folded) <= HEAD_CHARS + TAIL_CHARS else f"{folded[:HEAD_CHARS]} … {folded[-TAIL_CHARS:]}"


@lru_cache(maxsize=1024)
def _read(folded: str) -> _Tokens:
    tokens = [f"#{len(token)}" if token.isdigit() else token for token in TOKEN.findall(folded)]
    hashes = array("I", [half for token in tokens for half in _hash(token)])
    return _Tokens(len(tokens), zlib.crc32(" ".join(tokens).encode()), hashes.tobytes())


@lru_cache(maxsize=1 << 17)
def _hash(word: str) -> tuple[int, int]:
    """Of a word and of its beginning."""
    return zlib.crc32(word.encode()), zlib.crc32((word if PAIRED.match(word) else word[:STEM]).encode())


def _mixed(one: Hashes, other: Hashes) -> Hashes:
    return (one * MIX) ^ ((other + np.uint32(1)) * MIX_TWO)


def _spread(hashes: Hashes) -> Hashes:
    mixed = (hashes ^ (hashes >> np.uint32(15))) * MIX_TWO
    return mixed ^ (mixed >> np.uint32(13))
