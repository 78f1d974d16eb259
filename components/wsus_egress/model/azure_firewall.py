"""Azure Firewall in one target: its policy, the rules of others there, and the firewall itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from wsus_egress.model.azure_forms import (
    SOME_ID,
    SOME_WORKSPACE,
    Action,
    NetworkId,
    PolicyId,
    PrefixId,
    ResourceName,
    Sku,
    WorkspaceId,
)
from wsus_egress.model.base import (
    WHOLE,
    AddressBlock,
    Checked,
    Items,
    MayBeOutput,
    Name,
    Number,
    Port,
    Ports,
    Settings,
    SingleAddress,
    Text,
)
from wsus_egress.problems import Problem

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
        PolicyId | None,
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
        NetworkId,
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
    public_ip_prefix: Annotated[
        PrefixId | None,
        Field(
            description="The id of a public IP prefix of this region, which exists: the public addresses "
            "come out of it."
        ),
        MayBeOutput(f"{SOME_ID}/publicIPPrefixes/prefix"),
    ] = None
    management: Annotated[
        bool,
        Field(
            description="true: a management interface, in AzureFirewallManagementSubnet, as forced "
            "tunnelling needs. A Basic firewall always has one."
        ),
    ] = False
    workspace: Annotated[
        WorkspaceId | None,
        Field(description="The Log Analytics workspace that gets its logs."),
        MayBeOutput(SOME_WORKSPACE),
    ] = None
