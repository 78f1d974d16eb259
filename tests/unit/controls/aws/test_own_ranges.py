"""What is inside though it is not private: a VPC's IPv6 block, and public IPv4 of one's own."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest
from sample import ONE, VPC

from wsus_egress.controls import compile_target
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import Fidelity, prove

Build = Callable[..., Environment]

BLOCK = "2600:1f18:abcd:1200::/56"
TODAY = datetime.date(2026, 11, 29)
DUAL = {**ONE, "addresses": ["10.20.0.10", "2600:1f18:abcd:1200::10"]}
PUBLIC = {**ONE, "addresses": ["129.10.0.10"]}
ASKER = {"name": "two", "addresses": ["10.20.0.11", "2600:1f18:abcd:1201::11"], "synchronizesFrom": "one"}  # fmt: skip


def aws(*ranges: str, **more: Any) -> dict[str, Any]:
    """A target with ranges of its own."""
    return {"vpcId": VPC, "ownRanges": [*ranges], "networkFirewall": {}, **more}


@pytest.mark.parametrize(
    ("servers", "target", "more"),
    [
        ([DUAL], aws(BLOCK), {"ipv6": True}),
        ([DUAL, ASKER], aws(BLOCK, dnsFirewall={}), {"ipv6": True}),
        ([PUBLIC], aws("129.10.0.0/16"), {}),
    ],
    ids=["IPv6", "a second server and DNS Firewall", "public IPv4"],
)
def test_servers_with_public_addresses_are_exact(
    environment: Build, servers: list[Any], target: dict[str, Any], more: dict[str, Any]
) -> None:
    """The proof judges what they send as it judges what a private address sends."""
    built = environment(servers=servers, aws=target, **more)
    controls = compile_target(built, built.targets[0])
    proof = prove(built, built.targets[0], controls, TODAY)
    assert (Fidelity.EXACT, ()) == (proof.fidelity, proof.findings)


def test_own_ranges_are_at_home(environment: Build) -> None:
    """HOME_NET has them; what goes to them does not go to the Internet."""
    built = environment(servers=[DUAL, ASKER], aws=aws(BLOCK), ipv6=True)
    groups, firewall = compile_target(built, built.targets[0])
    assert isinstance(firewall, AwsNetworkFirewall)
    (policy,) = (d for d in firewall.documents("wsus") if d.type.endswith(":FirewallPolicy"))
    variables = policy.properties["firewallPolicy"]["policyVariables"]["ruleVariables"]
    asker, server = (ip_address(each["addresses"][1]) for each in (ASKER, DUAL))
    internet = ip_address("2001:db8::80")

    assert BLOCK in variables[0]["ipSet"]["definitions"]
    assert "one-ingress-8530-2600-1f18-abcd-1201--11" == groups.admits(Flow(asker, server, "tcp", 8530)).rule  # fmt: skip
    assert "not-applicable" == firewall.admits(Flow(asker, server, "tcp", 8530)).verdict
    assert "deny" == firewall.admits(Flow(server, internet, "tcp", 443, "tls", "evil.com")).verdict
    assert "deny" == groups.admits(Flow(internet, server, "tcp", 8530)).verdict


def test_a_policy_of_others_has_them_too(environment: Build) -> None:
    """Whose HOME_NET is not made here is assumed to have them."""
    target = aws(BLOCK, networkFirewall={"mode": "rules-only"})
    built = environment(servers=[DUAL], aws=target, ipv6=True)
    control = compile_target(built, built.targets[0])[-1]
    assert any(each.what.endswith(f"its HOME_NET has {BLOCK}") for each in control.assumptions)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.0.0.0/8", "10.0.0.0/8 is private, and inside in any case; leave it out"),
        ("fd00::/48", "fd00::/48 is private, and inside in any case; leave it out"),
        (
            "2000::/3",
            "2000::/3 is more than one owner has: the Internet would be inside; write the blocks that "
            "are yours, as the VPC shows its IPv6 block",
        ),
        (
            "0.0.0.0/0",
            "0.0.0.0/0 is more than one owner has: the Internet would be inside; write the blocks that "
            "are yours, as the VPC shows its IPv6 block",
        ),
        (
            "2001:db8::/32",
            "2001:db8::/32 has 2001:db8::80, which stands for the Internet and is nobody's (RFC 5737, "
            "3849); write the blocks that are yours",
        ),
        ("nonsense", "'nonsense' is not an IP address or CIDR block; write one like 10.20.0.10 or 10.20.0.0/24"),
    ],
)  # fmt: skip
def test_ranges_that_are_nobodys(environment: Build, text: str, said: str) -> None:
    """Private ranges, half the Internet, and what stands for all of it are refused."""
    with pytest.raises(PolicyErrors) as caught:
        environment(aws=aws(text))
    assert f"aws.ownRanges[0]: {said}" == str(caught.value)


def test_ranges_in_ranges_count_once(environment: Build) -> None:
    """Each address is said once, in order."""
    built = environment(aws=aws("2600:1f18:abcd:1300::/56", BLOCK, "2600:1f18:abcd::/48"))
    assert ("2600:1f18:abcd::/48",) == tuple(map(str, built.policy.own))


def test_an_address_outside_them_is_refused_with_the_way_out(environment: Build) -> None:
    """The message names the setting where there is one."""
    with pytest.raises(PolicyErrors) as caught:
        environment(servers=[DUAL], ipv6=True)
    assert (
        "servers[0].addresses[1]: 2600:1f18:abcd:1200::10 is an Internet address range, and servers and "
        "clients are private; write a range of RFC 1918, RFC 6598 or fc00::/7, or name the block that is "
        "your own in aws.ownRanges"
    ) == str(caught.value)
