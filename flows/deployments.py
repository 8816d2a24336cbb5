"""What can be run from the browser and by schedule: one deployment for each flow, and one for each source of the settings.

`python -m flows.deployments` registers them on the server that PREFECT_API_URL names; `winnow up` does so at every start.
"""

import asyncio
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.utilities.callables import parameter_schema

from flows import choices, mortal
from flows.ingest_articles import ingest_articles, ingest_source
from flows.lists import Lists, lists_of
from flows.maintain import maintain_corpus
from flows.release import release_corpus
from flows.reprocess import reprocess_apply, reprocess_preview
from flows.runs.settings import Settings
from flows.runs.sources import SourceConfig
from flows.settings import settings_in_force

POOL = "winnow"
TAG = "winnow"
"""Marks the deployments that are ours to renew and remove."""
PAGE = 200
"""Deployments that the API gives at a time."""
OVERLAP = {"skip": ConcurrencyLimitStrategy.CANCEL_NEW, "wait": ConcurrencyLimitStrategy.ENQUEUE}
ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)
"""What intervals are counted from, so that a restart does not shift them."""
START_WITHIN_S = 600
"""How long a run may take to start before its place in the source's queue is given to another."""
NIGHTLY = DeploymentScheduleCreate(slug="nightly", schedule=CronSchedule(cron="30 3 * * *", timezone="UTC"))


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be run."""

    flow: Flow[..., Any]
    name: str
    schedule: DeploymentScheduleCreate | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    overlap: ConcurrencyLimitStrategy | None = None
    """What a run does while another of the same deployment is at work; null: it runs beside it."""

    @property
    def entrypoint(self) -> str:
        """Where a worker that has winnow installed finds the flow."""
        return f"{self.flow.fn.__module__}.{self.flow.fn.__name__}"

    def schema(self, lists: Lists) -> dict[str, Any]:
        """The form: parameters with their limits, and lists to choose from; a parameter that is given can be nothing else."""
        found: dict[str, Any] = parameter_schema(self.flow).model_dump()
        for name, parameter in found["properties"].items():
            parameter["title"] = name.replace("_", " ").capitalize()
        for name, value in self.parameters.items():
            found["properties"][name] |= {"enum": [value], "default": value}
        return choices.offered(found, self.flow.name, lists)


def offers(settings: Settings) -> Iterator[Offer]:
    """Everything that can be run under these settings."""
    yield Offer(ingest_articles, "ingest")
    yield Offer(reprocess_preview, "reprocess-preview")
    yield Offer(reprocess_apply, "reprocess-apply", overlap=ConcurrencyLimitStrategy.ENQUEUE)
    yield Offer(release_corpus, "release", overlap=ConcurrencyLimitStrategy.ENQUEUE)
    yield Offer(maintain_corpus, "maintain", NIGHTLY, overlap=ConcurrencyLimitStrategy.CANCEL_NEW)
    for source in settings.source:
        yield Offer(ingest_source, source.slug, _schedule(source), {"source": source.slug}, OVERLAP[source.overlap])


async def register(client: PrefectClient, settings: Settings, *, working_dir: str) -> None:
    """Makes or renews every deployment, and removes those of sources that the settings no longer have.

    What a person paused stays paused, schedules and whole deployments.
    """
    wanted = list(offers(settings))
    lists = lists_of(settings.corpus.location)
    for offer in wanted:
        await _register(client, offer, lists, working_dir)
    names = {(offer.flow.name, offer.name) for offer in wanted}
    for deployment in await _ours(client):
        flow = await client.read_flow(deployment.flow_id)
        if (flow.name, deployment.name) not in names:
            await client.delete_deployment(deployment.id)


def _schedule(source: SourceConfig) -> DeploymentScheduleCreate | None:
    if source.cron is not None:
        return DeploymentScheduleCreate(slug=source.slug, schedule=CronSchedule(cron=source.cron, timezone="UTC"))
    if source.every_s is not None:
        every = IntervalSchedule(interval=timedelta(seconds=source.every_s), anchor_date=ANCHOR)
        return DeploymentScheduleCreate(slug=source.slug, schedule=every)
    return None


async def _register(client: PrefectClient, offer: Offer, lists: Lists, working_dir: str) -> None:
    known = await choices.deployment(client, offer.flow.name, offer.name)
    paused = {schedule.slug for schedule in known.schedules if not schedule.active} if known else set()
    schedules = [offer.schedule] if offer.schedule else []
    alone = ConcurrencyOptions(collision_strategy=offer.overlap, grace_period_seconds=START_WITHIN_S) if offer.overlap else None
    await client.create_deployment(
        flow_id=await client.create_flow_from_name(offer.flow.name),
        name=offer.name,
        description=offer.flow.description,
        tags=[TAG],
        entrypoint=offer.entrypoint,
        work_pool_name=POOL,
        paused=known.paused if known else False,
        schedules=[entry.model_copy(update={"active": entry.slug not in paused}) for entry in schedules],
        parameters=dict(offer.parameters),
        parameter_openapi_schema=offer.schema(lists),
        enforce_parameter_schema=True,
        concurrency_limit=1 if alone else None,
        concurrency_options=alone,
        job_variables={"working_dir": working_dir, "command": _command()},
        pull_steps=[],
    )


def _command() -> str:
    return shlex.join(mortal.command(*mortal.PYTHON, "flows.engine"))


async def _ours(client: PrefectClient) -> list[DeploymentResponse]:
    wanted = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    found: list[DeploymentResponse] = []
    while True:
        some = await client.read_deployments(deployment_filter=wanted, limit=PAGE, offset=len(found))
        found += some
        if len(some) < PAGE:
            return found


def main() -> None:
    """Registers everything on the server that PREFECT_API_URL names, for workers that start in this folder."""

    async def work() -> None:
        async with get_client() as client:
            await register(client, settings_in_force(), working_dir=str(Path.cwd()))

    asyncio.run(work())


if __name__ == "__main__":
    main()
