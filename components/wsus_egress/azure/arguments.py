"""The arguments of the Azure components.

Pulumi reads these annotations at run time: no postponed annotations here.
"""

from typing import NotRequired, TypedDict

import pulumi

from wsus_egress.args import PolicyArgs


class ForeignRuleArgs(TypedDict):
    """A rule that others keep in the firewall policy or its base policy, for the proof."""

    name: str
    """Its name."""
    inherited: NotRequired[bool]
    """true: it stands in the base policy, whose rules come first."""
    group_priority: int
    """The priority of its rule collection group."""
    priority: NotRequired[int]
    """The priority of its rule collection; 200 by default."""
    action: str
    """`allow` or `deny`."""
    sources: NotRequired[list[str]]
    """Address blocks; any by default."""
    fqdns: NotRequired[list[str]]
    """An application rule's host names; without them it is a network rule."""
    http_ports: NotRequired[list[int]]
    """An application rule's ports for HTTP."""
    https_ports: NotRequired[list[int]]
    """An application rule's ports for HTTPS."""
    destinations: NotRequired[list[str]]
    """A network rule's address blocks; any by default."""
    destination_ports: NotRequired[list[int]]
    """A network rule's ports; any by default."""
    protocol: NotRequired[str]
    """A network rule's `tcp`, `udp` or `any` (default)."""


class FirewallPolicyArgs(TypedDict):
    """The Azure Firewall policy that carries the rules."""

    name: pulumi.Input[str]
    """Its name in Azure."""
    mode: NotRequired[str]
    """`rules-only`: it exists. `policy` (default): it is created. `full`: the firewall too."""
    existing: NotRequired[bool]
    """true: the same as mode `rules-only`."""
    sku: NotRequired[str]
    """`Basic`, `Standard` (default) or `Premium`."""
    threat_intel_mode: NotRequired[str]
    """`Off`, `Alert` (default) or `Deny`."""
    base_policy: NotRequired[pulumi.Input[str]]
    """The id of the policy that it inherits from."""
    dns_proxy: NotRequired[bool]
    """true: the firewall answers DNS, as host names in network rules need."""
    dns_servers: NotRequired[list[str]]
    """Addresses; Azure's own by default."""
    groups: NotRequired[int]
    """Rule collection groups that the names are spread over, at least; 1 by default."""
    rules: NotRequired[list[ForeignRuleArgs]]
    """What others keep in it and in its base policy."""


class NetworkRuleArgs(TypedDict):
    """Something beside Microsoft Update that the sources may reach, KMS for one."""

    name: str
    """The rule's name."""
    protocol: NotRequired[str]
    """`tcp` (default) or `udp`."""
    destination_ports: list[int]
    """Its ports; TCP 80 and 443 are refused."""
    destinations: NotRequired[list[str]]
    """Address blocks, or else `fqdns`."""
    fqdns: NotRequired[list[str]]
    """Host names without wildcards, or else `destinations`."""
    reason: str
    """Why it is needed."""


class FirewallArgs(TypedDict):
    """The firewall, in mode `full`."""

    name: str
    """Its name in Azure."""
    virtual_network: pulumi.Input[str]
    """The id of the network that has an AzureFirewallSubnet."""
    zones: NotRequired[list[str]]
    """Availability zones; all three by default."""
    workspace: NotRequired[pulumi.Input[str]]
    """The id of the Log Analytics workspace that gets its logs."""


class DirectRouteArgs(TypedDict):
    """A range that is reached past the firewall."""

    name: str
    """The route's name."""
    address_prefix: str
    """The range."""
    protocol: NotRequired[str]
    """`tcp` (default) or `udp`."""
    destination_ports: list[int]
    """The ports that the network security group admits there."""
    reason: str
    """Why it is needed."""


class RouteTableArgs(TypedDict):
    """The servers' route table: 0.0.0.0/0 to the firewall."""

    firewall_address: NotRequired[pulumi.Input[str]]
    """The firewall's private address; in mode `full` that of its own."""
    bgp_propagation: NotRequired[bool]
    """true: the gateway's routes come in too."""
    direct: NotRequired[list[DirectRouteArgs]]
    """Ranges past the firewall."""


class NetworkSecurityGroupArgs(TypedDict):
    """The servers' network security group."""

    destinations: NotRequired[str]
    """`internet` (default) or `service-tags`, an approximation."""
    application_security_groups: NotRequired[dict[str, pulumi.Input[str]]]
    """Ids by server or client group, for all or none."""
    lateral_movement: NotRequired[str]
    """`deny` (default): no SSH, RDP or WinRM from the servers into the network; or `allow`."""


class SubnetArgs(TypedDict):
    """A subnet that the security group and the route table are attached to."""

    virtual_network: pulumi.Input[str]
    """The network's name."""
    name: str
    """The subnet's name."""
    address_prefix: str
    """Its range."""
    network_security_group: NotRequired[str]
    """The id of the network security group that it has already."""
    route_table: NotRequired[str]
    """The id of the route table that it has already."""


class AzureWsusEgressArgs(TypedDict):
    """Everything that enforces the policy in one virtual network."""

    policy: PolicyArgs
    """What is allowed, and for whom."""
    resource_group_name: pulumi.Input[str]
    """The resource group, of the firewall policy too."""
    location: pulumi.Input[str]
    """The region, as Azure writes it: westeurope."""
    address_space: list[str]
    """The virtual network's address blocks."""
    firewall_policy: NotRequired[FirewallPolicyArgs]
    """The firewall policy, created or given; without it the network security group stands alone."""
    destinations: NotRequired[str]
    """`tag`, `list` or `tag+list` (default)."""
    fqdn_tags: NotRequired[list[str]]
    """Azure's FQDN tags; WindowsUpdate by default."""
    rule_collection_group_priority: NotRequired[int]
    """100 (first) to 65000 (last); 300 by default."""
    deny_rest: NotRequired[str]
    """Whom the last rule denies every other name: `address-space` (default), `servers`, `nobody`."""
    ip_groups: NotRequired[bool]
    """true: rules name their sources by IP Group."""
    network_rules: NotRequired[list[NetworkRuleArgs]]
    """What else the sources may reach."""
    firewall: NotRequired[FirewallArgs]
    """The firewall, in mode `full`."""
    route_table: NotRequired[RouteTableArgs]
    """The servers' route table."""
    network_security_group: NotRequired[NetworkSecurityGroupArgs]
    """The servers' network security group."""
    subnets: NotRequired[list[SubnetArgs]]
    """The subnets to attach both to."""
    environment: NotRequired[str]
    """What resources are tagged with; the stack's name by default."""
    endpoint_lists: NotRequired[str]
    """The folder of the endpoint lists; those that come with the package by default."""
    tags: NotRequired[dict[str, str]]
    """Further tags for every resource that can have tags."""


class AzureWsusFirewallArgs(TypedDict):
    """A firewall on a policy."""

    resource_group_name: pulumi.Input[str]
    """The resource group, of the virtual network too."""
    location: pulumi.Input[str]
    """The region, as Azure writes it: westeurope."""
    firewall: FirewallArgs
    """The firewall."""
    firewall_policy_id: pulumi.Input[str]
    """The id of its policy."""
    sku: NotRequired[str]
    """The policy's: `Basic`, `Standard` (default) or `Premium`."""
    environment: NotRequired[str]
    """What resources are tagged with; the stack's name by default."""
    tags: NotRequired[dict[str, str]]
    """Further tags for every resource."""
