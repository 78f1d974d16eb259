"""ARM ids: what they name, and whether that is there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from providers.azure.resource import resource
from providers.errors import azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session
from providers.store import Records
from providers.world import WORLD_NAME

_ID: Final = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/(?P<group>[^/]+)/providers/(?P<provider>[^/]+)"
    r"/(?P<type>[^/]+)/(?P<name>[^/]+)(?:/subnets/(?P<subnet>[^/]+))?",
    re.IGNORECASE,
)


def reference(inputs: Mapping[str, Any], field: str) -> str | None:
    """The id in `{field: {id: ...}}`, where it is known."""
    value = inputs.get(field)
    inner = value.get("id") if isinstance(value, dict) else None
    return inner if isinstance(inner, str) else None


@believed("the wording of InvalidResourceReference")
def require(records: Records, token: str, id_: str | None, by: str) -> None:
    """Raise if an id names nothing of that type."""
    if id_ is not None and resource(records, token, id_) is None:
        raise azure_error(
            "InvalidResourceReference", f"Resource {id_} referenced by resource {by} was not found."
        )


@believed("the wording of InvalidResourceReference")
def subnet_prefix(session: Session, id_: str) -> str:
    """The range of a subnet that the world has.

    Raises:
        CloudError: Where there is none.
    """
    found = _ID.fullmatch(id_)
    network = session.world.virtual_network(found["group"], found["name"]) if found else None
    for subnet in (network or {}).get("subnets", ()):
        if found and found["subnet"] and subnet["name"].casefold() == found["subnet"].casefold():
            return str(subnet["prefix"])
    raise azure_error(
        "InvalidResourceReference",
        f"Resource {id_} was not found. ({WORLD_NAME} has no such subnet)",
    )


@believed("a workspace that is not there is ResourceNotFound")
def require_workspace(session: Session, id_: str) -> None:
    """Raise if the world has no such Log Analytics workspace."""
    found = _ID.fullmatch(id_)
    key = (found["group"].casefold(), found["name"].casefold()) if found else None
    if key not in session.world.workspaces:
        raise azure_error(
            "ResourceNotFound", f"The workspace '{id_}' could not be found. ({WORLD_NAME} has none)"
        )


def used_by(records: Records, token: str, field: str, id_: str) -> list[str]:
    """The ids of the resources that refer to one, sorted."""
    return sorted(
        key
        for key, row in records.get(token, {}).items()
        if (reference(row, field) or "").casefold() == id_.casefold()
    )


@written(
    "what a subnet has is not deleted: InUseNetworkSecurityGroupCannotBeDeleted",
    "pulumi-azure-native issue 3051",
    "2026-11",
)
def refuse_use(records: Records, token: str, field: str, id_: str, code: str) -> None:
    """Raise if a resource to be deleted is in use."""
    users = used_by(records, token, field, id_)
    if users:
        raise azure_error(code, f"{id_} cannot be deleted: it is in use by {', '.join(users)}.")


def enveloped(
    inputs: Inputs, address: frozenset[str], envelope: tuple[str, ...] = ("id", "location", "tags")
) -> dict[str, Any]:
    """The request's JSON, as ARM wants it: azure-native has flattened its `properties`.

    Args:
        inputs: The resource's.
        address: Those that make up its id.
        envelope: Those that stand beside `properties`.
    """
    own = {n: v for n, v in inputs.items() if n not in address and n not in envelope}
    return {**{n: inputs[n] for n in envelope if n in inputs}, "properties": own}
