"""What every control has in common: rules as plain data, and what they admit.

For example a security group's rule for TCP 443 is a value; `admits(flow)` gives the `Ruling` with the
verdict `allow` and that rule's id.
"""

from __future__ import annotations

import bisect
import hashlib
import ipaddress
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Protocol

from wsus_egress.controls.assumptions import Assumption
from wsus_egress.model.flows import INTERNAL_NETWORKS, Address, Flow, Network, is_internet
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet
from wsus_egress.problems import Keys


class Verdict(StrEnum):
    """What a control says about a flow."""

    ALLOW = "allow"
    DENY = "deny"
    OPAQUE = "opaque"
    """The vendor does not publish what decides."""
    NOT_APPLICABLE = "not-applicable"
    """The flow does not meet this control."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict and the rule that gives it: a rule's id, or a vendor's default in words."""

    verdict: Verdict
    rule: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which names a control admits: what is certain, and what the vendor leaves open.

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
    """What the policy asks of a control for a flow.

    Attributes:
        allowed: Whether the control should admit the flow itself, as it stands.
        names: The names under which it should admit a flow like this one.
    """

    allowed: bool
    names: NameSet


@dataclass(frozen=True, slots=True)
class Residue:
    """What a kind of control cannot decide, whatever its rules. The preview always shows it.

    Attributes:
        what: What passes, or fails to pass, against the policy.
        source: The vendor's page or the measurement, with its date.
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
    setting: Keys = field(default=("servers",), kw_only=True)
    instead: str = field(default="use larger address blocks or fewer entries", kw_only=True)


@dataclass(frozen=True, slots=True)
class Document:
    """A resource's inputs as the provider gets them.

    Attributes:
        type: Pulumi's type token.
        name: The logical name.
        properties: camelCase; a value that only a deployed resource has is `${name.property}`.
        after: Logical names of resources that must be there before this one takes effect, though
            it does not refer to them.
        protect: The setting by which the engine refuses to delete or replace it, until that setting
            is false and deployed: `networkFirewall.protected`. Empty where nothing protects it.
        retain: Whether it stays in the cloud when the engine lets go of it.
        clears: Properties that it takes away, where what others have set would be left as it is.
        aliases: Logical names that earlier versions gave it; a resource of such a name is this one.
        leaves: Properties that it says for a resource that is made, and leaves as they are later.
        imported: The id of the resource in the cloud that is taken into the stack; empty where it
            is made.
    """

    type: str
    name: str
    properties: Mapping[str, Any]
    after: tuple[str, ...] = ()
    protect: str = ""
    retain: bool = False
    clears: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    imported: str = ""


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


class Control(ABC):
    """One cloud feature with its rules: what they admit, and the resources that deploy them.

    For example an `AwsNetworkFirewall` with one rule for `*.example.com` on TCP 443 admits TLS to
    `a.example.com`, and its `documents("wsus")` are a rule group that holds the rule's text.

    A subclass says at least what its `rules` are, what they admit of a flow, and what the policy asks
    of them. The defaults are those of a control that sees no names, decides at one end of a flow,
    leads nothing past another control, and deploys nothing.

    Attributes:
        name: What the control is called, for example `aws-security-group`.
        rules: Every rule, in the order in which the control reads them.
        sees_names: Whether its rules tell host names apart.
        sees_segments: Whether a first message in two segments fares otherwise than one in one.
        leads_past: The names of the controls that it may lead a flow past: a route table's `skips`.
        last_dot: What becomes of a dot at the end of a name, which means the same name: whether it is
            compared like any other character, or `unknown` where the vendor does not say.
        assumptions: What must hold outside these rules for them to mean what they say.
    """

    name: str
    rules: tuple[Rule, ...]
    sees_names: bool = False
    leads_past: frozenset[str] = frozenset()
    last_dot: Literal["ignored", "compared", "unknown"] = "ignored"
    sees_segments: bool = False
    assumptions: tuple[Assumption, ...] = ()

    @property
    def guards_inside(self) -> bool | frozenset[int]:
        """Whether it denies what the policy does not name between private addresses too.

        A set of TCP ports where it denies only those, and only from the servers and clients that
        stand in the target.
        """
        return False

    @property
    def residues(self) -> tuple[Residue, ...]:
        """What controls of this kind cannot decide."""
        return ()

    @property
    def networks(self) -> Iterable[Network]:
        """Every address range that the rules tell apart."""
        return ()

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """Every port range that the rules tell apart, both ends inclusive."""
        return ()

    def kind_of(self, source: Address) -> Hashable:
        """What the rules know of a source: of two sources of one kind they say the same."""
        return source.version, bisect.bisect(self._cuts[source.version], int(source))

    @cached_property
    def _cuts(self) -> Mapping[int, Sequence[int]]:
        return cuts(self.networks)

    @abstractmethod
    def admits(self, flow: Flow) -> Ruling:
        """What the rules say about a flow."""

    def names(self, flow: Flow) -> Bounds | None:
        """The names under which the control admits a flow like this one.

        Args:
            flow: HTTP or TLS; its own name does not count.

        Returns:
            None where the flow does not pass this control.
        """
        return blind(self.admits(flow).verdict)

    @abstractmethod
    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """What the policy asks of a control of this kind for a flow, within what it can see."""

    def sides(self) -> Sequence[Control]:
        """The parts to prove separately: outbound and inbound rules, where a control has both."""
        return (self,)

    def skips(self, flow: Flow) -> frozenset[str]:  # noqa: ARG002 - for those that route
        """The names of the controls that the flow is led past."""
        return frozenset()

    def documents(self, prefix: str) -> tuple[Document, ...]:  # noqa: ARG002 - for those deployed
        """The resources that make this control, for a component called `prefix`."""
        return ()

    def quotas(self) -> tuple[Quota, ...]:
        """The cloud's limits that this control uses up."""
        return ()


