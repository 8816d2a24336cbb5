"""What others do, behind the functions that `score.py` calls."""

import trafilatura


def trafilatura_text(html: bytes, url: str) -> str:  # noqa: ARG001 - the scorer hands both
    """What trafilatura alone keeps, with its defaults but for comments."""
    return trafilatura.extract(html, include_comments=False) or ""


def keep_all(lines: list[str]) -> list[bool]:
    """Nothing is cut."""
    return [True] * len(lines)
