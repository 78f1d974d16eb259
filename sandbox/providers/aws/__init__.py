"""The stand-in for the `aws` provider (pulumi-aws 7.51.1): EC2, Network Firewall, DNS Firewall."""

from __future__ import annotations

import re
from typing import Final

from providers.aws.client import CLIENT
from providers.aws.dnsfirewall.association import DnsAssociation
from providers.aws.dnsfirewall.config import DnsConfig
from providers.aws.dnsfirewall.domain_list import DomainList
from providers.aws.dnsfirewall.rule import DnsRule
from providers.aws.dnsfirewall.rule_group import DnsRuleGroup
from providers.aws.ec2.prefix_list import ManagedPrefixList
from providers.aws.ec2.route import Route
from providers.aws.ec2.route_table import RouteTable, RouteTableAssociation
from providers.aws.ec2.security_group import SecurityGroup
from providers.aws.ec2.security_group_rule import EgressRule, IngressRule
from providers.aws.ec2.subnet import Subnet
from providers.aws.log_group import LogGroup
from providers.aws.lookups import INVOKES
from providers.aws.networkfirewall.firewall import Firewall
from providers.aws.networkfirewall.firewall_policy import FirewallPolicy
from providers.aws.networkfirewall.logging import LoggingConfiguration
from providers.aws.networkfirewall.resource_policy import ResourcePolicy
from providers.aws.networkfirewall.rule_group import RuleGroup
from providers.aws.networkfirewall.vpc_endpoint_association import VpcEndpointAssociation
from providers.aws.sharing.fms import FirewallManagerPolicy
from providers.aws.sharing.ram import PrincipalAssociation, ResourceAssociation, ResourceShare
from providers.errors import Problem, Problems
from providers.evidence import believed
from providers.kind import Cloud, Inputs
from providers.wire import UNKNOWN

KINDS: Final = (
    SecurityGroup(),
    EgressRule(),
    IngressRule(),
    ManagedPrefixList(),
    Subnet(),
    RouteTable(),
    RouteTableAssociation(),
    Route(),
    RuleGroup(),
    FirewallPolicy(),
    Firewall(),
    VpcEndpointAssociation(),
    LoggingConfiguration(),
    ResourcePolicy(),
    LogGroup(),
    DomainList(),
    DnsRuleGroup(),
    DnsRule(),
    DnsAssociation(),
    DnsConfig(),
    ResourceShare(),
    ResourceAssociation(),
    PrincipalAssociation(),
    FirewallManagerPolicy(),
)
_REGION: Final = re.compile(r"[a-z]{2}(?:[a-z]{2})?(-[a-z]+)+-\d")


@believed("a region that is none is refused, in these words")
def _config_problems(config: Inputs) -> Problems:
    where = config.get("region")
    if where is not None and where is not UNKNOWN and not _REGION.fullmatch(str(where)):
        yield Problem("region", f"invalid AWS Region: {where}")


CLOUD: Final = Cloud(
    provider="aws",
    version="7.51.1",  # The installed SDK's, by the launcher.
    kinds={kind.type_name: kind for kind in KINDS},
    invokes=INVOKES,
    config_problems=_config_problems,
    marks_defaults=True,
    title="AWS",
    client=CLIENT,
)
