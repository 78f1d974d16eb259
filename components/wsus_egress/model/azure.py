"""An Azure target: what the firewall, the route table and the network security group are to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import Field

from wsus_egress.model.base import (
    WHOLE,
    AddressBlock,
    Checked,
    Items,
    Matching,
    MayBeOutput,
    Name,
    NamePatterns,
    Number,
    Port,
    Ports,
    Settings,
    SingleAddress,
    SomeItems,
    Tags,
    Text,
    by_key,
)
from wsus_egress.model.flows import Network
from wsus_egress.problems import Problem

Sku: TypeAlias = Literal["Basic", "Standard", "Premium"]
Action: TypeAlias = Literal["allow", "deny"]
# Firewall policies, groups and collections (Microsoft.Network 2024-05-01, draft operations).
ResourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$")]
ArmId = Annotated[str, Field(pattern=r"^/subscriptions/[^\s]+$")]
# Azure writes the fixed parts of an id in more than one case.
PolicyId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^/\s]+/resource[Gg]roups/[^/\s]+/providers/[Mm]icrosoft\.[Nn]etwork"
        r"/firewall[Pp]olicies/[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$",
        "is not a firewall policy's id",
        "write it like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/"
        "firewallPolicies/NAME",
    ),
]
NetworkId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^/\s]+/resource[Gg]roups/[^/\s]+/providers/[Mm]icrosoft\.[Nn]etwork"
        r"/virtual[Nn]etworks/[^/\s]+$",
        "is not a virtual network's id",
        "write it like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/"
        "virtualNetworks/NAME",
    ),
]
SubnetId = Annotated[
    str,
    Matching(
        r"^/subscriptions/[^/\s]+/resource[Gg]roups/[^/\s]+/providers/[Mm]icrosoft\.[Nn]etwork"
        r"/virtual[Nn]etworks/[^/\s]+/subnets/[^/\s]+$",
        "is not a subnet's id",
        "write it like /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/"
        "virtualNetworks/NETWORK/subnets/NAME",
    ),
]
# Stands for what an id that only the deployment knows begins with; it is never sent.
SOME_ID: Final = "/subscriptions/unknown/resourceGroups/unknown/providers/Microsoft.Network"
SecurityGroupId: TypeAlias = Annotated[
    ArmId, MayBeOutput(f"{SOME_ID}/applicationSecurityGroups/{{key}}")
]
IdsByParty: TypeAlias = Annotated[tuple[tuple[str, str], ...], by_key(dict[str, SecurityGroupId])]
IpGroupId: TypeAlias = Annotated[ArmId, MayBeOutput(f"{SOME_ID}/ipGroups/{{key}}")]
IpGroupsByParty: TypeAlias = Annotated[tuple[tuple[str, str], ...], by_key(dict[str, IpGroupId])]
# Stands for a resource group that only the deployment knows.
UNKNOWN_GROUP: Final = "unknown-resource-group"
# What stands for a network's name that only the deployment knows begins with it.
UNKNOWN_NETWORK: Final = "unknown-network-"
ResourceGroup = Annotated[str, Field(min_length=1, max_length=90), MayBeOutput(UNKNOWN_GROUP)]
UNKNOWN_REGION: Final = "unknownlocation"
Region = Annotated[
    str,
    Matching(r"^[a-z0-9]+$", "is not an Azure region's name", "write it like westeurope"),
    MayBeOutput(UNKNOWN_REGION),
    Field(description="The region, as Azure writes it: westeurope."),
]
# From the loosest to the strictest.
THREAT_MODES: Final = ("Off", "Alert", "Deny")
ALLOW_PRIORITY: Final = 200
DENY_PRIORITY: Final = 65000


class ForeignRule(Checked):
    """A rule that others keep in the policy or its base policy, so that the proof knows it."""

    name: Annotated[Text, Field(description="The rule's name.")]
    inherited: Annotated[
        bool, Field(description="true: in the base policy, whose rules come first.")
    ] = False
    group_priority: Annotated[Number, Field(description="Of its rule collection group.")]
    priority: Annotated[Number, Field(description="Of its rule collection.")] = 200
    action: Annotated[Action, Field(description="What it does.")]
    sources: Annotated[
        Items[AddressBlock], Field(description="Address blocks; empty for any.")
    ] = ()
    fqdns: Annotated[
        Items[str], Field(description="Of an application rule. Empty: it is a network rule.")
    ] = ()
    http_ports: Annotated[Items[Port], Field(description="An application rule's Http ports.")] = ()
    https_ports: Annotated[
        Items[Port], Field(description="An application rule's Https ports.")
    ] = ()
    destinations: Annotated[
        Items[AddressBlock], Field(description="A network rule's address blocks; empty for any.")
    ] = ()
    destination_ports: Annotated[
        Items[Port], Field(description="A network rule's ports; empty for any.")
    ] = ()
    protocol: Annotated[
        Literal["tcp", "udp", "any"], Field(description="A network rule's protocol.")
    ] = "any"

    @property
    def protocols(self) -> tuple[tuple[str, int], ...]:
        """An application rule's pairs of `Http`/`Https` and a port."""
        http = [("Http", port) for port in self.http_ports]
        return (*http, *(("Https", port) for port in self.https_ports))

    def refusals(self) -> Iterator[Problem]:
        """An application rule has names and ports of its own, and nothing of a network rule."""
        if self.fqdns and not self.protocols:
            what = "the application rule has no port"
            yield Problem(None, (), what, "add httpPorts or httpsPorts")
        if self.fqdns and (self.destinations or self.destination_ports):
            what = "host names and a network rule's destinations in one rule"
            yield Problem(None, (), what, "make a rule of each")
        if self.fqdns and self.protocol != "any":
            what = f"an application rule is about HTTP and TLS, not about {self.protocol}"
            yield Problem(None, ("protocol",), what, "leave it out")
        if self.protocols and not self.fqdns:
            # It would be read as a network rule for every port.
            what = "httpPorts and httpsPorts are an application rule's, and it has no fqdns"
            instead = "add fqdns, '*' for every name, or write destinationPorts"
            yield Problem(None, (), what, instead)


