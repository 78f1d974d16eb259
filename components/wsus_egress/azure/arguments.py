"""The arguments of the Azure components.

`make schemas` writes this file from the settings' types (tools/arguments.py). Pulumi reads its
annotations at run time: none of them is postponed.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from wsus_egress.args import AcceptArgs, PolicyArgs
from wsus_egress.choices import (
    AzureWsusEgressDenyRest,
    AzureWsusEgressDestinations,
    AzureWsusEgressRouting,
    AzureWsusFirewallSku,
    DirectRouteProtocol,
    FirewallPolicyMode,
    FirewallPolicySku,
    FirewallPolicyThreatIntelMode,
    FirewallZones,
    ForeignRuleAction,
    ForeignRuleProtocol,
    NetworkRuleProtocol,
    NetworkSecurityGroupDestinations,
    NetworkSecurityGroupLateralMovement,
    PrivateRouteVia,
    ServiceEndpointService,
)


class ForeignRuleArgs(TypedDict):
    """A rule that others keep in the policy or its base policy, so that the proof knows it."""

    name: str
    """The rule's name."""
    inherited: NotRequired[bool]
    """true: in the base policy, whose rules come first. Default: `false`."""
    group_priority: int
    """Of its rule collection group."""
    priority: NotRequired[int]
    """Of its rule collection. Default: `200`."""
    action: ForeignRuleAction
    """What it does. One of `allow`, `deny`."""
    sources: NotRequired[list[str]]
    """Address blocks; empty for any."""
    fqdns: NotRequired[list[str]]
    """Of an application rule. Empty: it is a network rule."""
    http_ports: NotRequired[Sequence[int]]
    """An application rule's Http ports."""
    https_ports: NotRequired[Sequence[int]]
    """An application rule's Https ports."""
    destinations: NotRequired[list[str]]
    """A network rule's address blocks; empty for any."""
    destination_ports: NotRequired[Sequence[int]]
    """A network rule's ports; empty for any."""
    protocol: NotRequired[ForeignRuleProtocol]
    """A network rule's protocol. One of `tcp`, `udp`, `any`. Default: `any`."""


class FirewallPolicyArgs(TypedDict):
    """The Azure Firewall policy that carries the rules."""

    id: NotRequired[str]
    """The whole id of a policy that exists in another resource group or subscription, in place of name. Rule collection groups are added there."""
    name: NotRequired[pulumi.Input[str]]
    """The policy's name in Azure. Needed unless id is given."""
    existing: NotRequired[bool]
    """true: the same as mode rules-only. Default: `false`."""
    mode: NotRequired[FirewallPolicyMode]
    """rules-only: the policy exists, and only rule collection groups are added. policy: it is created (the default). full: the firewall is created too. One of `rules-only`, `policy`, `full`."""
    sku: NotRequired[FirewallPolicySku]
    """The policy's tier. One of `Basic`, `Standard`, `Premium`. Default: `Standard`."""
    base_policy: NotRequired[pulumi.Input[str]]
    """The id of the policy that this one inherits from."""
    threat_intel_mode: NotRequired[FirewallPolicyThreatIntelMode]
    """What the firewall does with known malicious addresses and names. Alert unless there is a basePolicy, whose mode is then inherited. One of `Off`, `Alert`, `Deny`."""
    dns_proxy: NotRequired[bool]
    """The firewall answers DNS, as host names in networkRules need. Make its address the DNS server of the servers' network. Default: `false`."""
    dns_servers: NotRequired[list[str]]
    """Addresses; empty for Azure's own."""
    groups: NotRequired[int]
    """Rule collection groups that the names are spread over, at least. Each is an update of its own, one after another. Default: `1`."""
    rules: NotRequired[Sequence[ForeignRuleArgs]]
    """What others keep in this policy and its base policy, for the proof."""


class NetworkRuleArgs(TypedDict):
    """Another destination that the sources may reach, such as a KMS server."""

    name: str
    """The rule's name."""
    protocol: NotRequired[NetworkRuleProtocol]
    """The transport protocol. One of `tcp`, `udp`. Default: `tcp`."""
    destination_ports: Sequence[int]
    """Its ports; TCP 80 and 443 are refused."""
    destinations: NotRequired[list[str]]
    """Address blocks."""
    fqdns: NotRequired[list[str]]
    """Host names, without wildcards."""
    parties: NotRequired[list[str]]
    """Names of the servers and client groups that it is for; empty for all that reach Microsoft Update themselves."""
    reason: str
    """Why it is needed."""


