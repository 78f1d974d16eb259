"""What `drift --format json` prints: one type for each object, of which the JSON Schema is made too."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from wsus_egress.cli.json_types import Count, Version


class OpenedNow(TypedDict):
    """Something that the stack lets pass, or leaves unguarded, and that the policy does not allow."""

    guardrail: str
    resource: str
    what: Annotated[str, Field(description="With a flow that shows it.")]
    fix: str
    deployed: Annotated[bool, Field(description="Whether the last update left it so already.")]


class LostProtection(TypedDict):
    """A protection that is gone or weaker."""

    resource: str
    what: str
    witness: Annotated[str | None, Field(description="A flow that may pass now.")]


class ClosedNow(TypedDict):
    """A flow of the policy that no longer passes."""

    control: str
    witness: str
    patterns: list[str]


class ChangedByHand(TypedDict):
    """A resource that is not as it was deployed."""

    type: str
    resource: str
    gone: bool
    how: list[str]
    harmless: Annotated[bool, Field(description="Only tags or descriptions differ.")]


class DriftReport(TypedDict):
    """What `wsus-egress drift --format json` prints."""

    version: Version
    environment: str
    resources: Count
    fails: bool
    opened: list[OpenedNow]
    lost: list[LostProtection]
    closed: list[ClosedNow]
    changed: list[ChangedByHand]