class FirewallPolicy(Checked):
    """The Azure Firewall policy that carries the rules."""

    id: Annotated[
        PolicyId | None,
        Field(
            description="The whole id of a policy that exists in another resource group or "
            "subscription, in place of name. Rule collection groups are added there."
        ),
    ] = None
    name: Annotated[
        Annotated[ResourceName, MayBeOutput("unknown-firewall-policy")],
        Field(
            default_factory=lambda given: (given.get("id") or "").rpartition("/")[2],
            description="The policy's name in Azure. Needed unless id is given.",
        ),
    ]
    existing: Annotated[bool, Field(description="true: the same as mode rules-only.")] = False
    mode: Annotated[
        Literal["rules-only", "policy", "full"],
        Field(
            default_factory=lambda given: (
                "rules-only" if given.get("existing") or given.get("id") else "policy"
            ),
            description="rules-only: the policy exists, and only rule collection groups are added. "
            "policy: it is created (the default). full: the firewall is created too.",
        ),
    ]
    sku: Annotated[Sku, Field(description="The policy's tier.")] = "Standard"
    base_policy: Annotated[
        ArmId | None,
        Field(description="The id of the policy that this one inherits from."),
        MayBeOutput(f"{SOME_ID}/firewallPolicies/base"),
    ] = None
    threat_intel_mode: Annotated[
        Literal["Off", "Alert", "Deny"] | None,
        Field(
            default_factory=lambda given: None if given.get("base_policy") else "Alert",
            description="What the firewall does with known malicious addresses and names. Alert "
            "unless there is a basePolicy, whose mode is then inherited.",
        ),
    ]
    dns_proxy: Annotated[
        bool,
        Field(
            description="The firewall answers DNS, as host names in networkRules need. Make its "
            "address the DNS server of the servers' network."
        ),
    ] = False
    dns_servers: Annotated[
        Items[SingleAddress], Field(description="Addresses; empty for Azure's own.")
    ] = ()
    groups: Annotated[
        int,
        Field(
            ge=1,
            le=80,
            description="Rule collection groups that the names are spread over, at least. Each is "
            "an update of its own, one after another.",
        ),
        WHOLE,
    ] = 1
    rules: Annotated[
        Items[ForeignRule],
        Field(description="What others keep in this policy and its base policy, for the proof."),
    ] = ()

    @property
    def subscription(self) -> str | None:
        """The subscription in its id, where that is given."""
        return self.id.split("/")[2] if self.id else None

    @property
    def resource_group(self) -> str | None:
        """The resource group in its id, where that is given."""
        return self.id.split("/")[4] if self.id else None

    def refusals(self) -> Iterator[Problem]:
        """A policy has one name, and one that exists is neither created nor changed."""
        if not self.name:
            yield Problem(None, ("name",), "the setting is missing", "add it, or the policy's id")
        elif self.id and "name" in self.model_fields_set:
            yield Problem(None, ("name",), "the id has the policy's name already", "leave it out")
        if self.id and self.mode != "rules-only":
            what = f"the policy of an id exists, and mode {self.mode} would create it"
            yield Problem(None, ("mode",), what, "write rules-only, or name in place of id")
        elif self.existing and self.mode != "rules-only":
            what = f"the policy exists, and mode {self.mode} would create it"
            yield Problem(None, ("mode",), what, "write rules-only, or leave existing out")
        elif self.mode == "rules-only" and "threat_intel_mode" in self.model_fields_set:
            what = "the policy exists already, and is not changed"
            yield Problem(None, ("threatIntelMode",), what, "leave it out, or write mode policy")


