"""Lists in the forms: which field offers what, and how a form on the server gets today's lists."""

import asyncio
from collections.abc import Mapping
from typing import Any

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound

from flows.lists import Lists, lists_of

FIELDS: Mapping[str, Mapping[tuple[str, str], str]] = {
    "reprocess-preview": {
        ("Which", "sites"): "sites",
        ("Which", "languages"): "languages",
        ("Which", "reasons"): "reasons",
        ("Which", "runs"): "runs",
    },
    "reprocess-apply": {("Approval", "plan"): "plans"},
}
"""Flow → model and field of its form → which of `Lists` it offers; flow and deployment have one name."""


def offered(schema: dict[str, Any], flow: str, lists: Lists) -> dict[str, Any]:
    """The form with today's lists; where there is nothing to offer, anything may be typed."""
    for (model, name), which in FIELDS.get(flow, {}).items():
        field = schema["definitions"][model]["properties"][name]
        choice = field["items"] if field.get("type") == "array" else field
        choice.pop("enum", None)
        if values := getattr(lists, which):
            choice["enum"] = list(values)
    return schema


async def refresh(client: PrefectClient, lists: Lists) -> None:
    """Gives the forms on the server today's lists; nothing else of a deployment is touched."""
    for name in FIELDS:
        known = await deployment(client, name, name)
        if known is not None and known.parameter_openapi_schema is not None:
            schema = offered(known.parameter_openapi_schema, name, lists)
            await client.update_deployment(known.id, DeploymentUpdate(parameter_openapi_schema=schema))


def refresh_now(corpus: str) -> None:
    """`refresh` for a flow that changed what there is to choose, on the server that runs it."""

    async def work() -> None:
        async with get_client() as client:
            await refresh(client, lists_of(corpus))

    asyncio.run(work())


async def deployment(client: PrefectClient, flow: str, name: str) -> DeploymentResponse | None:
    """A deployment; null where there is none."""
    try:
        return await client.read_deployment_by_name(f"{flow}/{name}")
    except ObjectNotFound:
        return None
