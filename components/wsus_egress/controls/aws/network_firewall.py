"""AWS Network Firewall: the names, exactly, for the policy's sources; everything else is dropped."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from wsus_egress.controls.assumptions import Assumption
from wsus_egress.controls.aws.assumptions import network_firewall_assumptions
from wsus_egress.controls.aws.existing_names import Named
from wsus_egress.controls.aws.network_firewall_documents import (
    Parts,
    network_firewall_documents,
    texts,
)
from wsus_egress.controls.aws.other_lines import FROM_SERVER, Moment, OtherLine
from wsus_egress.controls.aws.others import lines_of_others
from wsus_egress.controls.aws.reject import CAPACITY
from wsus_egress.controls.aws.rule_groups import RuleGroup, in_groups, quotas
from wsus_egress.controls.aws.strict_order import (
    Decider,
    Steps,
    admitted,
    default_decider,
    moments,
    of_lines,
    rejected,
    verdict,
)
from wsus_egress.controls.aws.suricata import PROTOCOLS, SOURCES, Protocol, SuricataRule, numbered
from wsus_egress.controls.aws.synchronization import CAPACITY as SYNCHRONIZATION_CAPACITY
from wsus_egress.controls.aws.synchronization import Spokes, as_lines, synchronization_rules
from wsus_egress.controls.base import (
    Bounds,
    Control,
    Document,
    Part,
    Quota,
    Residue,
    Ruling,
    Verdict,
    asked_of_names,
    leaves,
    within,
)
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.flows import Address, Flow, Network, Scheme, is_internet
from wsus_egress.model.latest import Latest
from wsus_egress.model.network_firewall import NetworkFirewall
from wsus_egress.model.network_firewall_policy import ESTABLISHED_DROP, STRICT_DROP
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import NO_NAMES, NameSet, PatternIndex

_GUIDE: Final = "AWS Network Firewall developer guide, read 2026-11"
_MEASURED: Final = "measured with Suricata 7.0.10 and an emulation of the default action, 2026-11"

RESIDUES: Final = (
    Residue("a client can name an allowed host and connect to another address: the firewall believes "
            "the TLS server name and the HTTP Host", _GUIDE),
    Residue("two Host headers, or a Host with a comma, slash or NUL in it, are read as one name that "
            "can end like an allowed one", _MEASURED),
    Residue("an HTTP request with an absolute URI is judged by the URI's host, not by its Host header",
            _MEASURED),
    Residue("a rule decides for the whole connection: a later HTTP request in it can name another Host",
            _MEASURED),
    Residue("a TLS handshake whose first record ends within 3 bytes is not recognised as TLS, and HTTP "
            "without any header not as HTTP: AWS's default action is not published, and in its "
            "emulation both pass", _MEASURED),
    Residue("a protocol that is neither HTTP nor TLS is dropped once the server answers: what the client "
            "sends before that leaves", _MEASURED),
    Residue("connections that exist when a rule changes go on as they were", _GUIDE),
    Residue("with Encrypted ClientHello only the outer name is seen, and it is that which must be listed",
            "inferred: AWS says nothing of it (read 2026-11)"),
    Residue("a Host or server name that ends in a dot is denied, although it means the same", _MEASURED),
)  # fmt: skip
MIDSTREAM: Final = Residue(
    "a connection whose beginning the firewall has not seen goes on unless a rule without a name drops "
    "it: streamExceptionPolicy is CONTINUE, and what waits for HTTP or TLS does not match there",
    "AWS Network Firewall developer guide, stream exception policy, read 2026-11",
)

_ELSEWHERE: Final = Ruling(Verdict.NOT_APPLICABLE, "only what leaves the VPC passes here")


@dataclass(frozen=True, slots=True)
class _Passing:
    """What decides flows between two addresses, beside the default action.

    Attributes:
        ours: Whether the rules made here are for them.
        before: The rules of others that are read before these.
        after: Those that are read after them.
    """

    ours: bool
    before: tuple[OtherLine, ...]
    after: tuple[OtherLine, ...]


_Kind: TypeAlias = tuple[bool, str, int, str | None, bool]


def _kind(flow: Flow, passing: _Passing) -> _Kind:
    """What counts of a flow without a name where the policy has no rules of others."""
    return passing.ours, flow.protocol, flow.port, flow.application, flow.split


@dataclass(frozen=True, kw_only=True)
class AwsNetworkFirewall(Control):
    """The rule groups of one AWS target, and the firewall policy's default action after them.

    Attributes:
        sources: Who may reach Microsoft Update from here; the rules are for them only.
        elsewhere: Parties that stand elsewhere: what they send does not pass here.
        before: Rules of others that the firewall policy reads before these.
        after: Those that it reads after them.
        default_actions: The firewall policy's, ours or the user's.
        synchronization: Rules for what the servers' VPCs send one another, where that passes here.
        spokes: The addresses of each of these VPCs; None where it does not pass here.
        ipv6: Whether the endpoints and routes that are made here are for IPv6 too.
    """

    target: AwsTarget
    firewall: NetworkFirewall
    environment: str
    sources: tuple[Network, ...]
    elsewhere: tuple[Network, ...]
    rules: tuple[SuricataRule, ...]
    default_actions: tuple[str, ...]
    before: tuple[OtherLine, ...] = ()
    after: tuple[OtherLine, ...] = ()
    synchronization: tuple[str, ...] = ()
    spokes: Spokes | None = None
    assumptions: tuple[Assumption, ...] = ()
    residues: tuple[Residue, ...] = RESIDUES
    ipv6: bool = False

    name = "aws-network-firewall"
    sees_names = True
    last_dot = "compared"

    @cached_property
    def rule_groups(self) -> tuple[RuleGroup, ...]:
        """The rules as they are deployed."""
        return in_groups(self.rules, self.firewall.policy_capacity, self.firewall.first_capacity)

    @property
    def ip_sets(self) -> Mapping[str, tuple[str, ...]]:
        """The rule groups' variables."""
        return {SOURCES: texts(self.sources)}

    @cached_property
    def others(self) -> tuple[OtherLine, ...]:
        """The rules of others that decide something."""
        return (*self.before, *self.after)

    @cached_property
    def sees_segments(self) -> bool:  # type: ignore[override]
        """Whether something drops the first packet with data, whatever it is the beginning of."""
        dropping = {ESTABLISHED_DROP, STRICT_DROP} & {*self.default_actions}
        return bool(dropping) or any(
            Moment.DATA in line.moments and not line.passes for line in self.others
        )

    @property
    def networks(self) -> Iterable[Network]:
        """The sources, who stands elsewhere, and what the rules of others tell apart."""
        yield from (*self.sources, *self.elsewhere, *self.target.own_ranges)
        for line in self.others:
            for where in (line.sources, line.destinations):
                yield from (*where.some, *where.without)

    @property
    def ports(self) -> Iterable[tuple[int, int]]:
        """The rules' ports."""
        yield from ((port, port) for port in sorted({rule.port for rule in self.rules}))
        for line in self.others:
            for ports in (line.ports, line.source_ports):
                yield from (*ports.some, *ports.without)

    def kind_of(self, source: Address) -> Hashable:
        """All sources that the rules are for are of one kind."""
        inside = within(self.sources, source), within(self.elsewhere, source)
        of_others = tuple(
            source in where for line in self.others for where in (line.sources, line.destinations)
        )
        outside = is_internet(source, self.target.own_ranges)
        return source.version, outside, *inside, of_others

    @cached_property
    def _passing(self) -> Latest[_Passing | None]:
        return Latest(self._between)

    def _between(self, source: Address, destination: Address) -> _Passing | None:
        if not leaves(source, destination, self.elsewhere, self.target.own_ranges) and not (
            self.spokes and self.spokes.apart(source, destination)
        ):
            return None
        # A source known by its IPv4 address alone uses IPv6 from an address that is not listed.
        ours = source.version == destination.version and within(self.sources, source)
        before, after = (
            tuple(line for line in lines if line.is_between(source, destination))
            for lines in (self.before, (*as_lines(self.synchronization), *self.after))
        )
        return _Passing(ours, before, after)

    def admits(self, flow: Flow) -> Ruling:
        """What the first rule that fits decides, packet by packet, or the default action."""
        passing = self._passing(flow)
        if passing is None:
            return _ELSEWHERE
        if flow.name is not None or passing.before or passing.after:
            return verdict(self._steps(flow, passing, named=True), flow.name)
        kind = _kind(flow, passing)
        if (found := self._nameless.get(kind)) is None:
            steps = self._steps(flow, passing, named=True)
            found = self._nameless[kind] = verdict(steps, None)
        return found

    @cached_property
    def _nameless(self) -> dict[_Kind, Ruling]:
        return {}

    def names(self, flow: Flow) -> Bounds | None:
        """The names under which such a flow passes."""
        if (passing := self._passing(flow)) is None:
            return None
        kind = _kind(flow, passing)
        alone = not (passing.before or passing.after)
        if alone and (known := self._bounds.get(kind)) is not None:
            return known
        steps = self._steps(flow, passing, named=False)
        deciding = tuple(tuple(each.ruling.rule for each in step) for step in steps)
        key = kind if alone else (flow.application, flow.port, deciding)
        if (found := self._bounds.get(key)) is None:
            found = self._bounds[key] = Bounds.exact(admitted(steps))
        return found

    @cached_property
    def _bounds(self) -> dict[tuple[object, ...], Bounds]:
        return {}

    def _steps(self, flow: Flow, passing: _Passing, *, named: bool) -> Steps:
        ours = passing.ours and flow.protocol == "tcp"
        return [
            (
                *of_lines(passing.before, flow, at),
                *(self._own(flow, at, named=named) if ours else ()),
                *of_lines(passing.after, flow, at),
                *(rejected(flow, at) if ours and self._rejects else ()),
                *default_decider(self.default_actions, flow, at),
            )
            for at in moments(flow)
        ]

    def _own(self, flow: Flow, at: frozenset[Moment], *, named: bool) -> Iterator[Decider]:
        """What the rules made here decide at a packet: for the flow's own name, or for which names."""
        if at.isdisjoint(FROM_SERVER):  # EXTERNAL_NET leaves addresses out: asked for each packet.
            for rule in self._open.get(flow.port, ()):
                yield Decider(Ruling(Verdict.ALLOW, rule.id), None, True)
        if Moment.COMPLETE in at and flow.application is not None:
            kind = flow.application, flow.port
            if not named:
                names = self._names.get(kind, NO_NAMES)
                yield Decider(Ruling(Verdict.ALLOW, "the rules made here"), names, True)
            elif flow.name is not None and kind in self._indexes:
                pattern = self._indexes[kind].match(flow.name)
                if pattern is not None:
                    yield Decider(Ruling(Verdict.ALLOW, self._ids[(*kind, pattern)]), None, True)

    @cached_property
    def _open(self) -> Mapping[int, tuple[SuricataRule, ...]]:
        return {rule.port: (rule,) for rule in self.rules if rule.pattern is None}

    @cached_property
    def _by_kind(self) -> Mapping[tuple[str, int], list[Pattern]]:
        found: dict[tuple[str, int], list[Pattern]] = {}
        for rule in self.rules:
            if rule.pattern is not None:
                found.setdefault((rule.protocol, rule.port), []).append(rule.pattern)
        return found

    @cached_property
    def _names(self) -> Mapping[tuple[str | None, int], NameSet]:
        found: dict[tuple[str | None, int], NameSet] = {}
        known: list[tuple[list[Pattern], NameSet]] = []
        for kind, patterns in self._by_kind.items():
            # HTTP and TLS have the same names nearly always.
            names = next((names for same, names in known if same == patterns), None)
            found[kind] = names or NameSet.of(patterns)
            known.append((patterns, found[kind]))
        return found

    @cached_property
    def _indexes(self) -> Mapping[tuple[str, int], PatternIndex]:
        return {kind: PatternIndex(patterns) for kind, patterns in self._by_kind.items()}

    @cached_property
    def _ids(self) -> Mapping[tuple[str, int, Pattern], str]:
        return {(r.protocol, r.port, r.pattern): r.id for r in self.rules if r.pattern is not None}

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:
        """All of the policy."""
        return asked_of_names(policy, flow)

    def documents(self, prefix: str) -> tuple[Document, ...]:
        """Rule groups; by mode a firewall policy, a firewall, its logging and routes."""
        parts = Parts(
            target=self.target,
            firewall=self.firewall,
            environment=self.environment,
            rule_groups=self.rule_groups,
            ip_sets=self.ip_sets,
            default_actions=self.default_actions,
            synchronization="".join(f"{rule}\n" for rule in self.synchronization),
            ipv6=self.ipv6,
        )
        documents = network_firewall_documents(parts, f"{prefix}-network-firewall")
        return tuple(self.named.applied(documents, prefix))

    @property
    def named(self) -> Named:
        """Which of these resources keep a name of theirs."""
        names = self.firewall.existing_names
        return Named("networkFirewall", "-network-firewall", "firewall", names)

    def quotas(self) -> tuple[Quota, ...]:
        """Of rule groups, in units, bytes and numbers."""
        # "Each variable value in the rule counts towards this limit" ("AWS Network Firewall quotas",
        # read 2026-11). EXTERNAL_NET is what HOME_NET is not; a HOME_NET of your own policy is not
        # known here, and counts as the private ranges.
        longer = 0
        for variable, value in (
            (f"${SOURCES}", f"[{','.join(texts(self.sources))}]"),
            ("$EXTERNAL_NET", f"![{','.join(texts(self.target.home_networks))}]"),
        ):
            longer += max(len(value) - len(variable), 0)
        return quotas(
            self.rule_groups,
            self.firewall.policy_capacity,
            longer,
            others=len(self.firewall.rule_groups) + self._rejects + bool(self.synchronization),
            besides=CAPACITY * self._rejects
            + SYNCHRONIZATION_CAPACITY * bool(self.synchronization),
        )

    @property
    def _rejects(self) -> bool:
        return self.firewall.default_action == "reject" and bool(self.rules)


