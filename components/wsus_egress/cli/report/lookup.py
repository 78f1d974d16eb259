"""What `explain` answers for every URL, as tables that a page can look up.

Rules distinguish requests by who asks, and by the destination's address range, port range, protocol
and name only. So one request of each class is asked of the policy and of every control, for each
asker that they tell apart, and the answers are stored by class. Names fall into two classes
for each name that a pattern is made of: the name itself, and the names below it that have no closer
one; and one class for the rest. The page only looks answers up; it decides nothing.
"""

from __future__ import annotations

import ipaddress
import itertools
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from wsus_egress.controls import Control
from wsus_egress.controls.base import cuts
from wsus_egress.model.flows import (
    Address,
    Application,
    Flow,
    Network,
    Scheme,
)
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.hosts import MAX_NAME
from wsus_egress.review.urls import SOMEWHERE

APPLICATIONS: Final[tuple[Application | None, ...]] = ("http", "tls", None)
_NAMED: Final[tuple[Application, ...]] = ("http", "tls")
NOT_MET: Final = "not-met"
_MAX_PORT: Final = 65535
_BITS: Final = {4: 32, 6: 128}

# Verdict, reason or rule, the number of the endpoint that decided, or -1, and whether the asker may
# ask there at all.
Answer = tuple[str, str, int, bool]
Ask = Callable[[Flow], Answer]


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of requests that the policy or a rule distinguishes.

    Attributes:
        cuts: Of each IP version, where a class of addresses begins.
        ports: Where a class of ports begins; the first is 1.
        kinds: In which ranges each class of ports is: where these are the same, so is the answer.
        names: One name of each class, in the order of the tables: each known host, and a name
            below it; the last one is of the rest. None where a class has no name.
    """

    source: Address
    cuts: Mapping[int, tuple[int, ...]]
    ports: tuple[int, ...]
    kinds: tuple[tuple[bool, ...], ...]
    names: tuple[str | None, ...]


class Shared:
    """Values that several tables share, stored once and referred to by number."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[str, dict[Any, int]] = {}

    def number(self, kind: str, value: Any) -> int:
        """The number of a value; a new one for a new value."""
        kept = self._kept.setdefault(kind, {})
        return kept.setdefault(value, len(kept))

    def all(self, kind: str) -> list[Any]:
        """The values of a kind, by number."""
        return list(self._kept.get(kind, ()))


@dataclass(frozen=True, slots=True)
class Names:
    """The hosts that an environment's patterns are made of, and a name for each class of names."""

    hosts: tuple[str, ...]
    witnesses: tuple[str | None, ...] = field(repr=False)

    @classmethod
    def of(cls, hosts: Iterable[str]) -> Names:
        """The classes that these hosts make."""
        known = set(hosts)
        ordered = tuple(sorted(known))
        witnesses: list[str | None] = []
        for host in ordered:
            witnesses += [host, _unlisted(known, f".{host}")]
        return cls(ordered, (*witnesses, _unlisted(known, "")))


def _unlisted(known: set[str], end: str) -> str | None:
    # A single letter if one is free, because a longer label may not fit.
    labels = itertools.chain(string.ascii_lowercase, (f"x{number}" for number in itertools.count()))
    name = next(name for label in labels if (name := f"{label}{end}") not in known)
    return name if len(name) <= MAX_NAME else None


