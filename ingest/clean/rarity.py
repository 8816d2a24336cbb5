"""How rare a stem is in news at large: what tells a subject from a stop word."""

import zlib
from functools import cache, lru_cache
from pathlib import Path

SLOTS = 1 << 15
STEP = 16
"""The table holds the natural logarithm of paragraphs over paragraphs with the stem, in sixteenths."""
TABLE = Path(__file__).with_name("rarity.bin")


@cache
def _table() -> bytes:
    return TABLE.read_bytes()


def slot(stem: str) -> int:
    """The place of a stem in the table; different stems may share one."""
    return zlib.crc32(stem.encode()) % SLOTS


@lru_cache(maxsize=1 << 17)
def rarity(stem: str) -> float:
    """How rare `stem` is, 0 to about 12; stems of no known text are the rarest."""
    return _table()[slot(stem)] / STEP
