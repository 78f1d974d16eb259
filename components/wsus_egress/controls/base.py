"""What every control has in common: rules as plain data, and what they admit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from wsus_egress.names import NameSet
from wsus_egress.policy import Address, Flow, Network

MANAGED_BY = "pulumi-wsus-egress"


class Verdict(StrEnum):
    """What a control says of a flow."""

    ALLOW = "allow"
    DENY = "deny"
    OPAQUE = "opaque"
    """The vendor does not publish what decides."""
    NOT_APPLICABLE = "not-applicable"
    """The flow does not pass this control."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict and the rule that gives it: a rule's id, or a vendor's default in words."""

    verdict: Verdict
    rule: str


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit of the cloud and how much of it is used."""

    name: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Document:
    """A resource's inputs as the provider gets them.

    Attributes:
        type: Pulumi's type token.
        name: The logical name.
        properties: camelCase; a value that only a deployed resource has is `${name.property}`.
    """

    type: str
    name: str
    properties: Mapping[str, Any]


class Rule(Protocol):
    """One rule of a control."""

    @property
    def id(self) -> str:
        """Unique inside its control, and the same as long as the rule means the same."""
        ...

    @property
    def text(self) -> str:
        """The rule in one line, for a reader."""
        ...

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The patterns this rule admits, where it names any."""
        ...


class Control(Protocol):
    """One cloud feature with its rules."""

    @property
    def name(self) -> str:
        """What the control is called: `aws-security-group`."""
        ...

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order in which the control reads them."""
        ...

    @property
    def networks(self) -> Iterable[Network]:
        """Every address range that a rule tells apart."""
        ...

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """Every port range that a rule tells apart, both ends inclusive."""
        ...

    def admits(self, flow: Flow) -> Ruling:
        """What the rules say of a flow."""
        ...

    def names(self, flow: Flow) -> tuple[NameSet, bool] | None:
        """The names under which a flow like this one is admitted.

        Args:
            flow: HTTP or TLS; its own name does not count.

        Returns:
            The names, and whether there may be more that the vendor does not publish; None where
            the flow does not pass this control.
        """
        ...

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """The resources that make this control, for a component called `prefix`."""
        ...

    def quotas(self) -> tuple[Quota, ...]:
        """The cloud's limits that this control uses up."""
        ...


def within(networks: Iterable[Network], address: Address) -> bool:
    """Whether one of the networks has the address."""
    return any(address in network for network in networks)


def slug(network: Network) -> str:
    """A network as part of a resource's name: `10-20-0-0-16`, a single host without its length."""
    text = str(network if network.prefixlen < network.max_prefixlen else network.network_address)
    return text.replace(".", "-").replace(":", "-").replace("/", "-")


def plain(network: Network) -> str:
    """A network as Azure likes it: a single host without its prefix length."""
    return str(network if network.prefixlen < network.max_prefixlen else network.network_address)
