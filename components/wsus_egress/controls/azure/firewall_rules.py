"""Azure Firewall's network and application rules, and which flows each of them is about."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from wsus_egress.controls.base import plain, within
from wsus_egress.model.azure_forms import Action
from wsus_egress.model.flows import Address, Application, Flow, Network, Protocol, is_internet
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES, NameSet

# Microsoft keeps the tags' content and does not publish it ("FQDN tags overview", 2026-03-28). The
# names are those of the API. That page's table writes one of them otherwise, AzureHDInsight; in a
# rule it is HDInsight ("Configure outbound network traffic for Azure HDInsight clusters",
# 2020-04-17, and `az network firewall policy ... --fqdn-tags HDInsight`).
FQDN_TAGS: Final = (
    "AppServiceEnvironment",
    "AzureActiveDirectoryDomainServices",
    "AzureBackup",
    "AzureKubernetesService",
    "CitrixHDXPlusForWindows365",
    "HDInsight",
    "MicrosoftActiveProtectionService",
    "MicrosoftIntune",
    "Windows365",
    "WindowsDiagnostics",
    "WindowsUpdate",
    "WindowsVirtualDesktop",
)
# One for each product and category of Microsoft 365, made as Microsoft needs them ("Use Azure Firewall
# to protect Microsoft 365", 2026-03-28; its older copies write Office365).
OFFICE_TAG: Final = re.compile(
    r"(?:Office365|Microsoft365)\.(?:Exchange|Skype|SharePoint|Common)"
    r"\.(?:Optimize|Allow|Default)(?:\.(?:Required|NotRequired))?"
)
PROTOCOLS: Final[Mapping[Application, str]] = {"http": "Http", "tls": "Https"}
EVERY_NAME: Final = "*"
ANY_SOURCE: Final[tuple[Network, ...]] = (ipaddress.ip_network("0.0.0.0/0"),)

# The collection of network rules comes first in its group; those of application rules stand in
# `model.azure_firewall`.
NETWORK_PRIORITY: Final = 100

Sources: TypeAlias = tuple[tuple[str, tuple[Network, ...]], ...]
Owner: TypeAlias = Literal["", "base policy", "others"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What both kinds of rules have.

    Attributes:
        collection: `allow` or `deny`, the collection it stands in.
        place: The priorities of its rule collection group and of its collection.
        parties: Whose addresses the sources are, where they are parties'.
        owner: Who keeps it, where it is not this project.
    """

    id: str
    collection: Action
    sources: tuple[Network, ...]
    description: str = ""
    place: tuple[int, int] = (0, 0)
    parties: tuple[str, ...] = ()
    owner: Owner = ""

    @property
    def inherited(self) -> bool:
        """Whether the base policy has it."""
        return self.owner == "base policy"

    @property
    def action(self) -> str:
        """`allow`, or `others: allow` where somebody else keeps the rule."""
        return f"{self.owner}: {self.collection}" if self.owner else self.collection


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRule(_Common):
    """One rule: either host names or FQDN tags, never both.

    Attributes:
        protocols: Pairs of `Http`/`Https` and a port.
        fqdns: Patterns as Azure writes them, which are this project's patterns, or `*`.
    """

    protocols: tuple[tuple[str, int], ...]
    fqdns: tuple[str, ...] = ()
    fqdn_tags: tuple[str, ...] = ()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The patterns it admits."""
        if self.owner or self.collection == "deny" or self.fqdns == (EVERY_NAME,):
            return ()
        return self.fqdns

    @property
    def text(self) -> str:
        """`allow Http:80, Https:443 from 10.0.0.4 to *.example.com`."""
        protocols = ", ".join(f"{name}:{port}" for name, port in self.protocols)
        sources = ", ".join(map(plain, self.sources))
        what = f"FQDN tag {', '.join(self.fqdn_tags)}" if self.fqdn_tags else ", ".join(self.fqdns)
        return f"{self.action} {protocols} from {sources} to {what}"

    def is_between(self, source: Address, destination: Address) -> bool:  # noqa: ARG002 - to any
        """Whether the rule is about flows between these addresses."""
        return within(self.sources, source)

    def covers(self, flow: Flow) -> bool:
        """Whether the rule is about such a flow between its addresses, whatever its name."""
        return (
            flow.application is not None
            and flow.protocol == "tcp"
            and (PROTOCOLS[flow.application], flow.port) in self.protocols
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRule(_Common):
    """One rule by address and port. It comes before every application rule, and sees no name.

    Attributes:
        ports: Empty for any.
        destinations: Empty, and `fqdns` empty too: any.
        fqdns: Host names that the firewall resolves. What they resolve to is not known here, so
            the rule is taken to cover the whole Internet.
    """

    protocol: Protocol | Literal["any"]
    ports: tuple[int, ...]
    destinations: tuple[Network, ...] = ()
    fqdns: tuple[str, ...] = ()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """None: it admits addresses."""
        return ()

    @property
    def text(self) -> str:
        """`allow network tcp/1688 from 10.0.0.4 to kms.example.com`."""
        ports = ",".join(map(str, self.ports)) or "any"
        sources = ", ".join(map(plain, self.sources))
        where = ", ".join([*map(plain, self.destinations), *self.fqdns]) or "any"
        return f"{self.action} network {self.protocol}/{ports} from {sources} to {where}"

    def is_between(self, source: Address, destination: Address) -> bool:
        """Whether the rule is about flows between these addresses."""
        return within(self.sources, source) and (
            within(self.destinations, destination)
            if self.destinations
            else not self.fqdns or is_internet(destination)
        )

    def covers(self, flow: Flow) -> bool:
        """Whether the rule is about such a flow between its addresses."""
        return self.protocol in ("any", flow.protocol) and (
            not self.ports or flow.port in self.ports
        )


FirewallRule: TypeAlias = NetworkRule | ApplicationRule


def reading_order(rule: FirewallRule) -> tuple[bool, bool, tuple[int, int]]:
    """Where Azure reads a rule ("Azure Firewall rule processing logic", 2026).

    Network rules before application rules, whatever the groups and collections; in each of them the
    base policy's before the policy's own; then by priority.
    """
    return isinstance(rule, ApplicationRule), not rule.inherited, rule.place


def name_set(fqdns: Sequence[str]) -> NameSet:
    """The names that a rule's FQDNs match ("Azure Firewall FAQ", table of wildcards, 2022-09-12)."""
    if EVERY_NAME in fqdns:
        return ALL_NAMES
    return NameSet.of(Pattern.parse(fqdn) for fqdn in fqdns)
