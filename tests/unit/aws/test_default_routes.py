"""Where servers' subnets send what leaves the network is logged, where the stack has no route of its own."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from sample import ONE, VPC

from wsus_egress.aws import default_routes as module
from wsus_egress.aws.default_routes import default_routes
from wsus_egress.controls import compile_target
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.environment import Environment

Build = Callable[..., Environment]
KEY = f"aws/network-firewall/default-route/{VPC}"
SERVERS, OTHERS = "subnet-00000001", "subnet-00000002"
WHERE = f"{SERVERS} with 10.20.0.10/32 in it"


class Account:
    """A VPC of two subnets, in one of which the server stands."""

    def __init__(self, *routes: tuple[str, str, str], own: bool = True) -> None:
        """Take the routes of the table, as destination, kind of hop and hop; and whether the subnet has one of its own."""
        self.own = own
        self.asked: list[Any] = []
        self.routes = [
            SimpleNamespace(
                cidr_block="" if ":" in where else where,
                ipv6_cidr_block=where if ":" in where else "",
                **{kind: hop},
            )
            for where, kind, hop in routes
        ]

    def look_up(self, _sdk: object, _module: str, name: str) -> Callable[..., Any]:
        """Answer as pulumi-aws does."""
        return {
            "get_subnets": lambda **_: SimpleNamespace(ids=[OTHERS, SERVERS]),
            "get_subnet": lambda **given: SimpleNamespace(
                cidr_block="10.20.0.0/24" if given["id"] == SERVERS else "10.20.1.0/24",
                ipv6_cidr_block="",
            ),
            "get_route_tables": lambda **_: SimpleNamespace(ids=["rtb-own"] if self.own else []),
            "get_route_table": self.table,
        }[name]

    def table(self, **given: Any) -> Any:
        """The table that is asked for."""
        self.asked.append(given.get("route_table_id") or given["filters"])
        return SimpleNamespace(id="rtb-own" if self.own else "rtb-main", routes=self.routes)


@pytest.fixture
def told(
    environment: Build, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[..., Any]], list[str]]:
    """What is said of the only server of rule groups for a firewall that others route to."""
    built = environment(
        servers=[ONE], aws={"vpcId": VPC, "networkFirewall": {"mode": "rules-only"}}
    )
    control = next(
        each
        for each in compile_target(built, built.targets[0])
        if isinstance(each, AwsNetworkFirewall)
    )

    def tell(look_up: Callable[..., Any], *outputs: str) -> list[str]:
        monkeypatch.setattr(module, "member", look_up)
        monkeypatch.setattr(pulumi, "InvokeOptions", lambda **_: None)
        component: Any = None
        return [str(each) for each in default_routes(component, control, outputs)]

    return tell


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ([("0.0.0.0/0", "vpc_endpoint_id", "vpce-1")], "seen: rtb-own, {} sends 0.0.0.0/0 to vpce-1"),
        ([("0.0.0.0/0", "transit_gateway_id", "tgw-1")], "seen: rtb-own, {} sends 0.0.0.0/0 to tgw-1"),
        ([("0.0.0.0/0", "nat_gateway_id", "nat-1")], "seen, against it: rtb-own, {} sends 0.0.0.0/0 to nat-1"),
        ([("0.0.0.0/0", "vpc_endpoint_id", "vpce-1"), ("::/0", "egress_only_gateway_id", "eigw-1")],
         "seen, against it: rtb-own, {} sends 0.0.0.0/0 to vpce-1 and sends ::/0 to eigw-1"),
        ([("10.0.0.0/8", "transit_gateway_id", "tgw-1")], "seen, against it: rtb-own, {} has no default route"),
    ],
)  # fmt: skip
def test_what_a_table_does(
    told: Callable[..., list[str]], routes: list[tuple[str, str, str]], said: str
) -> None:
    """An endpoint, or what may lead to one, is named; what leads past every firewall speaks against."""
    expected = said.format(f"the route table of {WHERE},")

    assert [f"{KEY}: {expected}"] == told(Account(*routes).look_up)


def test_a_subnet_without_a_table_has_the_main_one(told: Callable[..., list[str]]) -> None:
    """As EC2 says: it is found by its filter, for the subnet names it nowhere."""
    account = Account(("0.0.0.0/0", "gateway_id", "igw-1"), own=False)

    assert ["sends 0.0.0.0/0 to igw-1"] == [
        each.rpartition(", ")[2] for each in told(account.look_up)
    ]
    assert [[{"name": "vpc-id", "values": [VPC]}, {"name": "association.main", "values": ["true"]}]] == account.asked  # fmt: skip


def test_what_cannot_be_looked_up_stops_nothing(told: Callable[..., list[str]]) -> None:
    """A missing permission is said; a VPC that the deployment makes is not asked for."""

    def refuse(*_: object) -> Callable[..., Any]:
        def call(**_given: object) -> None:
            raise RuntimeError("UnauthorizedOperation")

        return call

    assert [f"{KEY}: seen: the routes of {VPC} cannot be looked up: UnauthorizedOperation"] == told(
        refuse
    )
    assert [] == told(refuse, VPC)
