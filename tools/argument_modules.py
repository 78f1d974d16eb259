"""Which argument types there are, in which file, and what each has besides settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wsus_egress.config.settings import AcceptSettings, EnvironmentSettings
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.azure import AzureTarget, FirewallAlone
from wsus_egress.model.base import Settings

Argument = tuple[str, str, str]
"""Its name, its type as text, and its description."""
# Arguments that no setting of a target has.
_POLICY: Final = ("policy", "PolicyArgs", "What is allowed, and for whom.")
_PARTY: Final = (
    "party", "str", "The server or client group of the policy that the security group is for.",
)  # fmt: skip
_ACCEPT: Final = (
    "accept", "NotRequired[Sequence[AcceptArgs]]",
    "Deviations that their owner accepts, each by its name and until a day.",
)  # fmt: skip
_ENVIRONMENT: Final = (
    "environment", "NotRequired[str]", "The value of the environment tag; the stack name by default.",
)  # fmt: skip
_LISTS: Final = (
    "endpoint_lists", "NotRequired[str]",
    "A folder of endpoint lists, beside the package's; a list there is used instead of the package's of its name.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Component:
    """A class of arguments that no settings type corresponds to: a component's own, or the policy.

    Attributes:
        fields: Those settings of the target that the component has; all of them where empty.
        before: Arguments of its own that stand first.
        after: And those that stand after the settings, before the tags.
        needed: Settings with a default that a program must give all the same.
    """

    name: str
    meaning: str
    settings: type[Settings]
    fields: tuple[str, ...] = ()
    before: tuple[Argument, ...] = (_POLICY,)
    after: tuple[Argument, ...] = (_ACCEPT, _ENVIRONMENT, _LISTS)
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Module:
    """One file of argument types.

    Attributes:
        shared: The argument types of the policy that it uses.
    """

    path: str
    what: str
    components: tuple[Component, ...]
    shared: tuple[str, ...] = ()


MODULES: Final = (
    Module(
        "args.py",
        "The policy as component arguments: plain typed mappings, which every Pulumi language can give.",
        (
            Component(
                "PolicyArgs", "What is allowed, and for whom.", EnvironmentSettings,
                ("mode", "lists", "schemes", "extra_endpoints", "servers", "clients", "ipv6"),
                before=(), after=(), needed=("servers",),
            ),
            Component(
                "AcceptArgs", str(AcceptSettings.__doc__), AcceptSettings, before=(), after=()
            ),
        ),
    ),
    Module(
        "aws/arguments.py",
        "The arguments of the AWS components.",
        (
            Component(
                "AwsWsusEgressArgs", "Everything that enforces the policy in one VPC.", AwsTarget
            ),
            Component(
                "AwsWsusSecurityGroupArgs", "The security group of one server or client group.",
                AwsTarget, ("vpc_id", "own_ranges", "security_group", "network_rules", "tags"), before=(_POLICY, _PARTY),
            ),
            Component(
                "AwsWsusNetworkFirewallArgs",
                "Network Firewall's rules, and by its mode the policy, firewall, logging and routes "
                "around.",
                AwsTarget, ("vpc_id", "own_ranges", "network_firewall", "tags"),
            ),
            Component(
                "AwsWsusDnsFirewallArgs", "DNS Firewall for one VPC.", AwsTarget,
                ("vpc_id", "own_ranges", "dns_firewall", "tags"),
            ),
        ),
        ("AcceptArgs", "PolicyArgs"),
    ),
    Module(
        "azure/arguments.py",
        "The arguments of the Azure components.",
        (
            Component(
                "AzureWsusEgressArgs", "Everything that enforces the policy in one virtual network.",
                AzureTarget,
            ),
            Component(
                "AzureWsusFirewallArgs", "A firewall on a policy.", FirewallAlone,
                before=(), after=(_ENVIRONMENT,),
            ),
        ),
        ("AcceptArgs", "PolicyArgs"),
    ),
)  # fmt: skip
