"""How a flow carries out a piece of work: again where the store or the network failed, and with one sentence where it cannot."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from storage.errors import AccessError, StoreUnavailableError

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State, TaskRun
    from prefect.tasks import Task

T = TypeVar("T")

TIMEOUT_S = 24 * 3600
"""Of a whole run: by then nobody waits for it any more."""
RETRIES = 4
FIRST_DELAY_S = 5.0


def is_transient(_task: "Task[..., Any]", _run: "TaskRun", state: "State[Any]") -> bool:
    """Whether trying again can help: the store or the network failed, not credentials, the input, the settings or our code."""
    error = state.data if isinstance(state.data, Exception) else _exception(state)
    return isinstance(error, StoreUnavailableError) and not isinstance(error, AccessError)


def attempt(name: str, work: Callable[[], T]) -> T:
    """The result of the work, as a task of that name."""
    carried_out = task(
        name=name,
        retries=RETRIES,
        retry_delay_seconds=exponential_backoff(FIRST_DELAY_S),
        retry_jitter_factor=0.5,
        retry_condition_fn=is_transient,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(work)
    result: T = carried_out()
    return result


def _exception(state: "State[Any]") -> object:
    return state.result(raise_on_failure=False)
