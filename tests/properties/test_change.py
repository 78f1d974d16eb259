"""A change as sets: against a universe of names that has every boundary, and every address."""

from __future__ import annotations

import ipaddress
import itertools
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wsus_egress.config.assembly import build_environment
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow, Scheme
from wsus_egress.model.policy import Mode
from wsus_egress.names.sets import NO_NAMES, NameSet
from wsus_egress.review.change import NameChange, TargetChange, compare

SETTINGS = settings(max_examples=200, deadline=None)
LABELS = ("a", "b", "0")
HOSTS = (
    "x.com",
    "b.com",
    *(f"{label}.x.com" for label in LABELS),
    *(f"{one}.{two}.x.com" for one, two in itertools.product(LABELS, repeat=2)),
)
# Every listed host, names below it at two depths, and neighbours of it in the order.
UNIVERSE = tuple(
    sorted({n for host in HOSTS for n in (host, f"0.{host}", f"z.z.{host}", f"a{host}")}
           | {f"{host[:-4]}0.com" for host in HOSTS})
)  # fmt: skip
OUTSIDE = ipaddress.ip_address("203.0.113.80")
SLOTS = ("10.20.0.0/29", "10.20.0.8/29", "10.20.0.16/29", "10.20.0.24/29")
"""Where one party stands each: with several blocks, of which one may hold another."""
EVERY_ADDRESS = tuple(ipaddress.IPv4Network("10.20.0.0/27"))

patterns = st.sampled_from([*HOSTS, *(f"*.{host}" for host in HOSTS)])
endpoints = st.lists(
    st.tuples(patterns, st.sampled_from([("http",), ("https",), ("http", "https")])),
    min_size=1,
    max_size=6,
)


@st.composite
def blocks(draw: st.DrawFn, slot: str) -> list[str]:
    """One to three blocks of a slot, overlapping or not, in any order."""
    networks = [
        str(block)
        for length in (29, 30, 31, 32)
        for block in ipaddress.ip_network(slot).subnets(new_prefix=length)
    ]
    return draw(st.lists(st.sampled_from(networks), min_size=1, max_size=3))


@st.composite
def environments(draw: st.DrawFn) -> Environment:
    """An environment with one or two servers and perhaps clients, in any mode."""
    listed = draw(endpoints)
    slots = draw(st.permutations(SLOTS))
    count = draw(st.integers(1, 2))
    port = draw(st.sampled_from([8530, 9530]))
    servers: list[dict[str, Any]] = [
        {
            "name": f"s{index}x",
            "addresses": draw(blocks(slots[index])),
            "synchronizesFrom": "microsoft-update" if index == 0 else "s0x",
            "contentFrom": draw(st.sampled_from(["upstream", "microsoft-update"])),
            "synchronizationPorts": {"http": port, "https": port + 1},
        }
        for index in range(count)
    ]
    data: dict[str, Any] = {
        "mode": draw(st.sampled_from(["restricted", "restricted", "restricted", "open"])),
        "schemes": draw(st.sampled_from(["both", "as-listed"])),
        "extraEndpoints": [
            {"pattern": pattern, "schemes": list(schemes), "owner": "o", "reason": "r"}
            for pattern, schemes in listed
        ],
        "servers": servers,
        "aws": {"vpcId": "vpc-0a1b2c3d4e5f60718"},
    }
    if draw(st.booleans()):
        asked = draw(st.sampled_from(["microsoft-update", "s0x"]))
        data["clients"] = [
            {"name": "c0x", "addresses": draw(blocks(slots[3])), "updatesFrom": asked}
        ]
    environment = build_environment("e", data, None, lambda _: None)
    return _as_written(environment, data) if draw(st.booleans()) else environment


def _as_written(environment: Environment, data: dict[str, Any]) -> Environment:
    """The environment with its parties' addresses as they were given: a party may overlap itself."""
    written = {each["name"]: each for key in ("servers", "clients") for each in data.get(key, ())}
    parties = tuple(
        replace(party, addresses=tuple(map(ipaddress.ip_network, written[party.name]["addresses"])))
        for party in environment.policy.parties
    )
    return replace(environment, policy=replace(environment.policy, parties=parties))


def one(before: Environment | None, after: Environment | None) -> TargetChange:
    """The change of the only target."""
    (change,) = compare(before, after, {"aws": ()}, {"aws": ()})
    return change


def named(changes: tuple[NameChange, ...], scheme: Scheme) -> NameSet:
    """The names of one scheme that a side's rows have, exactly."""
    found = NO_NAMES
    for change in changes:
        if change.pattern and scheme.value in change.schemes:
            found |= change.names[change.schemes.index(scheme.value)]
    return found


def reached(environment: Environment, scheme: Scheme) -> set[str]:
    """The universe's names that some source may reach, asked one by one."""
    policy = environment.policy
    sources = [party.addresses[0][0] for party in policy.parties if party.internet]
    return {
        name
        for name in UNIVERSE
        if any(
            policy.decide(
                Flow(source, OUTSIDE, "tcp", scheme.port, scheme.application, name)
            ).allowed
            for source in sources
        )
    }