class NetworkRule(Settings):
    """Another destination that the sources may reach, such as a KMS server."""

    name: Annotated[Name, Field(description="The rule's name.")]
    protocol: Annotated[Literal["tcp", "udp"], Field(description="The transport protocol.")] = "tcp"
    destination_ports: Annotated[Ports, Field(description="Its ports; TCP 80 and 443 are refused.")]
    destinations: Annotated[Items[AddressBlock], Field(description="Address blocks.")] = ()
    fqdns: Annotated[Items[str], Field(description="Host names, without wildcards.")] = ()
    parties: Annotated[
        Items[Name],
        Field(
            description="Names of the servers and client groups that it is for; empty for all that "
            "reach Microsoft Update themselves."
        ),
    ] = ()
    reason: Annotated[Text, Field(description="Why it is needed.")]


class Firewall(Settings):
    """The firewall, in mode full."""

    name: Annotated[
        Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?$")],
        Field(description="The firewall's name in Azure."),
    ]
    virtual_network: Annotated[
        ArmId,
        Field(description="The id of the network that has an AzureFirewallSubnet."),
        MayBeOutput(f"{SOME_ID}/virtualNetworks/network"),
    ]
    zones: Annotated[
        Items[Literal["1", "2", "3"]], Field(description="Availability zones; empty for none.")
    ] = ("1", "2", "3")
    public_addresses: Annotated[
        int,
        Field(
            ge=1,
            le=250,
            description="How many public addresses it has. Each has 2,496 ports for each of its "
            "instances, of which there are two at least.",
        ),
        WHOLE,
    ] = 1
    management: Annotated[
        bool,
        Field(
            description="true: a management interface, in AzureFirewallManagementSubnet, as forced "
            "tunnelling needs. A Basic firewall always has one."
        ),
    ] = False
    workspace: Annotated[
        ArmId | None,
        Field(description="The Log Analytics workspace that gets its logs."),
        MayBeOutput(f"{SOME_ID}/workspaces/workspace"),
    ] = None


class DirectRoute(Settings):
    """A range that is reached past the firewall: the network security group guards it."""

    name: Annotated[Name, Field(description="The route's name.")]
    address_prefix: Annotated[AddressBlock, Field(description="The range.")]
    protocol: Annotated[Literal["tcp", "udp"], Field(description="The transport protocol.")] = "tcp"
    destination_ports: Annotated[
        Ports, Field(description="The ports that the network security group admits there.")
    ]
    reason: Annotated[Text, Field(description="Why it is needed.")]


class PrivateRoute(Settings):
    """A private range outside the virtual network, and what leads there and back.

    0.0.0.0/0 to the firewall takes the gateway's routes from the subnet, where `bgpPropagation` is
    false: without an entry the firewall gets what goes there, and drops it.
    """

    name: Annotated[Name, Field(description="The route's name.")]
    address_prefix: Annotated[AddressBlock, Field(description="The range.")]
    via: Annotated[
        Literal["gateway", "peering", "firewall"],
        Field(
            description="gateway: a route to the virtual network's gateway is made. peering: the "
            "range is that of a peered network. firewall: a route to the firewall is made, and rules "
            "and routes of yours pass it there and lead back through it."
        ),
    ] = "gateway"


