"""Component arguments as environments: the same checks, whoever gives the settings."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from wsus_egress.assembly import build_environment
from wsus_egress.controls import Control, compile_target
from wsus_egress.endpoints import load_lists
from wsus_egress.environment import Environment, Target
from wsus_egress.settings_aws import AwsSettings
from wsus_egress.settings_azure import AzureSettings

# Stands for a value that only a deployed resource has. Never sent: components pass the value itself.
UNKNOWN_VPC: Final = "vpc-00000000"
UNKNOWN_TEXT: Final = "unknown"
DEFAULT_LISTS: Final = "config/endpoints"


def text_or(value: Any, unknown: str) -> str:
    """A plain text as it is, anything else (an output) as the stand-in for it."""
    return value if isinstance(value, str) else unknown


def azure_arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """An environment's `azure` settings as the arguments of a component.

    Args:
        settings: As the stack's configuration has them; checked already.
    """
    given = AzureSettings.model_validate(settings).model_dump(exclude_unset=True)
    return {"resource_group_name": given.pop("resource_group"), **given}


def aws_arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """An environment's `aws` settings as the arguments of a component.

    Args:
        settings: As the stack's configuration has them; checked already.
    """
    return AwsSettings.model_validate(settings).model_dump(exclude_unset=True)


def compile_arguments(
    environment: str,
    policy: Mapping[str, Any],
    cloud: str,
    target: Mapping[str, Any],
    lists: str | None,
) -> tuple[Environment, Target, tuple[Control, ...]]:
    """The controls that a component's arguments ask for.

    Args:
        environment: What to tag resources with.
        policy: The policy's settings, camelCase or snake_case.
        cloud: `aws` or `azure`.
        target: The target's settings, with stand-ins for outputs.
        lists: The folder of the endpoint lists; `config/endpoints` when None.

    Raises:
        PolicyErrors: With everything that is wrong.
    """
    data = {**policy, cloud: target}
    for kind in ("servers", "clients"):
        if isinstance(parties := policy.get(kind), list):
            data[kind] = [_as_seen_from(cloud, party) for party in parties]
    return _compile(environment, json.dumps(data, sort_keys=True), lists or DEFAULT_LISTS)


def _as_seen_from(cloud: str, party: Any) -> Any:
    """A component enforces on one cloud: whoever stands in the other stands elsewhere."""
    other = {"aws": "azure", "azure": "aws"}[cloud]
    if isinstance(party, Mapping) and party.get("location") == other:
        return {**party, "location": "elsewhere"}
    return party


@functools.cache
def _compile(
    environment: str, data: str, lists: str
) -> tuple[Environment, Target, tuple[Control, ...]]:
    # Components that make up another are given the same settings: they are compiled once.
    built = build_environment(
        environment, json.loads(data), load_lists(Path(lists), lists), lambda _: None
    )
    target = built.targets[0]
    return built, target, compile_target(built, target)
