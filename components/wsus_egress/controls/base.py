"""What every control has in common: rules as plain data, and what they admit."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeGuard

from wsus_egress.model.flows import Address, Flow, Network, is_internet
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet
from wsus_egress.problems import Keys

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
class Bounds:
    """Which names a control admits, as far as that is known.

    Attributes:
        surely: Names that it admits.
        possibly: Names that it may admit, those above included; the same set where the vendor
            publishes all that decides.
    """

    surely: NameSet
    possibly: NameSet

    @classmethod
    def exact(cls, names: NameSet) -> Bounds:
        """Just these names."""
        return cls(names, names)

    def __and__(self, other: Bounds) -> Bounds:
        """What passes both controls."""
        return Bounds(self.surely & other.surely, self.possibly & other.possibly)


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked for a flow.

    Attributes:
        allowed: Whether the flow itself, as it stands, is to be admitted.
        names: The names under which one like it is to be admitted.
    """

    allowed: bool
    names: NameSet


@dataclass(frozen=True, slots=True)
class Residue:
    """What a control's kind cannot decide, whatever its rules: known, and never hidden.

    Attributes:
        what: What passes, or does not, against the policy.
        source: Where that is written or how it was measured, with its date.
    """

    what: str
    source: str


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit of the cloud and how much of it is used.

    Attributes:
        setting: The setting to change where too much is used.
        instead: What to change it to, as a clause.
    """

    name: str
    used: int
    limit: int
    setting: Keys = ("servers",)
    instead: str = "use larger address blocks or fewer entries"


@dataclass(frozen=True, slots=True)
class Document:
    """A resource's inputs as the provider gets them.

    Attributes:
        type: Pulumi's type token.
        name: The logical name.
        properties: camelCase; a value that only a deployed resource has is `${name.property}`.
        after: Logical names of resources that must be there before this one takes effect, though
            it does not refer to them.
    """

    type: str
    name: str
    properties: Mapping[str, Any]
    after: tuple[str, ...] = ()


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

    @property
    def guards_inside(self) -> bool | frozenset[int]:
        """Whether it denies what the policy does not name between private addresses too.

        Some TCP ports where it denies only those, and only from the servers and clients that stand in the target.
        """
        ...

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What must hold outside these rules for them to mean what they say, a clause each."""
        ...

    @property
    def residues(self) -> tuple[Residue, ...]:
        """What controls of this kind cannot decide."""
        ...

    def names(self, flow: Flow) -> Bounds | None:
        """The names under which a flow like this one is admitted.

        Args:
            flow: HTTP or TLS; its own name does not count.

        Returns:
            None where the flow does not pass this control.
        """
        ...

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """What the policy asks of a control of this kind for a flow, as far as it can see."""
        ...

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """The resources that make this control, for a component called `prefix`."""
        ...

    def quotas(self) -> tuple[Quota, ...]:
        """The cloud's limits that this control uses up."""
        ...


class Router(Control, Protocol):
    """A control that decides which other controls a flow meets."""

    def skips(self, flow: Flow) -> frozenset[str]:
        """The names of the controls that the flow is led past."""
        ...


class Sided(Control, Protocol):
    """A control that decides at both ends of a flow."""

    def sides(self) -> Sequence[Control]:
        """The control as it is where only one end has it."""
        ...


# By attribute, not by `isinstance` of a protocol: these are asked for every flow, and that would
# take a third of a whole proof.
def routes(control: Control) -> TypeGuard[Router]:
    """Whether the control is a router."""
    return hasattr(control, "skips")


def has_sides(control: Control) -> TypeGuard[Sided]:
    """Whether the control has two sides."""
    return hasattr(control, "sides")


def met(controls: Sequence[Control], flow: Flow) -> Sequence[Control]:
    """The controls that a flow passes: all but those that a route leads past."""
    skipped: list[str] = []
    for control in controls:
        if routes(control):
            skipped += control.skips(flow)
    return [c for c in controls if c.name not in skipped] if skipped else controls


def sides(control: Control) -> Sequence[Control]:
    """What is to be right by itself: each end of a control, where it has two."""
    return control.sides() if has_sides(control) else (control,)


_EVERY_NAME = Bounds.exact(ALL_NAMES)
_NO_NAME = Bounds.exact(NO_NAMES)


def blind(verdict: Verdict) -> Bounds | None:
    """What a control that cannot see names admits: all of them, or none."""
    if verdict is Verdict.NOT_APPLICABLE:
        return None
    return _EVERY_NAME if verdict is Verdict.ALLOW else _NO_NAME


_SOME = Part(True, ALL_NAMES)
_NOTHING = Part(False, NO_NAMES)


def asked_of_ports(policy: EgressPolicy, flow: Flow) -> Part:
    """The part of a control that sees addresses and ports: to leave names to another one."""
    if not is_internet(flow.destination):
        return Part(policy.decide(flow).allowed, NO_NAMES)
    some = flow.protocol == "tcp" and flow.port in policy.ports and policy.may_reach(flow)
    return _SOME if some else _NOTHING


def asked_of_names(policy: EgressPolicy, flow: Flow) -> Part:
    """The part of a control that sees names as well: all of the policy."""
    names = policy.names(flow.port, flow.application) if policy.may_reach(flow) else NO_NAMES
    return Part(policy.decide(flow).allowed, names)


def leaves(source: Address, destination: Address, elsewhere: Iterable[Network]) -> bool:
    """Whether a flow goes to the Internet from a private address that does not stand elsewhere."""
    return is_internet(destination) and not is_internet(source) and not within(elsewhere, source)


def within(networks: Iterable[Network], address: Address) -> bool:
    """Whether one of the networks has the address."""
    return any(address in network for network in networks)


def collapsed(networks: Iterable[Network], version: int) -> Iterator[Network]:
    """The fewest blocks with exactly the addresses of one IP version, sorted."""
    same: Any = [network for network in networks if network.version == version]
    return ipaddress.collapse_addresses(same)


def slug(network: Network) -> str:
    """A network as part of a resource's name: `10-20-0-0-16`, a single host without its length."""
    text = str(network if network.prefixlen < network.max_prefixlen else network.network_address)
    return text.replace(".", "-").replace(":", "-").replace("/", "-")


def plain(network: Network) -> str:
    """A network as Azure likes it: a single host without its prefix length."""
    return str(network if network.prefixlen < network.max_prefixlen else network.network_address)
