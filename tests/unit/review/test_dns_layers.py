"""A layer of DNS in one cloud only is told by `check`, and fails nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sample import AZURE, ONE, TODAY, VPC

from wsus_egress.model.environment import Environment
from wsus_egress.review.analysis import analysed
from wsus_egress.review.findings import dns_layers

NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
IN_AZURE = {"dnsSecurityPolicy": {"virtualNetwork": NETWORK}}
TWO = {"name": "two", "addresses": ["10.9.0.10"], "location": "aws"}


@pytest.mark.parametrize(
    ("aws", "azure", "lacks"),
    [({"dnsFirewall": {}}, {}, ["azure"]), ({}, IN_AZURE, ["aws"]),
     ({"dnsFirewall": {}}, IN_AZURE, []), ({}, {}, [])],
)  # fmt: skip
def test_the_cloud_without_one_is_named(
    environment: Callable[..., Environment],
    aws: dict[str, Any],
    azure: dict[str, Any],
    lacks: list[str],
) -> None:
    """With the setting that would add it."""
    built = environment(
        aws={"vpcId": VPC, "networkFirewall": {}, **aws},
        azure={**AZURE, **azure},
        servers=[{**ONE, "location": "azure"}, TWO],
    )
    (analysis,) = analysed([built], TODAY)
    found = list(dns_layers(analysis.environment, analysis.targets))

    assert lacks == [each.target for each in found]
    assert not any(each.fails for each in found)
    assert all("add " in each.instead for each in found)


def test_one_cloud_has_no_other(environment: Callable[..., Environment]) -> None:
    """Nothing is compared."""
    built = environment(aws=None, azure={**AZURE, **IN_AZURE})
    (analysis,) = analysed([built], TODAY)

    assert [] == list(dns_layers(analysis.environment, analysis.targets))
