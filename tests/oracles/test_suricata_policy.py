"""Suricata does with every flow what the Network Firewall control says of it."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployed import deployment, network_firewall
from env import ROOT
from replay import Suricata
from replay import Verdict as Seen
from traffic import flows, neighbours, spoken
from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import EndpointList
from wsus_egress.config.project import load_environments
from wsus_egress.controls import Verdict
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow, Scheme
from wsus_egress.model.policy import Endpoint
from wsus_egress.names.hosts import MAX_NAME, Pattern

Said = tuple[Seen, frozenset[int]]
"""What becomes of a flow, and the numbers of the rules that pass it."""
STRANGERS = tuple(
    map(ipaddress.ip_address, ("10.20.99.99", "192.168.7.7", "fd00::99", "2600:1f18:abc:99::1"))
)
UNRELATED = ("example.org", "com", "localhost")


def expected(control: AwsNetworkFirewall, numbers: Mapping[str, int], flow: Flow) -> Said | None:
    """What the control says that becomes of a flow; None where it does not pass there."""
    ruling = control.admits(flow)
    if ruling.verdict is Verdict.NOT_APPLICABLE:
        return None
    if ruling.verdict is Verdict.DENY:
        return Seen.DROPPED, frozenset()
    if ruling.rule in numbers:
        return Seen.PASSED, frozenset([numbers[ruling.rule]])
    return Seen.UNTOUCHED, frozenset()


def around(environment: Environment, control: AwsNetworkFirewall) -> dict[Flow, Said]:
    """Every flow around an environment's patterns that passes the firewall, and what becomes of it."""
    numbers = {rule.id: rule.sid for rule in control.rules}
    hosts = {endpoint.pattern.host for endpoint in environment.policy.endpoints}
    names = {*UNRELATED, *(name for host in hosts for name in neighbours(host))}
    ends = [address for network in control.sources for address in (network[0], network[-1])]
    sources = [*dict.fromkeys(ends), *STRANGERS]
    wanted = flows(sources, sorted(names))
    return {flow: said for flow in wanted if (said := expected(control, numbers, flow))}


def judged(suricata: Suricata, environment: Environment) -> Counter[Seen]:
    """Holds Suricata's verdict against the control's on every flow; how many there were of each."""
    control = network_firewall(environment)
    assert control is not None
    wanted = around(environment, control)
    conversations = [spoken(flow) for flow in wanted]
    outcomes = suricata.outcomes(deployment(control), conversations)
    different = [
        f"{flow} as {conversation.messages}: Suricata {outcome}, the control {said}"
        for conversation, (flow, said), outcome in zip(
            conversations, wanted.items(), outcomes, strict=True
        )
        if (outcome.verdict, frozenset(outcome.logged)) != said
    ]
    assert [] == different
    return Counter(outcome.verdict for outcome in outcomes)


def test_shipped_environments(suricata: Suricata) -> None:
    """In every shipped environment with a Network Firewall, no flow near its lists differs."""
    counts = {
        environment.name: judged(suricata, environment)
        for environment in load_environments(ROOT)
        if network_firewall(environment) is not None
    }
    assert {"dev", "prod", "sandbox"} <= set(counts)
    assert (
        min(count[kind] for count in counts.values() for kind in (Seen.PASSED, Seen.DROPPED)) >= 50
    )
    assert sum(count.total() for count in counts.values()) >= 15_000


labels = st.one_of(
    st.sampled_from(["a", "b", "ab", "xn--mnchen-3ya", "a" * 63, "1", "com"]),
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(
        lambda label: label[2:4] != "--"
    ),
)
hosts = st.builds(
    lambda below, top: ".".join([*below, top]),
    st.lists(labels, min_size=1, max_size=4),
    st.sampled_from(["com", "net", "xn--p1ai"]),
).filter(lambda host: len(host) <= MAX_NAME - 2)