def compile_network_firewall(
    policy: EgressPolicy, target: AwsTarget, firewall: NetworkFirewall, environment: str
) -> AwsNetworkFirewall:
    """A rule for every needed pattern and scheme, for the sources in the target."""
    sources = tuple(
        network for party in policy.in_place("aws") if party.internet for network in party.addresses
    )
    home = {"home_networks": target.home_networks}
    others = lines_of_others(firewall.model_copy(update=home))
    carried = synchronization_rules(policy, target) if firewall.between_vpcs else ()
    continues = firewall.stream_exception_policy == "CONTINUE"
    return AwsNetworkFirewall(
        target=target,
        firewall=firewall,
        environment=environment,
        sources=sources,
        elsewhere=policy.addresses_outside("aws"),
        rules=numbered(_wanted(policy)) if sources else (),
        default_actions=firewall.default_actions,
        before=tuple(each.line for each in others if each.before and not each.line.unread),
        after=tuple(each.line for each in others if not each.before and not each.line.unread),
        synchronization=carried,
        spokes=Spokes(policy, target) if carried else None,
        assumptions=network_firewall_assumptions(policy, target, firewall, others),
        residues=(*RESIDUES, MIDSTREAM) if continues else RESIDUES,
        ipv6=policy.ipv6,
    )


def _wanted(policy: EgressPolicy) -> Iterator[tuple[Protocol, int, Pattern | None, str]]:
    for scheme in Scheme:
        if policy.mode is Mode.OPEN:
            yield "tcp", scheme.port, None, ""
            continue
        for pattern in policy.patterns[scheme]:
            origin = policy.endpoint(pattern, scheme).list
            yield PROTOCOLS[scheme], scheme.port, pattern, origin
