"""What each control can say, and the refusal of what it cannot: never dropped, never widened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from wsus_egress.controls.aws.refusals import aws_refusals
from wsus_egress.controls.azure.refusals import azure_refusals
from wsus_egress.controls.base import Control
from wsus_egress.model.environment import COMPONENT_NAME, AzureTarget, Environment, Target
from wsus_egress.model.policy import Party
from wsus_egress.problems import Problem


@dataclass(frozen=True, slots=True)
class Capability:
    """What a control can express. `names`: exactly, or not at all."""

    control: str
    cloud: str
    names: bool
    ipv6: bool
    source: str


CAPABILITIES: Final = (
    Capability("aws-security-group", "aws", False, True,
               "Amazon VPC user guide, security group rules, 2023-06"),
    Capability("aws-network-firewall", "aws", True, True,
               "AWS Network Firewall developer guide, read 2026-11"),
    Capability("aws-dns-firewall", "aws", True, True,
               "Route 53 Resolver DNS Firewall developer guide, read 2026-11"),
    Capability("azure-nsg", "azure", False, True,
               "Azure network security groups overview, 2025-07"),
    Capability("azure-application-rules", "azure", True, False,
               "Azure Firewall known issues, 2023-10: IPv4 only"),
)  # fmt: skip


def refusals(
    environment: Environment, target: Target, prefix: str = COMPONENT_NAME
) -> Iterator[Problem]:
    """Everything an environment asks of a target that its controls cannot express.

    Args:
        environment: Whose policy is to be enforced.
        target: Where.
        prefix: What the names of its resources begin with.
    """
    policy = environment.policy
    capabilities = [c for c in CAPABILITIES if c.cloud == target.cloud]
    if isinstance(target, AzureTarget) and target.firewall_policy is None:
        capabilities = [c for c in capabilities if c.control == "azure-nsg"]
    for party in policy.in_place(target.cloud):
        yield from _families(party, capabilities)
    for asker in policy.parties:
        if asker.asks is not None:
            server = policy.party(asker.asks)
            shared = {n.version for n in asker.addresses} & {n.version for n in server.addresses}
            if asker.addresses and server.addresses and not shared:
                what = f"{asker.name} and {server.name} have no IP version in common"
                yield Problem(None, ("servers",), what, "give both an IPv4 address")
    if isinstance(target, AzureTarget):
        yield from azure_refusals(environment.policy, target, prefix)
    else:
        yield from aws_refusals(policy, target)


def _families(party: Party, capabilities: Sequence[Capability]) -> Iterator[Problem]:
    for network in party.addresses:
        if network.version == 6:
            for capability in capabilities:
                if not capability.ipv6:
                    what = (
                        f"{capability.control} cannot express {network} of {party.name}: "
                        f"IPv4 only ({capability.source})"
                    )
                    yield Problem(None, ("ipv6",), what, "leave its IPv6 address out")


def overdrawn(controls: Sequence[Control]) -> Iterator[Problem]:
    """The clouds' limits that the rules exceed."""
    for control in controls:
        for quota in control.quotas():
            if quota.used > quota.limit:
                what = (
                    f"{control.name}: {quota.used} {quota.name}, and the cloud allows {quota.limit}"
                )
                yield Problem(None, quota.setting, what, quota.instead)
