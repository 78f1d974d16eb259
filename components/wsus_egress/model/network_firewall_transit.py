"""A firewall that is attached to a transit gateway: AWS keeps its endpoints, in no subnet of yours."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from wsus_egress.model.aws_forms import TransitGatewayId, ZoneId
from wsus_egress.model.base import Settings, SomeItems, each_once


class FirewallAttachment(Settings):
    """The transit gateway that the firewall is attached to, and the zones that it has endpoints in."""

    id: Annotated[
        TransitGatewayId,
        Field(description="The transit gateway, yours or one that is shared with your account."),
    ]
    zone_ids: Annotated[
        SomeItems[ZoneId],
        AfterValidator(each_once),
        AfterValidator(lambda given: tuple(sorted(given))),
        Field(description="The ids of availability zones, such as euw1-az1: an endpoint each."),
    ]