@st.composite
def endpoint_lists(draw: st.DrawFn) -> list[Endpoint]:
    """One to five endpoints, some of them about one another's neighbours."""
    first = draw(st.lists(hosts, min_size=1, max_size=3))
    near = [name for host in first for name in neighbours(host) if "_" not in name and "." in name]
    chosen = first + draw(st.lists(st.sampled_from(near), max_size=2))
    found = {
        Pattern(host, wildcard): draw(st.sets(st.sampled_from(Scheme), min_size=1))
        for host in chosen
        if (wildcard := draw(st.booleans())) is False or len(host) <= MAX_NAME - 2
    }
    return [
        Endpoint(pattern, frozenset(schemes), "x", "x", "2026-11-01", "generated")
        for pattern, schemes in found.items()
    ]


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of an AWS target with a Network Firewall, for one or two servers and clients."""
    ipv6 = draw(st.booleans())
    others = ["10.20.1.0/28", "10.20.0.12"]
    others += ["fd00:20::10", "2600:1f18:abc:21::/64"] if ipv6 else []
    addresses = ["10.20.0.10", *draw(st.lists(st.sampled_from(others), max_size=2, unique=True))]
    existing = draw(st.booleans())
    firewall: dict[str, Any] = {"mode": "rules-only" if existing else "policy"}
    if existing and draw(st.booleans()):
        firewall["existingPolicy"] = {"statefulDefaultActions": []}
    if not existing and draw(st.booleans()):
        firewall["homeNetworks"] = ["10.0.0.0/8", "fd00::/8"]
    server = {"name": "server", "location": "aws"}
    clients = {"name": "clients", "location": "aws", "addresses": ["10.20.4.0/24"]}
    asked = draw(st.sampled_from(["microsoft-update", "server"]))
    standing = draw(st.lists(st.sampled_from(addresses), min_size=1, unique=True))
    if asked == "server" and all(":" in address for address in standing):
        standing.append("10.20.0.10")  # Clients and their server have an IP version in common.
    return {
        "mode": draw(st.sampled_from(["restricted", "restricted", "restricted", "open"])),
        "lists": ["generated"],
        "schemes": draw(st.sampled_from(["both", "as-listed"])),
        "ipv6": ipv6,
        "servers": [{**server, "addresses": standing}],
        "clients": [{**clients, "updatesFrom": asked}],
        "aws": {
            "vpcId": "vpc-0a1b2c3d",
            "ownRanges": ["2600:1f18:abc::/48"] if ipv6 else [],
            "networkFirewall": firewall,
        },
    }


def build(configuration: dict[str, Any], endpoints: Sequence[Endpoint]) -> Environment:
    """The environment with these endpoints as its only list."""
    lists = {"generated": EndpointList("generated", "x", (), tuple(endpoints))}
    if configuration["mode"] == "open":
        configuration = {k: v for k, v in configuration.items() if k not in ("lists", "schemes")}
    return build_environment("test", configuration, lists, lambda _: None)


def test_generated_environments(suricata: Suricata) -> None:
    """For lists and settings of whatever kind no flow differs, of at least 20,000."""
    total: Counter[Seen] = Counter()

    @settings(max_examples=40, deadline=None)
    @given(configurations(), endpoint_lists())
    def compare_one(configuration: dict[str, Any], endpoints: list[Endpoint]) -> None:
        total.update(judged(suricata, build(configuration, endpoints)))

    compare_one()
    assert total.total() >= 20_000
    assert min(total[kind] for kind in Seen) >= 500


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('content:".', 'content:"'),
        ("endswith; ", ""),
        ("startswith; ", ""),
        ("nocase; ", ""),
        (" 443 ", " any "),
        (" 80 ", " [80,443] "),
        ("$WSUS_SOURCES", "$HOME_NET"),
        ("pass http", "drop http"),
    ],
)
def test_a_mistake_in_the_rules_shows(suricata: Suricata, old: str, new: str) -> None:
    """Changing any part of the rules makes some verdict differ from the control's."""
    (environment,) = load_environments(ROOT, ["dev"])
    control = network_firewall(environment)
    assert control is not None
    sound = deployment(control)
    assert old in sound.rules
    lines = sound.rules.replace(old, new).splitlines(keepends=True)
    broken = replace(sound, rules="".join(sorted(lines, key=lambda line: line.startswith("drop"))))
    wanted = around(environment, control)
    conversations = [spoken(flow) for flow in wanted]
    verdicts = suricata.verdicts(broken, conversations)
    assert [verdict for verdict, _ in wanted.values()] != verdicts


def test_what_passes_is_logged_once(suricata: Suricata) -> None:
    """A connection that passes leaves one entry in the log, and one that does not leaves none."""
    (environment,) = load_environments(ROOT, ["dev"])
    control = network_firewall(environment)
    assert control is not None
    wanted = around(environment, control)
    conversations = [spoken(flow) for flow in wanted]
    outcomes = suricata.outcomes(deployment(control), conversations)
    found = {(outcome.verdict, len(outcome.logged)) for outcome in outcomes}
    assert {(Seen.PASSED, 1), (Seen.DROPPED, 0)} == found


def test_the_rules_load(suricata: Suricata) -> None:
    """Suricata has nothing against the rules of any shipped environment."""
    controls = map(network_firewall, load_environments(ROOT))
    complaints = [suricata.complaint(deployment(control)) for control in controls if control]
    assert [None] * len(complaints) == complaints
    assert len(complaints) >= 3
