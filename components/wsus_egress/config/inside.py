"""What parties may do inside the network besides synchronization, and which addresses are theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import Final, Literal

from wsus_egress.config.settings import ClientSettings, ServerSettings
from wsus_egress.model.addresses import Refuse, by_address, is_within
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.flows import PRIVATE_NETWORKS, Network
from wsus_egress.model.inside_rules import InsideRule
from wsus_egress.model.party import Party, Proxy
from wsus_egress.model.permits import Permit
from wsus_egress.problems import Keys, choices

# "Security groups", Amazon VPC User Guide, read 2026-11: they do not filter Amazon's DNS, DHCP,
# instance and task metadata, licence activation and time services, all of them in this range.
_LINK_LOCAL: Final = (ip_network("169.254.0.0/16"), ip_network("fe80::/10"))


def without_servers(party: Party, parties: Iterable[Party]) -> Party:
    """Clients by a range that also has servers are its other addresses: one address has one role."""
    holes = [
        (address, other.name)
        for other in parties
        if (party.kind, other.kind) == ("client", "server")
        for address in other.addresses
        if address not in party.addresses and is_within(address, party.addresses)
    ]
    if not holes:
        return party
    left: list[Network] = list(party.addresses)
    for hole, _ in holes:
        left = [part for block in left for part in _around(hole, block)]
    told = tuple(f"{hole} of {name}" for hole, name in holes)
    return replace(party, addresses=tuple(sorted(left, key=by_address)), left_out=told)


def _around(hole: Network, block: Network) -> Iterable[Network]:
    inside = is_within(hole, [block])
    return block.address_exclude(hole) if inside else (block,)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Inside:
    """Reads what is about addresses inside the network, and refuses what is not inside.

    Attributes:
        own: Ranges that are inside though they are not private.
        ipv6: Whether IPv6 is asked for.
        refuse: Notes a problem.
    """

    own: tuple[Network, ...]
    ipv6: bool
    refuse: Refuse

    def proxied(
        self,
        parties: Sequence[Party],
        given: Iterable[tuple[Keys, ServerSettings | ClientSettings]],
    ) -> Iterator[Party]:
        """The parties, those with a proxy without a way of their own to the Internet.

        Args:
            parties: All of them, in the order of the settings.
            given: The settings of each, with where they stand.
        """
        for (keys, settings), party in zip(given, parties, strict=True):
            if settings.proxy is None:
                yield party
                continue
            address, here = settings.proxy.address, (*keys, "proxy")
            if not party.internet:
                what = f"{party.name} does not reach Microsoft Update itself"
                self.refuse(here, what, "remove it")
            self._check((*here, "address"), ip_network(address))
            if (owner := next((each for each in parties if address in each), None)) is not None:
                what = f"{address} is an address of {owner.name}, whose rules let no proxy's clients in"
                self.refuse((*here, "address"), what, "give the proxy an address of its own")
            yield replace(party, internet=False, proxy=Proxy(address, settings.proxy.port))

    def permits(self, parties: Iterable[Party], target: AwsTarget | None) -> Iterator[Permit]:
        """What is admitted inside the network besides synchronization: proxies and network rules."""
        here = [party for party in parties if party.place == "aws"]
        for party in here:
            if (proxy := party.proxy) is not None:
                way, ports = (ip_network(proxy.address),), ((proxy.port, proxy.port),)
                yield Permit("proxy", "egress", "tcp", ports, way, (party.name,))
        names: set[str] = set()
        for index, rule in enumerate(target.network_rules if target else ()):
            keys: Keys = ("aws", "networkRules", index)
            if rule.name in names:
                what = f"the name {rule.name!r} is taken already"
                self.refuse((*keys, "name"), what, "give each rule its own name")
            names.add(rule.name)
            yield from self._permits(keys, rule, [party.name for party in here])

    def _permits(self, keys: Keys, rule: InsideRule, here: Sequence[str]) -> Iterator[Permit]:
        for number, name in enumerate(rule.parties):
            if name not in here:
                what = f"there is no server or client group {name!r} in AWS"
                self.refuse((*keys, "parties", number), what, choices(here))
        ways: tuple[tuple[Literal["egress", "ingress"], str, tuple[Network, ...]], ...] = (
            ("egress", "destinations", rule.destinations),
            ("ingress", "sources", rule.sources),
        )
        for direction, key, networks in ways:
            for number, network in enumerate(networks):
                self._check((*keys, key, number), network)
            if networks:
                whom = rule.parties or tuple(here)
                yield Permit(rule.name, direction, rule.protocol, rule.ports, networks, whom)

    def _check(self, keys: Keys, network: Network) -> None:
        """Refuse what is not inside the network, or what no security group filters."""
        if is_within(network, _LINK_LOCAL):
            what = (
                f"{network} is link-local, such as Amazon's DNS, time and metadata services, which "
                "security groups do not filter"
            )
            self.refuse(keys, what, "leave it out: it is reached without a rule")
        elif not is_within(network, (*PRIVATE_NETWORKS, *self.own)):
            what = f"{network} is an Internet address range, and this is about connections inside"
            instead = "write a range of RFC 1918, RFC 6598, fc00::/7 or aws.ownRanges"
            self.refuse(keys, what, instead)
        elif network.version == 6 and not self.ipv6:
            what = f"{network} is an IPv6 range, and IPv6 is not asked for"
            self.refuse(keys, what, "write `ipv6: true`, or an IPv4 range")
