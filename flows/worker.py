"""`python -m flows.worker`: the child of `winnow up` that registers what can be run, and runs it.

wait for the server → pool → clear up after a killed service → deployments → work
"""

import asyncio
import logging
import os
from pathlib import Path

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.workers.process import ProcessWorker

from flows import mortal
from flows.deployments import POOL, register
from flows.recovery import recover
from flows.settings import settings_in_force

log = logging.getLogger(__name__)

NAME = "winnow"
RUNS_AT_ONCE = 4
"""Flow runs beside each other; each has a worker process per core of its own."""
SERVER_WITHIN_S = 170


def main() -> None:
    """Works until it is killed."""
    os.environ[mortal.PARENT] = str(os.getpid())
    asyncio.run(_work())


async def _work() -> None:
    async with get_client() as client:
        await _wait_for_server(client)
        await _ensure_pool(client)
        await recover(client, POOL)
        await register(client, settings_in_force(), working_dir=str(Path.cwd()))
    worker = ProcessWorker(work_pool_name=POOL, name=NAME, limit=RUNS_AT_ONCE)
    await worker.start(printer=lambda _line: Path(os.environ["WINNOW_READY"]).touch())


async def _wait_for_server(client: PrefectClient) -> None:
    async with asyncio.timeout(SERVER_WITHIN_S):
        while await client.api_healthcheck() is not None:
            await asyncio.sleep(0.3)


async def _ensure_pool(client: PrefectClient) -> None:
    try:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
    except ObjectAlreadyExists:
        log.debug("the pool exists")


if __name__ == "__main__":
    main()
