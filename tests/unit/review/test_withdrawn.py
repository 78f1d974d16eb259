"""What rules name and a cloud is withdrawing is told by `check`, and fails nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sample import AZURE, VPC

from wsus_egress.model.environment import Environment
from wsus_egress.review.findings import withdrawn


@pytest.mark.parametrize(
    ("own", "told"), [({"destinations": "service-tags"}, True), ({}, False), ({"create": False}, False)]
)  # fmt: skip
def test_the_service_tag_of_update_delivery(
    environment: Callable[..., Environment], own: dict[str, Any], told: bool
) -> None:
    """Where a rule names it."""
    built = environment(aws=None, azure={**AZURE, "networkSecurityGroup": own})
    found = list(withdrawn(built, built.targets[0]))

    assert told == any("AzureUpdateDelivery is deprecated" in each.what for each in found)
    assert not any(each.fails for each in found)


def test_aws_has_no_such_tag(environment: Callable[..., Environment]) -> None:
    """Nothing is said of a VPC."""
    built = environment(aws={"vpcId": VPC}, azure=None)

    assert [] == list(withdrawn(built, built.targets[0]))
