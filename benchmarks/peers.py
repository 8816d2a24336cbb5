"""What others do, behind the functions that `score.py` calls."""

import trafilatura
from trafilatura.metadata import extract_metadata


def trafilatura_text(html: bytes, url: str) -> str:  # noqa: ARG001 - the scorer hands both
    """What trafilatura alone keeps, with its defaults but for comments."""
    return trafilatura.extract(html, include_comments=False) or ""


def trafilatura_metadata(html: bytes, url: str) -> dict[str, object]:
    """What trafilatura's own search for metadata finds."""
    found = extract_metadata(html, default_url=url)
    if found is None:
        return {"title": None, "authors": [], "date": None}
    return {"title": found.title, "authors": (found.author or "").split("; "), "date": found.date}


def keep_all(lines: list[str]) -> list[bool]:
    """Nothing is cut."""
    return [True] * len(lines)