class RouteTable(Settings):
    """The servers' route table: 0.0.0.0/0 to the firewall."""

    firewall_address: Annotated[
        SingleAddress | None,
        Field(description="The firewall's private address; in mode full that of its own."),
        MayBeOutput("100.127.255.254"),
    ] = None
    bgp_propagation: Annotated[
        bool, Field(description="true: the gateway's routes come in too.")
    ] = False
    direct: Annotated[
        Items[DirectRoute], Field(description="Ranges that are reached past the firewall.")
    ] = ()
    private: Annotated[
        Items[PrivateRoute],
        Field(
            description="Private ranges outside the virtual network that servers synchronize with."
        ),
    ] = ()


class Nsg(Settings):
    """The servers' network security group."""

    create: Annotated[
        bool,
        Field(description="false: none is made. For a hub, where the servers do not stand."),
    ] = True
    destinations: Annotated[
        Literal["internet", "service-tags"],
        Field(
            description="service-tags: AzureUpdateDelivery and AzureFrontDoor.FirstParty, an "
            "approximation."
        ),
    ] = "internet"
    application_security_groups: Annotated[
        IdsByParty, Field(description="Ids by server or client group, for all or none.")
    ] = ()
    lateral_movement: Annotated[
        Literal["deny", "allow"],
        Field(description="deny: no SSH, RDP or WinRM from the servers into the network."),
    ] = "deny"

    flush: Annotated[
        bool,
        Field(
            description="true: a change of the rules ends connections that it denies, where the region "
            "has that (flushConnection)."
        ),
    ] = False

    @property
    def deny_lateral_movement(self) -> bool:
        """Whether remote administration from the servers is denied."""
        return self.lateral_movement == "deny"


class Subnet(Checked):
    """A subnet that the security group and the route table are attached to."""

    virtual_network: Annotated[
        Annotated[ResourceName, MayBeOutput(f"{UNKNOWN_NETWORK}{{n}}")],
        Field(description="The network's name."),
    ]
    name: Annotated[ResourceName, Field(description="The subnet's name.")]
    address_prefix: Annotated[AddressBlock | None, Field(description="Its range.")] = None
    address_prefixes: Annotated[
        Items[AddressBlock],
        Field(description="Its ranges, where it has more than one, in place of addressPrefix."),
    ] = ()
    import_id: Annotated[
        SubnetId | None,
        Field(
            description="The id of the subnet, where it exists: it is imported, and stays as it is "
            "but for the security group and the route table."
        ),
    ] = None
    network_security_group: Annotated[
        ArmId | None, Field(description="The id of the one that it has already.")
    ] = None
    route_table: Annotated[
        ArmId | None, Field(description="The id of the one that it has already.")
    ] = None
    attached: Annotated[
        bool,
        Field(
            description="false: the security group and the route table are taken off it, before "
            "its entry or the whole target goes."
        ),
    ] = True

    @property
    def ranges(self) -> tuple[Network, ...]:
        """Every range that it has, by whichever setting."""
        return (self.address_prefix,) if self.address_prefix else self.address_prefixes

    def refusals(self) -> Iterator[Problem]:
        """A subnet has one range or several, said once."""
        if not self.ranges:
            yield Problem(
                None, ("addressPrefix",), "the setting is missing", "add it, or addressPrefixes"
            )
        elif self.address_prefix and self.address_prefixes:
            what = "the subnet has addressPrefix, and Azure takes one of the two"
            yield Problem(None, ("addressPrefixes",), what, "write all its ranges here alone")


class DnsSecurityPolicy(Settings):
    """Azure DNS security policy: refuses to resolve other names, for a whole virtual network."""

    virtual_network: Annotated[
        NetworkId,
        Field(
            description="The id of the network whose queries it filters, in this region: the servers', or "
            "the firewall's where its DNS proxy asks for them. It can be linked to one policy."
        ),
        MayBeOutput(f"{SOME_ID}/virtualNetworks/network"),
    ]
    also_resolve: Annotated[
        NamePatterns,
        Field(
            description="Patterns that the network must resolve besides the endpoint lists: your own "
            "domains, private DNS zones, Azure's endpoints."
        ),
    ] = ()


