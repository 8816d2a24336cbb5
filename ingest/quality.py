"""The quality rules: which clean documents are worth keeping."""

from dataclasses import dataclass

from ingest.records import Document, Rejected


@dataclass(frozen=True, slots=True)
class QualityConfig:
    """What a document must have to enter the corpus."""

    min_chars: int = 80
    """Fewest characters of clean text, title not counted; Chinese, Japanese and Korean characters count double."""


def accept(document: Document, config: QualityConfig) -> Document | Rejected:
    """The document itself, or why it is not worth keeping."""
    size = sum(1 + (ord(character) >= 0x2E80) for character in document.text[: config.min_chars])
    if size < config.min_chars:
        detail = f"{len(document.text)} characters of clean text are fewer than quality.min_chars = {config.min_chars}"
        return Rejected("quality", "too-short", detail)
    return document