def table(shared: Shared, classes: Classes, ask: Ask) -> int:
    """Ask for one request of each class, and store the answers.

    Returns:
        The table's number. A table is: where port classes begin; where address classes begin, of
        IPv4 and IPv6; answers without a name, by what is spoken and port class; columns of names,
        likewise; answers for addresses, by version, what is spoken, port class and address class.
        A column is 0 and one answer for every name, or 1 and the number of a row of answers.
    """

    def answer(
        application: Application | None,
        port: int,
        name: str | None = None,
        address: Address | None = None,
    ) -> int:
        destination = address or SOMEWHERE[classes.source.version]
        flow = Flow(classes.source, destination, "tcp", port, application, name)
        return shared.number("answers", ask(flow))

    columns: dict[tuple[Application, tuple[bool, ...]], tuple[int, int]] = {}

    def column(application: Application, port: int, kind: tuple[bool, ...]) -> tuple[int, int]:
        if (application, kind) not in columns:
            row = tuple(
                -1 if name is None else answer(application, port, name) for name in classes.names
            )
            told = {number for number in row if number >= 0}
            columns[application, kind] = (
                (0, told.pop()) if len(told) == 1 else (1, shared.number("columns", row))
            )
        return columns[application, kind]

    def addresses(version: int) -> tuple[tuple[tuple[int, ...], ...], ...]:
        # Address by address: a control remembers what it knows of the latest two.
        kind: Callable[[int], Address] = ipaddress.IPv4Address
        if version == 6:
            kind = ipaddress.IPv6Address
        told = [
            [[answer(a, port, None, address) for port in classes.ports] for a in APPLICATIONS]
            for address in map(kind, classes.cuts[version])
        ]
        return tuple(
            tuple(tuple(each[a][port] for each in told) for port in range(len(classes.ports)))
            for a in range(len(APPLICATIONS))
        )

    value = (
        classes.ports,
        tuple(tuple(hexadecimal(cut, v) for cut in classes.cuts[v]) for v in _BITS),
        tuple(tuple(answer(a, port) for port in classes.ports) for a in APPLICATIONS),
        tuple(
            tuple(column(a, *each) for each in zip(classes.ports, classes.kinds, strict=True))
            for a in _NAMED
        ),
        tuple(addresses(version) for version in _BITS),
    )
    return shared.number("tables", value)


def hexadecimal(address: int, version: int) -> str:
    """An address as text that sorts as addresses do."""
    return f"{address:0{_BITS[version] // 4}x}"


def _classes(
    source: Address,
    networks: Iterable[Network],
    ranges: Iterable[tuple[int, int]],
    names: Sequence[str | None],
) -> Classes:
    told = sorted({*ranges, *((s.port, s.port) for s in Scheme)})
    starts = {1, *(low for low, _ in told), *(high + 1 for _, high in told)}
    ports = tuple(sorted(start for start in starts if 1 <= start <= _MAX_PORT))
    kinds = tuple(tuple(low <= port <= high for low, high in told) for port in ports)
    return Classes(source, cuts(networks), ports, kinds, tuple(names))


def policy_table(
    shared: Shared, policy: EgressPolicy, source: Address, names: Sequence[str | None]
) -> int:
    """What the policy says to one source."""
    networks = [network for party in policy.parties for network in party.addresses]
    ports = [(port, port) for port in policy.synchronization_ports]

    def ask(flow: Flow) -> Answer:
        decision = policy.decide(flow)
        found = decision.endpoint
        endpoint = -1
        if found is not None:
            endpoint = shared.number("deciding", (found.pattern.text, found.list))
        verdict = "allow" if decision.allowed else "deny"
        return verdict, decision.reason, endpoint, decision.may_ask

    return table(shared, _classes(source, networks, ports, names), ask)


def control_table(
    shared: Shared,
    control: Control,
    controls: Sequence[Control],
    source: Address,
    names: Sequence[str | None],
) -> int:
    """What one control of a target's says to one source; `NOT_MET` where a route leads past it."""
    routers = [each for each in controls if each.leads_past]

    def ask(flow: Flow) -> Answer:
        if any(control.name in router.skips(flow) for router in routers):
            return NOT_MET, "", -1, True
        ruling = control.admits(flow)
        return ruling.verdict.value, ruling.rule, -1, True

    # A control that is blind to names is asked for one of them only.
    seen = names if control.sees_names else [None] * (len(names) - 1) + [names[-1]]
    ways = [control, *routers]
    networks = {network for each in ways for network in each.networks}
    ports = {ports for each in ways for ports in each.ports}
    return table(shared, _classes(source, networks, ports, seen), ask)