class FirewallAlone(Settings):
    """A firewall by itself, on a policy that somebody else makes."""

    resource_group: Annotated[
        ResourceGroup, Field(description="The resource group, of the virtual network too.")
    ]
    location: Region
    firewall: Annotated[Firewall, Field(description="The firewall.")]
    firewall_policy_id: Annotated[
        Annotated[ArmId, MayBeOutput(f"{SOME_ID}/firewallPolicies/own")],
        Field(description="The id of its policy."),
    ]
    sku: Annotated[Sku, Field(description="The policy's tier.")] = "Standard"
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = ()


def _is_others(given: dict[str, Any]) -> bool:
    """Whether the settings above name a firewall policy that others keep."""
    policy = given.get("firewall_policy")
    return policy is not None and policy.mode == "rules-only"


class AzureTarget(Settings):
    """The Azure target: one virtual network, behind an Azure Firewall where a policy is given."""

    cloud: ClassVar[Literal["azure"]] = "azure"

    resource_group: Annotated[
        ResourceGroup, Field(description="The resource group, of the firewall policy too.")
    ]
    location: Region
    address_space: Annotated[
        SomeItems[AddressBlock], Field(description="The virtual network's address blocks.")
    ]
    firewall_policy: Annotated[
        FirewallPolicy | None,
        Field(description="Without it the network security group stands alone."),
    ] = None
    destinations: Annotated[
        Literal["tag", "list", "tag+list"],
        Field(
            description="What the application rules name: the FQDN tags, the endpoint list, or both."
        ),
    ] = "tag+list"
    fqdn_tags: Annotated[
        SomeItems[str],
        Field(description="Azure's FQDN tags, whose content Microsoft keeps and does not publish."),
    ] = ("WindowsUpdate",)
    rule_collection_group_priority: Annotated[
        Number,
        Field(
            description="100 (first) to 65000 (last) among the policy's groups. 300 unless the policy "
            "is others' (mode rules-only): then 1000, away from the groups that Azure's portal makes "
            "at 100, 200 and 300.",
        ),
    ] = Field(default_factory=lambda given: 1000 if _is_others(given) else 300)
    rule_collection_group_name: Annotated[
        ResourceName | None,
        Field(
            description="What the group is called in the policy, where others have groups too; with "
            "several groups their names begin with it."
        ),
    ] = None
    deny_rest: Annotated[
        Literal["address-space", "servers", "nobody"],
        Field(
            description="Whom the last rule denies every other name: the whole virtual network (the "
            "default), the policy's own sources (the default in mode rules-only, where others have "
            "rules too), or nobody.",
        ),
    ] = Field(default_factory=lambda given: "servers" if _is_others(given) else "address-space")
    ip_groups: Annotated[bool, Field(description="true: sources by IP Group.")] = False
    ip_group_ids: Annotated[
        IpGroupsByParty,
        Field(
            description="Ids of IP Groups that exist, by server or client group. With ipGroups: true the "
            "others are made."
        ),
    ] = ()
    network_rules: Annotated[
        Items[NetworkRule], Field(description="What else the sources may reach.")
    ] = ()
    firewall: Annotated[Firewall | None, Field(description="The firewall, in mode full.")] = None
    route_table: Annotated[RouteTable | None, Field(description="The servers' route table.")] = None
    routing: Annotated[
        Literal["subnets", "hub-intent"],
        Field(
            description="What leads to the firewall. subnets: their route tables. hub-intent: the routing "
            "intent of a Virtual WAN hub, whose secured hub has the firewall."
        ),
    ] = "subnets"
    network_security_group: Annotated[
        Nsg, Field(description="The servers' network security group.")
    ] = Nsg.model_construct()
    dns_security_policy: Annotated[
        DnsSecurityPolicy | None, Field(description="Resolves the listed names only.")
    ] = None
    subnets: Annotated[
        Items[Subnet],
        Field(description="The subnets to attach the security group and the route table to."),
    ] = ()
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = ()

    @property
    def policy_group(self) -> str:
        """The resource group of the firewall policy, and of what is made beside it."""
        theirs = self.firewall_policy.resource_group if self.firewall_policy else None
        return theirs or self.resource_group
