"""The stand-in for the `azure-native` provider (3.29.0, API version 2024-05-01): Azure Firewall
policies with their rule collection groups, the firewall, route tables and network security groups.
"""  # noqa: D205 - one sentence.

from __future__ import annotations

from typing import Final

from providers.azure import dns_security_policy
from providers.azure.azure_firewall import AzureFirewall
from providers.azure.client import CLIENT
from providers.azure.diagnostic_setting import DiagnosticSetting
from providers.azure.firewall_policy import FirewallPolicy
from providers.azure.ip_group import IpGroup
from providers.azure.lookups import INVOKES
from providers.azure.network_security_group import NetworkSecurityGroup
from providers.azure.permissions import INVOKED
from providers.azure.public_ip_address import PublicIPAddress
from providers.azure.route_table import RouteTable
from providers.azure.rule_collection_group import RuleCollectionGroup
from providers.azure.subnet import Subnet
from providers.errors import Problem, Problems
from providers.evidence import believed
from providers.kind import Cloud, Inputs
from providers.wire import UNKNOWN

KINDS: Final = (
    FirewallPolicy(),
    RuleCollectionGroup(),
    NetworkSecurityGroup(),
    IpGroup(),
    PublicIPAddress(),
    AzureFirewall(),
    RouteTable(),
    Subnet(),
    DiagnosticSetting(),
    *dns_security_policy.KINDS,
)


@believed("location and subscription are texts")
def _config_problems(config: Inputs) -> Problems:
    for name in ("location", "subscriptionId", "tenantId"):
        value = config.get(name)
        if value is not None and value is not UNKNOWN and not isinstance(value, str):
            yield Problem(name, f"{name} must be a string, not {value!r}")


CLOUD: Final = Cloud(
    provider="azure-native",
    version="3.29.0",  # The installed SDK's, by the launcher.
    kinds={kind.type_name: kind for kind in KINDS},
    invokes=INVOKES,
    config_problems=_config_problems,
    marks_defaults=False,
    title="Azure",
    client=CLIENT,
    throttled=2,
    invoked=INVOKED,
)
