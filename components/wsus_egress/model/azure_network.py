"""What guards an Azure network beside the firewall: routes, the network security group, subnets and DNS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from wsus_egress.model.azure_forms import (
    SOME_ID,
    UNKNOWN_NETWORK,
    IdsByParty,
    NetworkId,
    ResourceName,
    RouteTableId,
    SecurityGroupOfSubnetId,
    SubnetId,
)
from wsus_egress.model.base import (
    AddressBlock,
    Checked,
    Items,
    Matching,
    MayBeOutput,
    Name,
    NamePatterns,
    Ports,
    Settings,
    SingleAddress,
    Text,
)
from wsus_egress.model.flows import Network
from wsus_egress.problems import Problem

_STORAGE: Final = "Microsoft.Storage"


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


class ServiceEndpoint(Settings):
    """A service endpoint of a subnet: its way to one of Azure's services, past the firewall."""

    service: Annotated[
        Literal[
            "Microsoft.AzureActiveDirectory",
            "Microsoft.AzureCosmosDB",
            "Microsoft.CognitiveServices",
            "Microsoft.ContainerRegistry",
            "Microsoft.EventHub",
            "Microsoft.KeyVault",
            "Microsoft.ServiceBus",
            "Microsoft.Sql",
            "Microsoft.Storage",
            "Microsoft.Storage.Global",
            "Microsoft.Web",
        ],
        # "Virtual network service endpoints", azure-docs, and for Microsoft.Storage.Global "Azure
        # Storage firewalls and virtual networks", both read 2026-11-30.
        Field(description="The service, as Azure calls it."),
    ]
    locations: Annotated[
        Items[
            Annotated[
                str,
                Matching(
                    r"^(?:\*|[a-z0-9]+)$",
                    "is not an Azure region's name",
                    'write it like westeurope, or "*" for every region',
                ),
            ]
        ],
        Field(description='Regions of the service, or "*"; left out, Azure chooses them.'),
    ] = ()


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
        SecurityGroupOfSubnetId | None, Field(description="The id of the one that it has already.")
    ] = None
    route_table: Annotated[
        RouteTableId | None, Field(description="The id of the one that it has already.")
    ] = None
    service_endpoints: Annotated[
        Items[ServiceEndpoint],
        Field(
            description="The service endpoints that it has, and no other: what goes to these services "
            "passes no firewall. Of one with importId, those that are there already. Left out, others "
            "may set them."
        ),
    ] = ()
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

    @property
    def says_endpoints(self) -> bool:
        """Whether the entry says which service endpoints it has, though it be none."""
        return "service_endpoints" in self.model_fields_set

    def refusals(self) -> Iterator[Problem]:
        """A subnet has one range or several, said once, and one endpoint to a service."""
        if not self.ranges:
            yield Problem(
                None, ("addressPrefix",), "the setting is missing", "add it, or addressPrefixes"
            )
        elif self.address_prefix and self.address_prefixes:
            what = "the subnet has addressPrefix, and Azure takes one of the two"
            yield Problem(None, ("addressPrefixes",), what, "write all its ranges here alone")
        yield from self._endpoint_refusals()

    def _endpoint_refusals(self) -> Iterator[Problem]:
        """What Azure refuses of service endpoints, or what an import would leave as it is."""
        earlier: list[str] = []
        for index, each in enumerate(self.service_endpoints):
            keys = ("serviceEndpoints", index)
            # "Configure virtual network service endpoints": one endpoint to a service. "Azure Storage
            # firewalls and virtual networks": "Local and cross-region service endpoints can't coexist
            # on the same subnet." Both read 2026-11-30.
            if each.service in earlier:
                what = f"{each.service} is listed twice, and a subnet has one endpoint to a service"
                yield Problem(None, (*keys, "service"), what, "leave one out")
            elif {each.service, *earlier} >= {_STORAGE, f"{_STORAGE}.Global"}:
                what = f"a subnet has {_STORAGE} or {_STORAGE}.Global, never both"
                yield Problem(None, (*keys, "service"), what, "leave one out")
            earlier.append(each.service)
            if each.locations and self.import_id:
                what = "the subnet is imported, and its endpoints keep their regions"
                yield Problem(None, (*keys, "locations"), what, "leave it out")


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
