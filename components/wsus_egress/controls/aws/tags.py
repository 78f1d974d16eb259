"""What every AWS resource is tagged with: by which its maker, environment and name are known."""

from __future__ import annotations

from typing import Final

from wsus_egress.controls.base import MANAGED_BY
from wsus_egress.model.aws import AwsTarget

MANAGER: Final = "managed-by"
ENVIRONMENT: Final = "wsus-egress:environment"
NAME: Final = "Name"
OWN_TAGS: Final = frozenset({MANAGER, ENVIRONMENT, NAME})


def aws_tags(target: AwsTarget, environment: str, name: str = "") -> dict[str, str]:
    """The tags of a resource; none of the target's takes the place of one of these.

    Args:
        target: Gives the user's own tags.
        environment: The environment's name.
        name: The `Name` tag; without one where it is empty.
    """
    named = {NAME: name} if name else {}
    own = {**named, MANAGER: MANAGED_BY, ENVIRONMENT: environment}
    return {**own, **dict(target.tags), **own}
