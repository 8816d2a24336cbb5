"""Small answers from many objects, soon: asked at once, where one after the other would add up their delays."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

ABREAST = 16
"""Requests at a time: a store answers each after some milliseconds, and a connection to it takes no more."""


def abreast(ask: Callable[[Asked], Answer], of: Iterable[Asked]) -> list[Answer]:
    """The answers, in order. Raises: what the first of them raises."""
    questions = list(of)
    if len(questions) < 2:
        return [ask(question) for question in questions]
    with ThreadPoolExecutor(min(ABREAST, len(questions))) as pool:
        return list(pool.map(ask, questions))