class FirewallArgs(TypedDict):
    """The firewall, in mode full."""

    name: str
    """The firewall's name in Azure."""
    virtual_network: pulumi.Input[str]
    """The id of the network that has an AzureFirewallSubnet."""
    zones: NotRequired[Sequence[FirewallZones]]
    """Availability zones; empty for none. Default: `["1", "2", "3"]`."""
    public_addresses: NotRequired[int]
    """How many public addresses it has. Each has 2,496 ports for each of its instances, of which there are two at least. Default: `1`."""
    public_ip_prefix: NotRequired[pulumi.Input[str]]
    """The id of a public IP prefix of this region, which exists: the public addresses come out of it."""
    management: NotRequired[bool]
    """true: a management interface, in AzureFirewallManagementSubnet, as forced tunnelling needs. A Basic firewall always has one. Default: `false`."""
    workspace: NotRequired[pulumi.Input[str]]
    """The Log Analytics workspace that gets its logs."""


class DirectRouteArgs(TypedDict):
    """A range that is reached past the firewall: the network security group guards it."""

    name: str
    """The route's name."""
    address_prefix: str
    """The range."""
    protocol: NotRequired[DirectRouteProtocol]
    """The transport protocol. One of `tcp`, `udp`. Default: `tcp`."""
    destination_ports: Sequence[int]
    """The ports that the network security group admits there."""
    reason: str
    """Why it is needed."""


class PrivateRouteArgs(TypedDict):
    """A private range outside the virtual network, and what leads there and back.

    0.0.0.0/0 to the firewall takes the gateway's routes from the subnet, where `bgpPropagation` is
    false: without an entry the firewall gets what goes there, and drops it.
    """

    name: str
    """The route's name."""
    address_prefix: str
    """The range."""
    via: NotRequired[PrivateRouteVia]
    """gateway: a route to the virtual network's gateway is made. peering: the range is that of a peered network. firewall: a route to the firewall is made, and rules and routes of yours pass it there and lead back through it. One of `gateway`, `peering`, `firewall`. Default: `gateway`."""


class RouteTableArgs(TypedDict):
    """The servers' route table: 0.0.0.0/0 to the firewall."""

    firewall_address: NotRequired[pulumi.Input[str]]
    """The firewall's private address; in mode full that of its own."""
    bgp_propagation: NotRequired[bool]
    """true: the gateway's routes come in too. Default: `false`."""
    direct: NotRequired[Sequence[DirectRouteArgs]]
    """Ranges that are reached past the firewall."""
    private: NotRequired[Sequence[PrivateRouteArgs]]
    """Private ranges outside the virtual network that servers synchronize with."""


class NetworkSecurityGroupArgs(TypedDict):
    """The servers' network security group."""

    create: NotRequired[bool]
    """false: none is made. For a hub, where the servers do not stand. Default: `true`."""
    destinations: NotRequired[NetworkSecurityGroupDestinations]
    """service-tags: AzureUpdateDelivery and AzureFrontDoor.FirstParty, an approximation. One of `internet`, `service-tags`. Default: `internet`."""
    application_security_groups: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Ids by server or client group, for all or none."""
    lateral_movement: NotRequired[NetworkSecurityGroupLateralMovement]
    """deny: no SSH, RDP or WinRM from the servers into the network. One of `deny`, `allow`. Default: `deny`."""
    flush: NotRequired[bool]
    """true: a change of the rules ends connections that it denies, where the region has that (flushConnection). Default: `false`."""


class DnsSecurityPolicyArgs(TypedDict):
    """Azure DNS security policy: refuses to resolve other names, for a whole virtual network."""

    virtual_network: pulumi.Input[str]
    """The id of the network whose queries it filters, in this region: the servers', or the firewall's where its DNS proxy asks for them. It can be linked to one policy."""
    also_resolve: NotRequired[list[str]]
    """Patterns that the network must resolve besides the endpoint lists: your own domains, private DNS zones, Azure's endpoints."""


class ServiceEndpointArgs(TypedDict):
    """A service endpoint of a subnet: its way to one of Azure's services, past the firewall."""

    service: ServiceEndpointService
    """The service, as Azure calls it. One of `Microsoft.AzureActiveDirectory`, `Microsoft.AzureCosmosDB`, `Microsoft.CognitiveServices`, `Microsoft.ContainerRegistry`, `Microsoft.EventHub`, `Microsoft.KeyVault`, `Microsoft.ServiceBus`, `Microsoft.Sql`, `Microsoft.Storage`, `Microsoft.Storage.Global`, `Microsoft.Web`."""
    locations: NotRequired[list[str]]
    """Regions of the service, or "*"; left out, Azure chooses them."""