@SETTINGS
@given(environments(), environments())
def test_the_rows_are_the_difference(before: Environment, after: Environment) -> None:
    """Per scheme, a row's names are those that brute force finds, and so are the witnesses."""
    change = one(before, after)
    for scheme in Scheme:
        old, new = reached(before, scheme), reached(after, scheme)
        opened, closed = (
            named(change.newly_allowed, scheme),
            named(change.no_longer_allowed, scheme),
        )
        assert (new - old, old - new) == (
            {name for name in UNIVERSE if name in opened},
            {name for name in UNIVERSE if name in closed},
        )
    for each in (*change.newly_allowed, *change.no_longer_allowed):
        assert all(each.witness in names for names in each.names)


@SETTINGS
@given(environments(), environments())
def test_a_change_applied_gives_the_other_side(before: Environment, after: Environment) -> None:
    """What was allowed, less what is closed, with what is opened, is what is allowed then."""
    change = one(before, after)
    for scheme in Scheme:
        old = before.policy.names(scheme.port, scheme.application)
        new = after.policy.names(scheme.port, scheme.application)
        opened, closed = (
            named(change.newly_allowed, scheme),
            named(change.no_longer_allowed, scheme),
        )
        assert (new, NO_NAMES) == ((old - closed) | opened, opened & closed)


@SETTINGS
@given(environments(), environments())
def test_addresses_are_compared_one_by_one(before: Environment, after: Environment) -> None:
    """A source or a way between servers is a row exactly where only one side has it."""
    change = one(before, after)
    for side, other, rows in (
        (after, before, change.newly_allowed),
        (before, after, change.no_longer_allowed),
    ):
        texts = [row.text for row in rows if not row.pattern]
        ways = {text for text in texts if text.startswith("tcp/")}
        assert len(ways) == len([text for text in texts if text.startswith("tcp/")])
        expected = _ways(side) - _ways(other)
        found = {
            (source, destination, int(port))
            for text in ways
            for ports, way in [text.removeprefix("tcp/").split(" ", 1)]
            for port in ports.split("+")
            for source, destination in itertools.product(*map(_addresses, way.split(" -> ")))
        }
        assert expected == found
        shared = any(
            side.policy.names(s.port, s.application) & other.policy.names(s.port, s.application)
            for s in Scheme
        )
        sources = {a for text in texts if text[0].isdigit() for a in _addresses(text)}
        assert (_sources(side) - _sources(other) if shared else set()) == sources


def _addresses(text: str) -> set[str]:
    """Every address of the blocks in front of a party's name."""
    blocks = text.split(" (", maxsplit=1)[0].split(", ")
    return {str(address) for block in blocks for address in ipaddress.ip_network(block)}


def _sources(environment: Environment) -> set[str]:
    return {str(a) for a in EVERY_ADDRESS if environment.policy.has_internet(a)}


def _ways(environment: Environment) -> set[tuple[str, str, int]]:
    policy = environment.policy
    return {
        (str(source), str(destination), port)
        for asker in policy.parties
        for server in policy.parties
        for port in (server.ports.all() if server.ports else ())
        for source in EVERY_ADDRESS
        if source in asker
        for destination in EVERY_ADDRESS
        if destination in server
        if policy.decide(Flow(source, destination, "tcp", port)).allowed
    }


@SETTINGS
@given(environments(), st.randoms(use_true_random=False))
def test_the_same_policy_written_otherwise_is_no_change(before: Environment, random: Any) -> None:
    """Another order, or a redundant entry, changes no flow; opening what is open is not a change."""
    policy = before.policy
    shuffled = list(policy.endpoints)
    random.shuffle(shuffled)
    after = replace(before, policy=replace(policy, endpoints=(*shuffled, shuffled[0])))
    change = one(before, after)
    assert ((), ()) == (change.newly_allowed, change.no_longer_allowed)


@SETTINGS
@given(environments())
def test_a_new_environment_allows_all_it_has(after: Environment) -> None:
    """Without a base every pattern is newly allowed; one that goes closes nothing, it opens all."""
    opened, closed = one(None, after), one(after, None)
    texts = {
        pattern.text for scheme in Scheme for pattern in after.policy.patterns[scheme]
    } if after.policy.mode is Mode.RESTRICTED else {"*"}  # fmt: skip
    assert texts == {row.pattern for row in opened.newly_allowed if row.pattern}
    assert ((), ()) == (closed.no_longer_allowed, opened.no_longer_allowed)


@SETTINGS
@given(environments())
def test_nothing_changes_where_nothing_differs(environment: Environment) -> None:
    """An environment compared with itself has no change, and every pattern is unchanged."""
    change = one(environment, replace(environment, name="e"))
    assert ((), (), ()) == (change.newly_allowed, change.no_longer_allowed, change.rules)
