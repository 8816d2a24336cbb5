"""`python -m flows.engine`: the process of one flow run.

Prefect's own engine, with two things before it: a run whose parameters are wrong ends as Failed with a sentence, where the engine
would crash; and a run that ends as Failed for a known cause leaves no traceback in the log, for nothing unexpected happened.
"""

import logging
import os
import runpy
from importlib import import_module
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import FailedRun
from prefect.logging.loggers import flow_run_logger
from prefect.states import Failed

from flows.parameters import fault

RUN = "PREFECT__FLOW_RUN_ID"
"""Variable by which a worker tells which run it is."""
OURS = "flows."
"""How the entry points of our flows begin."""
LOGGERS = ("prefect.flow_runs", "prefect.engine")
"""Where the engine tells of a run that ended as Failed."""


def main() -> None:
    """Carries out the run that the environment names."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(is_news)
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(UUID(os.environ[RUN]))
        why = _fault(client, run)
        if why is not None:
            flow_run_logger(run).error("%s", why)
            client.set_flow_run_state(run.id, Failed(message=why), force=True)
            return
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


def is_news(record: logging.LogRecord) -> bool:
    """Whether a record says more than that a flow returned Failed, which its state says in a sentence."""
    return not (record.exc_info and record.exc_info[0] is not None and issubclass(record.exc_info[0], FailedRun))


def _fault(client: SyncPrefectClient, run: FlowRun) -> str | None:
    """What is wrong with a run's parameters; null where nothing is, and where the flow is not ours."""
    entrypoint = client.read_deployment(run.deployment_id).entrypoint if run.deployment_id else None
    if entrypoint is None or not entrypoint.startswith(OURS):
        return None
    module, _, name = entrypoint.rpartition(".")
    flow = getattr(import_module(module), name)
    return fault(flow.name, flow.fn, run.parameters) if isinstance(flow, Flow) else None


if __name__ == "__main__":
    main()