class SubnetArgs(TypedDict):
    """A subnet that the security group and the route table are attached to."""

    virtual_network: pulumi.Input[str]
    """The network's name."""
    name: str
    """The subnet's name."""
    address_prefix: NotRequired[str]
    """Its range."""
    address_prefixes: NotRequired[list[str]]
    """Its ranges, where it has more than one, in place of addressPrefix."""
    import_id: NotRequired[str]
    """The id of the subnet, where it exists: it is imported, and stays as it is but for the security group and the route table."""
    network_security_group: NotRequired[str]
    """The id of the one that it has already."""
    route_table: NotRequired[str]
    """The id of the one that it has already."""
    service_endpoints: NotRequired[Sequence[ServiceEndpointArgs]]
    """The service endpoints that it has, and no other: what goes to these services passes no firewall. Of one with importId, those that are there already. Left out, others may set them."""
    attached: NotRequired[bool]
    """false: the security group and the route table are taken off it, before its entry or the whole target goes. Default: `true`."""


class AzureWsusEgressArgs(TypedDict):
    """Everything that enforces the policy in one virtual network."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    resource_group: NotRequired[pulumi.Input[str]]
    """The resource group, of the firewall policy too."""
    resource_group_name: NotRequired[pulumi.Input[str]]
    """Deprecated: the old name of `resource_group`."""
    location: pulumi.Input[str]
    """The region, as Azure writes it: westeurope."""
    address_space: list[str]
    """The virtual network's address blocks."""
    firewall_policy: NotRequired[FirewallPolicyArgs]
    """Without it the network security group stands alone."""
    destinations: NotRequired[AzureWsusEgressDestinations]
    """What the application rules name: the FQDN tags, the endpoint list, or both. One of `tag`, `list`, `tag+list`. Default: `tag+list`."""
    fqdn_tags: NotRequired[list[str]]
    """Azure's FQDN tags, whose content Microsoft keeps and does not publish. Default: `["WindowsUpdate"]`."""
    rule_collection_group_priority: NotRequired[int]
    """100 (first) to 65000 (last) among the policy's groups. 300 unless the policy is others' (mode rules-only): then 1000, away from the groups that Azure's portal makes at 100, 200 and 300."""
    rule_collection_group_name: NotRequired[str]
    """What the group is called in the policy, where others have groups too; with several groups their names begin with it."""
    deny_rest: NotRequired[AzureWsusEgressDenyRest]
    """Whom the last rule denies every other name: the whole virtual network (the default), the policy's own sources (the default in mode rules-only, where others have rules too), or nobody. One of `address-space`, `servers`, `nobody`."""
    ip_groups: NotRequired[bool]
    """true: sources by IP Group. Default: `false`."""
    ip_group_ids: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Ids of IP Groups that exist, by server or client group. With ipGroups: true the others are made."""
    network_rules: NotRequired[Sequence[NetworkRuleArgs]]
    """What else the sources may reach."""
    firewall: NotRequired[FirewallArgs]
    """The firewall, in mode full."""
    route_table: NotRequired[RouteTableArgs]
    """The servers' route table."""
    routing: NotRequired[AzureWsusEgressRouting]
    """What leads to the firewall. subnets: their route tables. hub-intent: the routing intent of a Virtual WAN hub, whose secured hub has the firewall. One of `subnets`, `hub-intent`. Default: `subnets`."""
    network_security_group: NotRequired[NetworkSecurityGroupArgs]
    """The servers' network security group."""
    dns_security_policy: NotRequired[DnsSecurityPolicyArgs]
    """Resolves the listed names only."""
    subnets: NotRequired[Sequence[SubnetArgs]]
    """The subnets to attach the security group and the route table to."""
    accept: NotRequired[Sequence[AcceptArgs]]
    """Deviations that their owner accepts, each by its name and until a day."""
    environment: NotRequired[str]
    """The value of the environment tag; the stack name by default."""
    endpoint_lists: NotRequired[str]
    """A folder of endpoint lists, beside the package's; a list there is used instead of the package's of its name."""
    tags: NotRequired[Mapping[str, str]]
    """Tags for every resource."""


class AzureWsusFirewallArgs(TypedDict):
    """A firewall on a policy."""

    resource_group: NotRequired[pulumi.Input[str]]
    """The resource group, of the virtual network too."""
    resource_group_name: NotRequired[pulumi.Input[str]]
    """Deprecated: the old name of `resource_group`."""
    location: pulumi.Input[str]
    """The region, as Azure writes it: westeurope."""
    firewall: FirewallArgs
    """The firewall."""
    firewall_policy_id: pulumi.Input[str]
    """The id of its policy."""
    sku: NotRequired[AzureWsusFirewallSku]
    """The policy's tier. One of `Basic`, `Standard`, `Premium`. Default: `Standard`."""
    environment: NotRequired[str]
    """The value of the environment tag; the stack name by default."""
    tags: NotRequired[Mapping[str, str]]
    """Tags for every resource."""
