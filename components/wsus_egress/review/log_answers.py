"""What the policy says of what logs show: why something was blocked, and what was never used.

For example for a blocked `crl.microsoft.com` the answer is that the list `certificate-validation` has it, which
the environment does not use.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from wsus_egress.config.lists import EndpointList
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import (
    HTTP_PORT,
    HTTPS_PORT,
    SOME_INTERNET_ADDRESS,
    SOME_INTERNET_ADDRESS_6,
    Address,
    Application,
    Flow,
    Scheme,
)
from wsus_egress.model.party import Party
from wsus_egress.model.policy import Endpoint, Mode
from wsus_egress.names.sets import NameSet
from wsus_egress.readers.logs.codes import words_of
from wsus_egress.review.log_groups import Group

Reason: TypeAlias = Literal[
    "no-list", "other-list", "port", "scheme", "no-name", "unknown-source", "no-internet", "ipv6", "allowed"
]  # fmt: skip
PolicySays: TypeAlias = Literal["allow", "deny", "unknown-source"]
# What sees no names: these let every name pass on TCP 80 and 443.
_NAMELESS: Final = frozenset({"aws-security-group", "azure-nsg"})
_CLIENT: Final = "client"
_INSPECTED: Final = "TLS inspection"
_APPLICATIONS: Final[Mapping[str, Application]] = {"http": "http", "https": "tls"}
_USUAL: Final = {"http": HTTP_PORT, "https": HTTPS_PORT}


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """A group of records, and what one environment's policy says of it.

    Attributes:
        environment: None where no environment has the source.
        party: The server or clients that asked; None where that is not known.
        words: The reason in words, and what the policy and the log differ in.
        lists: Lists that have the name, which the environment does not use.
        endpoint: The endpoint that allows it; None where none does.
    """

    group: Group
    environment: str | None
    party: str | None
    policy: PolicySays
    reason: Reason
    words: str
    lists: tuple[str, ...] = ()
    endpoint: Endpoint | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    policy: PolicySays
    reason: Reason
    words: str
    lists: tuple[str, ...] = ()
    endpoint: Endpoint | None = None


class LogReader:
    """Answers for the environments of a project."""

    def __init__(
        self, environments: Sequence[Environment], lists: Mapping[str, EndpointList]
    ) -> None:
        """Prepare.

        Args:
            environments: Those to ask.
            lists: All lists that the project can name.
        """
        self._environments = environments
        self._lists = {
            name: NameSet.of(endpoint.pattern for endpoint in each.endpoints)
            for name, each in lists.items()
        }

    def answers(self, groups: Iterable[Group]) -> Iterator[LogAnswer]:
        """An answer for each group, by each environment that has its source."""
        for group in groups:
            found = False
            for environment, party, address in self._askers(group):
                found = True
                judged = self._judge(environment, party, address, group)
                words = "; ".join(part for part in (judged.words, _differs(group, judged)) if part)
                name = party.name if party and group.source is not None else None
                yield LogAnswer(
                    group, environment.name, name, judged.policy, judged.reason, words, judged.lists, judged.endpoint
                )  # fmt: skip
            if not found:
                yield self._unknown(group)

    def _askers(self, group: Group) -> Iterator[tuple[Environment, Party | None, Address]]:
        """Who asked, in each environment that has the address; of a machine's own log, who may be meant."""
        address = _address(group.source)
        for environment in self._environments:
            parties = environment.policy.parties
            if group.source is None:
                party = next(
                    (each for each in parties if each.internet), parties[0] if parties else None
                )
                if party is not None:
                    yield environment, party, party.addresses[0].network_address
            elif address is not None:
                party = next((each for each in parties if address in each), None)
                if party is not None:
                    yield environment, party, address

    def _unknown(self, group: Group) -> LogAnswer:
        names = ", ".join(each.name for each in self._environments)
        have = "has" if len(self._environments) == 1 else "have"
        words = f"no server and no clients of {names} {have} this address; add it to them if it is one of theirs"
        if group.verdict == "allowed":
            words += "; something else lets it through"
        lists = self._having(group.name)
        return LogAnswer(group, None, None, "unknown-source", "unknown-source", words, lists)

    def _having(self, name: str | None) -> tuple[str, ...]:
        """The lists that have a name."""
        if name is None:
            return ()
        return tuple(sorted(each for each, names in self._lists.items() if name in names))

    def _judge(
        self, environment: Environment, party: Party | None, source: Address, group: Group
    ) -> _Judged:
        policy = environment.policy
        if group.internal:
            return _inside(environment, source, group)
        if not policy.has_internet(source):
            asks = f"asks {party.asks}, and " if party and party.asks else ""
            words = f"{party.name if party else source} {asks}may not reach Microsoft Update itself"
            return _Judged("deny", "no-internet", words)
        destination = _address(group.destination)
        if destination is not None and destination.version == 6 and not policy.ipv6:
            return _Judged("deny", "ipv6", "went to an IPv6 address, and `ipv6` is not set")
        if group.scheme == "dns" or (group.name is not None and group.port is None):
            return self._name_alone(environment, group)
        if group.name is None and group.scheme not in _APPLICATIONS:
            return _transport(environment, group)
        return self._named(environment, source, group)

    def _name_alone(self, environment: Environment, group: Group) -> _Judged:
        """A name that is asked for by DNS, or in an error without a port."""
        policy = environment.policy
        if policy.mode is Mode.OPEN:
            return _Judged("allow", "allowed", "the mode is open: any name")
        if group.name is None:
            return _Judged("deny", "no-name", "the record has no name")
        for scheme in (Scheme.HTTPS, Scheme.HTTP):
            flow = Flow(
                _of(policy.parties, SOME_INTERNET_ADDRESS),
                SOME_INTERNET_ADDRESS,
                "tcp",
                scheme.port,
                scheme.application,
                group.name,
            )
            decision = policy.decide(flow)
            if decision.endpoint is not None:
                return _Judged(
                    "allow", "allowed", f"allowed by {decision.reason}", (), decision.endpoint
                )
        return self._unlisted(environment, group.name, "")

    def _named(self, environment: Environment, source: Address, group: Group) -> _Judged:
        """HTTP or TLS, with or without a name."""
        policy = environment.policy
        port = group.port or _USUAL[group.scheme] if group.scheme in _USUAL else group.port or 0
        application = _APPLICATIONS.get(group.scheme)
        somewhere = SOME_INTERNET_ADDRESS if source.version == 4 else SOME_INTERNET_ADDRESS_6
        decision = policy.decide(Flow(source, somewhere, "tcp", port, application, group.name))
        if decision.allowed:
            return _Judged(
                "allow", "allowed", f"allowed by {decision.reason}", (), decision.endpoint
            )
        wrong = _wrong_way(port, group)
        listed = group.name is not None and (
            policy.mode is Mode.OPEN or group.name in policy.listed
        )
        if group.name is None:
            if wrong:
                return _Judged("deny", *wrong)
            return _Judged(
                "deny",
                "no-name",
                f"{_spoken(group)} without a host name, and addresses are not listed",
            )
        if listed:
            if wrong:
                return _Judged("deny", wrong[0], f"the name is allowed, but {wrong[1]}")
            words = f"the name is listed, but not for {group.scheme}, and the environment has `schemes: as-listed`"
            return _Judged("deny", "scheme", words)
        if wrong and group.port in policy.synchronization_ports:
            words = f"port {group.port} is where WSUS servers of your own listen; this is not Microsoft Update"
            return _Judged("allow", "allowed", words)
        return self._unlisted(environment, group.name, f"also, {wrong[1]}" if wrong else "")

    def _unlisted(self, environment: Environment, name: str, more: str) -> _Judged:
        """A name that the environment's lists do not have."""
        lists = self._having(name)
        if lists:
            one = (
                f"in list {lists[0]}, which"
                if len(lists) == 1
                else f"in lists {', '.join(lists)}, none of which"
            )
            words = f"{one} {environment.name} {'does not use' if len(lists) == 1 else 'uses'}"
            return _Judged(
                "deny", "other-list", "; ".join(part for part in (words, more) if part), lists
            )
        below = any(
            endpoint.pattern.wildcard and endpoint.pattern.host == name
            for endpoint in environment.policy.endpoints
        )
        words = f"in no list; only names below it, *.{name}, are" if below else "in no list"
        return _Judged("deny", "no-list", "; ".join(part for part in (words, more) if part))

    def unused(self, answers: Sequence[LogAnswer]) -> tuple[str, ...] | None:
        """Patterns that are allowed and that no request used; None where the logs cannot say.

        Only logs that have every request that passes count: those of the resolver leave out what is in its cache.
        """
        counted = [
            each for each in answers if each.group.complete and each.group.verdict != "blocked"
        ]
        seen = {each.environment for each in counted if each.environment is not None}
        names = {each.group.name for each in counted if each.group.name is not None}
        if not seen:
            return None
        # A report of server names says nothing of what is asked for by HTTP alone.
        known = {each.group.scheme for each in counted}
        if any(each.group.verdict == "allowed" for each in counted):
            known |= {"http", "https"}
        above = {host for name in names for host in _above(name)}
        unused = {
            endpoint.pattern
            for environment in self._environments
            if environment.name in seen and environment.policy.mode is not Mode.OPEN
            for endpoint in environment.policy.endpoints
            if known.issuperset(environment.policy.schemes_of(endpoint))
            and endpoint.pattern.host not in (above if endpoint.pattern.wildcard else names)
        }
        return tuple(pattern.text for pattern in sorted(unused))


