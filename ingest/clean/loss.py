"""Warnings about a cleaned page: that much of it is gone, or that it is no article."""

from collections.abc import Sequence

from ingest.clean.config import CleanConfig
from ingest.records import Article, Flag


def flags_of(article: Article, kept: Sequence[str], config: CleanConfig) -> frozenset[Flag]:
    """The flags that cleaning adds."""
    return frozenset()
