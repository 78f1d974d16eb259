"""Tags: how whoever meets a resource knows what made it, and for which environment.

The guardrails judge a resource as this project's own by its tag `managed-by`, so a user's tag never
takes the place of one of these: `reserved_tags` refuses it, and `tags_of` lets the own tag win.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from wsus_egress.model.environment import Target
from wsus_egress.model.party import Place
from wsus_egress.problems import Problem

MANAGER: Final = "managed-by"
MANAGED_BY: Final = "pulumi-wsus-egress"
NAME: Final = "Name"
_ENVIRONMENT: Final[Mapping[Place, str]] = {
    "aws": "wsus-egress:environment",
    "azure": "wsus-egress-environment",
}
_RESERVED: Final[Mapping[Place, frozenset[str]]] = {
    "aws": frozenset({MANAGER, _ENVIRONMENT["aws"], NAME}),
    "azure": frozenset({MANAGER, _ENVIRONMENT["azure"]}),
}


def tags_of(target: Target, environment: str, name: str = "") -> dict[str, str]:
    """A resource's tags, for example `{"managed-by": "pulumi-wsus-egress", ...}`.

    Args:
        target: Gives the user's own tags.
        environment: The environment's name.
        name: The `Name` tag, by which AWS's console shows a resource; without one where it is empty.
    """
    own = {MANAGER: MANAGED_BY, _ENVIRONMENT[target.cloud]: environment}
    if name:
        own = {NAME: name, **own}
    users = {key: value for key, value in target.tags if not _is_reserved(target.cloud, key)}
    return {**own, **users}


def reserved_tags(target: Target) -> Iterator[Problem]:
    """A problem for each of the user's tags that would take the place of one of this project."""
    for key in sorted(key for key, _ in target.tags if _is_reserved(target.cloud, key)):
        what = f"the tag {key!r} is reserved for this project"
        yield Problem(None, (target.cloud, "tags", key), what, "use another key")


def _is_reserved(cloud: Place, key: str) -> bool:
    # Azure tells the names of tags apart whatever their case (TagsOperations, reference of
    # @azure/arm-resources, read 2026-11); AWS tells `Managed-By` from `managed-by`.
    return (key.casefold() if cloud == "azure" else key) in _RESERVED[cloud]