def _above(name: str) -> Iterator[str]:
    """The names that a name stands below."""
    _, dot, rest = name.partition(".")
    while dot:
        yield rest
        _, dot, rest = rest.partition(".")


def _of(parties: Sequence[Party], otherwise: Address) -> Address:
    """An address of somebody who may reach Microsoft Update."""
    return next((each.addresses[0].network_address for each in parties if each.internet), otherwise)


def _address(text: str | None) -> Address | None:
    try:
        return None if text is None else ipaddress.ip_address(text)
    except ValueError:
        return None


def _spoken(group: Group) -> str:
    return {"http": "HTTP", "https": "TLS"}.get(group.scheme, group.scheme.upper())


def _wrong_way(port: int, group: Group) -> tuple[Reason, str] | None:
    """What is wrong with a port, or with what is spoken on it."""
    if port not in {HTTP_PORT, HTTPS_PORT}:
        return "port", f"port {port} is not TCP 80 or TCP 443, the only ports of Microsoft Update"
    if group.scheme in _USUAL and _USUAL[group.scheme] != port:
        only = "HTTP" if port == HTTP_PORT else "TLS"
        return "scheme", f"{_spoken(group)} on port {port}, which is for {only} only"
    return None


def _inside(environment: Environment, source: Address, group: Group) -> _Judged:
    """A flow inside the network, of which the policy knows synchronization only."""
    destination = _address(group.destination)
    protocol: Literal["tcp", "udp"] = "udp" if group.scheme == "udp" else "tcp"
    if destination is not None:
        decision = environment.policy.decide(Flow(source, destination, protocol, group.port or 0))
        if decision.allowed:
            return _Judged("allow", "allowed", decision.reason)
    return _Judged(
        "deny",
        "port",
        f"inside the network, to {group.destination}: not a synchronization port of a server",
    )


