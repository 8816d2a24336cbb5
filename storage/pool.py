"""Many small questions to a store, asked at once where the answers take a while."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

ABREAST = 16
"""Requests at a time: a store answers each after some milliseconds, and a connection to it takes no more."""
SOON_S = 0.0015
"""An answer that comes within this is from a directory, and small: starting threads for more of them would take longer."""


def abreast(ask: Callable[[Asked], Answer], of: Iterable[Asked]) -> list[Answer]:
    """The answers, in order. Raises: what the first of them raises."""
    left, answers, is_soon = list(of), list[Answer](), True
    while left and (is_soon or len(left) == 1):
        began = time.perf_counter()
        answers.append(ask(left.pop(0)))
        is_soon = time.perf_counter() - began < SOON_S
    if not left:
        return answers
    with ThreadPoolExecutor(min(ABREAST, len(left))) as pool:
        return answers + list(pool.map(ask, left))
