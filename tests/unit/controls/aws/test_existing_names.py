"""Names that resources have in AWS: the documents say them, and what names nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sample import VPC

from wsus_egress.controls import compile_target
from wsus_egress.controls.aws.existing_names import GENERATED
from wsus_egress.model.environment import Environment
from wsus_egress.problems import PolicyErrors

Build = Callable[..., Environment]
MANAGER = {"mode": "rules-only", "firewallManager": {}}


def names(built: Environment, prefix: str = "wsus") -> dict[str, str]:
    """The names that documents say of what Pulumi would name otherwise, by logical name."""
    return {
        document.name: document.properties["name"]
        for control in compile_target(built, built.targets[0])
        for document in control.documents(prefix)
        if document.type in GENERATED and "name" in document.properties
    }


def refused(build: Build, **aws: Any) -> list[str]:
    """What is wrong with the settings, or with what they make."""

    def compiled() -> None:
        built = build(aws={"vpcId": VPC, **aws})
        compile_target(built, built.targets[0])

    with pytest.raises(PolicyErrors) as caught:
        compiled()
    return [str(problem) for problem in caught.value.problems]


def test_nothing_is_named_unless_it_is_said(environment: Build) -> None:
    """A name of Pulumi's own lets a replacement stand beside what it replaces."""
    assert {} == names(environment(aws={"vpcId": VPC, "networkFirewall": {}, "dnsFirewall": {}}))


def test_each_resource_keeps_its_name(environment: Build) -> None:
    """By what its logical name ends in, whatever the component is called."""
    firewall = {"rules-1": "a", "policy": "b", "reject": "c"}
    built = environment(
        aws={
            "vpcId": VPC,
            "networkFirewall": {"defaultAction": "reject", "existingNames": firewall},
            "dnsFirewall": {
                "alsoResolve": ["*.example.org"],
                "existingNames": {"group": "a", "names-1": "a", "besides-1": "it's 1", "block-rest": "d"},
            },
        }
    )  # fmt: skip

    for prefix in ("wsus", "egress"):
        assert {
            f"{prefix}-network-firewall-rules-1": "a",
            f"{prefix}-network-firewall-policy": "b",
            f"{prefix}-network-firewall-reject": "c",
            f"{prefix}-dns-firewall": "a",
            f"{prefix}-dns-firewall-names-1": "a",
            f"{prefix}-dns-firewall-besides-1": "it's 1",
            f"{prefix}-dns-firewall-block-rest": "d",
        } == names(built, prefix)


def test_a_policy_of_firewall_manager_keeps_its_name(environment: Build) -> None:
    """Its names may have spaces, as Firewall Manager takes them."""
    own = {**MANAGER, "existingNames": {"manager": "WSUS: every account"}}

    built = environment(aws={"vpcId": VPC, "networkFirewall": own})

    assert {"wsus-network-firewall-manager": "WSUS: every account"} == names(built)


def test_a_name_for_nothing_is_refused(environment: Build) -> None:
    """A second rule group that is not there, a policy that another mode makes, and one name for two groups."""
    own = {
        **MANAGER,
        "existingNames": {"rules-1": "a", "rules-2": "b", "policy": "c"},
    }
    none = "is not made with these settings, and so has no name; the choices are"
    made = f"{none} manager, rules-1"

    assert [
        f"aws.networkFirewall.existingNames.policy: policy {made}",
        f"aws.networkFirewall.existingNames.rules-2: rules-2 {made}",
    ] == refused(environment, networkFirewall=own)
    assert [
        "aws.networkFirewall.existingNames.rules-1: a is the name of two rule groups, and AWS takes it once; give "
        "each the name that it has",
    ] == refused(
        environment,
        networkFirewall={
            "defaultAction": "reject", "existingNames": {"reject": "a", "rules-1": "a", "policy": "a"},
        },
    )  # fmt: skip
    assert [
        f"aws.dnsFirewall.existingNames.names-9: names-9 {none} block-rest, group, names-1"
    ] == refused(environment, dnsFirewall={"existingNames": {"names-9": "a"}})


def test_a_name_that_aws_refuses_is_refused(environment: Build) -> None:
    """By the patterns of the services' models, which differ."""
    own = {**MANAGER, "existingNames": {"rules-1": "a_b", "manager": "a\nb", "synchronization": ""}}
    dns = {"existingNames": {"group": "12", "names-1": "x" * 65, "block-rest": "a.b"}}
    firewall, resolver = (
        "write 1 to 128 letters, digits and hyphens",
        "write 1 to 64 letters, digits, hyphens, underscores, apostrophes and spaces, not digits alone",
    )
    there = "is not a name that"

    assert [
        f"aws.dnsFirewall.existingNames.block-rest: 'a.b' {there} block-rest can have in AWS; {resolver}",
        f"aws.dnsFirewall.existingNames.group: '12' {there} group can have in AWS; {resolver}",
        f"aws.dnsFirewall.existingNames.names-1: '{'x' * 65}' {there} names-1 can have in AWS; {resolver}",
        f"aws.networkFirewall.existingNames.manager: 'a\\nb' {there} manager can have in AWS; write 1 to 128 "
        "letters, digits, spaces and _.:/=+-@",
        f"aws.networkFirewall.existingNames.rules-1: 'a_b' {there} rules-1 can have in AWS; {firewall}",
        f"aws.networkFirewall.existingNames.synchronization: '' {there} synchronization can have in AWS; {firewall}",
    ] == refused(environment, networkFirewall=own, dnsFirewall=dns)