def _transport(environment: Environment, group: Group) -> _Judged:
    """A flow of which only the transport is known."""
    ports = environment.policy.ports
    if group.scheme != "tcp" or group.port not in ports:
        what = f"{group.scheme.upper() or 'the protocol'} {group.port or ''}".strip()
        quic = ", which is QUIC," if (group.scheme, group.port) == ("udp", HTTPS_PORT) else ""
        return _Judged(
            "deny",
            "port",
            f"{what}{quic} is not TCP 80 or TCP 443, the only ports of Microsoft Update",
        )
    if _NAMELESS.issuperset(group.controls):
        return _Judged("allow", "allowed", f"TCP {group.port} may go out; this log has no names")
    if _CLIENT in group.controls:
        words = f"the log has an address alone ({group.destination}); a WSUS server synchronizes with sws.update.microsoft.com"
        return _Judged("deny", "no-name", words)
    return _Judged("deny", "no-name", "the record has no host name, and addresses are not listed")


def _differs(group: Group, judged: _Judged) -> str:
    """What the log says beside the policy: a control that decides otherwise, or an error's meaning."""
    said = [words_of(detail) for detail in group.details if detail != _INSPECTED]
    if _INSPECTED in group.details:
        said.append(
            "TLS inspection is on: take Microsoft's names out of it, Windows Update refuses its certificates"
        )
    if group.verdict == "blocked" and judged.policy == "allow":
        if group.controls.keys() == {_CLIENT}:
            said.append("look for it in the firewall's log")
        else:
            said.append(
                f"{' and '.join(group.controls)} blocked it all the same: an older deployment, or rules that are not of these settings"
            )
    if group.verdict == "allowed" and judged.policy == "deny" and group.scheme != "dns":
        said.append(
            "it passed all the same: another rule lets it through, or the firewall only alerts"
        )
    return "; ".join(said)
