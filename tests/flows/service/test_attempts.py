"""What a flow tries again, and what it tells at once."""

import asyncio

import pytest
from prefect.states import exception_to_failed_state

from flows.attempts import is_transient
from storage.errors import AccessError, DamagedError, NotACorpusError, StoreUnavailableError


@pytest.mark.parametrize(
    ("error", "is_tried_again"),
    [
        (StoreUnavailableError("no connection"), True),
        (AccessError("there is no such bucket"), False),
        (NotACorpusError("something else stands there"), False),
        (DamagedError("not the bytes that the log names"), False),
        (ValueError("a fault of ours"), False),
    ],
)
def test_only_what_may_pass_by_itself_is_tried_again(error: Exception, is_tried_again: bool) -> None:
    state = asyncio.run(exception_to_failed_state(error))
    assert is_transient(None, None, state) is is_tried_again  # type: ignore[arg-type]