def met(controls: Sequence[Control], flow: Flow) -> Sequence[Control]:
    """The controls that a flow passes: all but those that a route leads past."""
    skipped: list[str] = []
    for control in controls:
        if control.leads_past:
            skipped += control.skips(flow)
    return [c for c in controls if c.name not in skipped] if skipped else controls


def path_verdict(rulings: Iterable[Ruling], allowed: bool) -> Verdict:
    """What the controls that a flow passes one after another say together.

    For example a security group that allows and a Network Firewall that denies together deny.

    Args:
        rulings: Those of every control on the path.
        allowed: What the policy says: where a vendor does not publish what decides, the policy's
            own verdict is taken to hold.
    """
    together = Verdict.NOT_APPLICABLE
    for ruling in rulings:
        if ruling.verdict is Verdict.DENY:
            return Verdict.DENY
        if ruling.verdict is Verdict.OPAQUE or together is Verdict.NOT_APPLICABLE:
            together = ruling.verdict
    if together is Verdict.OPAQUE:
        return Verdict.ALLOW if allowed else Verdict.DENY
    return together


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
    """The part of a control that sees addresses and ports, and leaves names to another one."""
    if not policy.is_internet(flow.destination):
        return Part(policy.decide(flow).allowed, NO_NAMES)
    some = flow.protocol == "tcp" and flow.port in policy.ports and policy.may_reach(flow)
    return _SOME if some else _NOTHING


def asked_of_names(policy: EgressPolicy, flow: Flow) -> Part:
    """The part of a control that sees names as well: all of the policy."""
    names = policy.names(flow.port, flow.application) if policy.may_reach(flow) else NO_NAMES
    return Part(policy.decide(flow).allowed, names)


def leaves(
    source: Address,
    destination: Address,
    elsewhere: Iterable[Network],
    own: Sequence[Network] = (),
) -> bool:
    """Whether a flow goes to the Internet from inside, from an address that does not stand elsewhere.

    Args:
        source: Who sends it.
        destination: Where to.
        elsewhere: The addresses of parties outside the target.
        own: Ranges that are inside though they are not private.
    """
    outward = is_internet(destination, own) and not is_internet(source, own)
    return outward and not within(elsewhere, source)


def within(networks: Iterable[Network], address: Address) -> bool:
    """Whether one of the networks has the address."""
    return any(address in network for network in networks)


def cuts(networks: Iterable[Network]) -> Mapping[int, tuple[int, ...]]:
    """Where the ranges of addresses begin, of each IP version, that the networks tell apart.

    What is the Internet and what is not is told apart too.
    """
    found: dict[int, set[int]] = {4: {0}, 6: {0}}
    for network in {*networks, *INTERNAL_NETWORKS}:
        found[network.version].add(int(network.network_address))
        if (after := int(network.broadcast_address) + 1) < 1 << network.max_prefixlen:
            found[network.version].add(after)
    return {version: tuple(sorted(starts)) for version, starts in found.items()}


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


def digest(text: str) -> int:
    """64 bits of a text, the same on every machine and in every run.

    It places an entry, for example in one of several rule groups, by its text alone: other entries
    then come and go without moving it.
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
