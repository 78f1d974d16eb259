"""The one AWS account that the stand-in is: its number, regions and tags."""

from __future__ import annotations

import os
from typing import Any, ClassVar, Final

from providers.compare import join
from providers.errors import CloudError, Problem, Problems, aws_error
from providers.evidence import believed, written
from providers.kind import Inputs, Kind, Naming, Session, known
from providers.store import Record
from providers.world import WORLD_NAME

ACCOUNT: Final = "123456789012"  # The account that AWS's own examples use.

# "Tag naming limits and requirements" (AWS Tagging guide, 2026-11).
_TAGS: Final = 50
_TAG_KEY: Final = 128
_TAG_VALUE: Final = 256


@believed("without a region there is an error, in other words than the provider's")
def region(inputs: Inputs, session: Session) -> str:
    """Where a resource is: its own region, the provider's, or the environment's."""
    fallback = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
    where = known(inputs, "region") or session.setting("region", fallback)
    if not where:
        raise CloudError("no AWS region: `pulumi config set aws:region eu-west-1`, or AWS_REGION")
    return str(where)


def unknown_vpc(inputs: Inputs, session: Session, field: str = "vpcId") -> str | None:
    """The error for a VPC id that the world does not have, or None; a preview checks it too."""
    where, vpc = region(inputs, session), known(inputs, field)
    if vpc is None or (where, vpc) in session.world.vpcs:
        return None
    return f"{WORLD_NAME} has none of that id in {where}"


@believed("the wording of InvalidVpcID.NotFound")
def require_vpc(inputs: Inputs, session: Session, operation: str) -> None:
    """Raise EC2's error if the VPC does not exist."""
    if lacking := unknown_vpc(inputs, session):
        what = f"The vpc ID '{inputs['vpcId']}' does not exist ({lacking})"
        raise aws_error(operation, "InvalidVpcID.NotFound", what)


class AwsKind(Kind):
    """A resource type of one region."""

    implied: ClassVar = frozenset({"region"})

    def record(self, inputs: Inputs, session: Session) -> Record:
        """Add the region: stacks in different regions share the account."""
        return {**super().record(inputs, session), "region": region(inputs, session)}


class NamedKind(AwsKind):
    """A type whose resources get a generated name if the program gives none."""

    def defaults(self, inputs: Inputs, session: Session, naming: Naming) -> dict[str, Any]:  # noqa: ARG002
        """The defaults that pulumi-aws fills in."""
        return {"name": naming.pick("name", self, "-", 7)}

    def delete_first(self, old: Inputs, new: Inputs) -> bool:
        """True if the program gives the name, because the replacement needs the same one.

        That is pulumi-aws's own way (`nameRequiresDeleteBeforeReplace` of its bridge, read 2026-11).
        """
        given = known(new, "name") is not None and "name" not in new.get("__defaults", ("name",))
        return given and old.get("name") == new["name"]


def arn(service: str, resource: str, inputs: Inputs, session: Session) -> str:
    """The ARN of a resource of this account, in the resource's region."""
    return f"arn:aws:{service}:{region(inputs, session)}:{ACCOUNT}:{resource}"


def all_tags(inputs: Inputs, session: Session) -> dict[str, Any]:
    """The resource's tags over the provider's `defaultTags`."""
    default = session.config.get("defaultTags")
    shared = default.get("tags") if isinstance(default, dict) else None
    return {**(shared if isinstance(shared, dict) else {}), **(inputs.get("tags") or {})}


@written(
    "50 tags, keys of 128 and values of 256 characters, aws: reserved",
    'AWS tagging guide, "Tag naming limits and requirements"',
    "2026-11",
)
@believed("the wording, and that every service refuses them in the same words")
def tag_problems(inputs: Inputs) -> Problems:
    """Report what EC2 refuses in a set of tags."""
    tags = inputs.get("tags")
    if not isinstance(tags, dict):
        return
    if len(tags) > _TAGS:
        yield Problem("tags", f"TagLimitExceeded: {len(tags)} tags; a resource can have {_TAGS}")
    for key, value in tags.items():
        path = join("tags", key)
        if key.lower().startswith("aws:"):
            yield Problem(
                path,
                f"InvalidParameterValue: Tag keys starting with 'aws:' are reserved: '{key}'",
            )
        if not 1 <= len(key) <= _TAG_KEY:
            yield Problem(
                path, f"InvalidParameterValue: Tag key must be 1 to {_TAG_KEY} characters: '{key}'"
            )
        if isinstance(value, str) and len(value) > _TAG_VALUE:
            yield Problem(
                path, f"InvalidParameterValue: Tag value exceeds {_TAG_VALUE} characters: '{key}'"
            )
