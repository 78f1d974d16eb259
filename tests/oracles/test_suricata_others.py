"""With rule groups of others before and after ours, the proof and Suricata say the same of every flow."""

from __future__ import annotations

import ipaddress
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, Literal

import pytest
from random_environments import endpoints

import strict
from conversation import Conversation, opening, said, split, usual
from deployed import deployment, network_firewall
from env import ROOT
from replay import Deployment, Suricata
from replay import Verdict as Seen
from traffic import DESTINATIONS, neighbours
from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import EndpointList
from wsus_egress.controls import Verdict
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.controls.aws.reject import REJECT_RULES
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow

ARN: Final = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup"
HOME: Final = ("10.0.0.0/8", "fd00::/8")
SOURCES: Final = ("10.20.0.10", "10.20.4.77", "10.99.0.1", "fd00:20::10")
PORTS: Final = (80, 443, 8443)
WAITING: Final = "aws:drop_established_app_layer_to_server"


def other_rule(rng: random.Random, host: str) -> str:
    """A rule in one of the forms that others write, without its sid."""
    action = rng.choice(["pass", "drop", "drop", "reject"])
    source = rng.choice(
        [
            "any",
            "$HOME_NET",
            "10.20.0.0/24",
            "[10.20.0.0/16,!10.20.4.0/24]",
            "!10.20.0.0/24",
            "$TEAM",
        ]
    )
    destination = rng.choice(
        ["any", "$EXTERNAL_NET", "203.0.113.0/24", "![203.0.113.0/24,2001:db8::/32]"]
    )
    port = rng.choice(["any", "443", "[80,443]", "![80,443]", "80", "8000:9000", "$WEB"])
    kind = rng.choice(["plain", "plain", "flow", "flow", "spoken", "named", "named", "named"])
    head = f"{source} any -> {destination} {port}"
    if kind == "plain":
        protocol = rng.choice(["tcp", "ip", "udp"])
        return f"{action} {protocol} {head if protocol != 'ip' else f'{source} any -> {destination} any'} ("
    if kind == "flow":
        words = rng.choice(
            [
                "established,to_server",
                "established",
                "not_established",
                "to_server",
                "not_established, to_server",
            ]
        )
        return f"{action} tcp {head} (flow:{words}; "
    if kind == "spoken":
        protocol = rng.choice(["tls", "http"])
        options = rng.choice(["", "flow:to_server; ", "flow:established,to_server; "])
        if protocol == "tls" and not options:
            options = rng.choice(["", "ssl_state:client_hello; "])
        return f"{action} {protocol} {head} ({options}"
    flow = rng.choice(["", "flow:to_server, established; "])
    if rng.random() < 0.5:
        content = rng.choice(
            [
                f'dotprefix; content:".{host}"; nocase; endswith; ',
                f'content:".{host}"; nocase; endswith; ',
                f'content:"{host}"; startswith; nocase; endswith; ',
                f'content:".{host}"; nocase; endswith; bsize:>{len(host) + 1}; ',
            ]
        )
        return f"{action} tls {head} (ssl_state:client_hello; tls.sni; {content}{flow}"
    content = rng.choice(
        [f'content:".{host}"; endswith; ', f'content:"{host}"; startswith; endswith; ']
    )
    return f"{action} http {head} (http.host; {content}{flow}"


def made(rng: random.Random) -> Environment:
    """An environment with one to six rules of others in groups before and after its own."""
    listed = endpoints(rng)
    hosts = [each.pattern.host for each in listed] + ["com", "evil.com"]
    groups: list[dict[str, Any]] = []
    sid = 1
    for priority in rng.sample([10, 20, 200, 300], rng.randint(1, 3)):
        text = ""
        for _ in range(rng.randint(1, 2)):
            text += f"{other_rule(rng, rng.choice(hosts))}sid:{sid};)\n"
            sid += 1
        groups.append(
            {
                "arn": f"{ARN}/group-{priority}",
                "priority": priority,
                "rules": text,
                "variables": [
                    {"name": "TEAM", "values": ["10.20.0.0/28", "fd00:20::/64"]},
                    {"name": "WEB", "values": ["80", "8000:8500"]},
                ],
            }
        )
    firewall: dict[str, Any] = {"mode": "policy", "homeNetworks": list(HOME), "ruleGroups": groups}
    firewall["defaultAction"] = rng.choice(["drop", "reject", "alert"])
    if rng.random() < 0.5:
        action = rng.choice([WAITING, "aws:drop_established", "aws:drop_strict", ""])
        for group in groups:
            group["variables"].append({"name": "HOME_NET", "values": list(HOME)})
        if action == "aws:drop_strict" and rng.random() < 0.8:
            handshake = "pass tcp any any <> any any (flow:not_established; sid:90;)\n"
            groups.append({"arn": f"{ARN}/handshake", "priority": 1, "rules": handshake})
        firewall = {
            "mode": "rules-only",
            "existingPolicy": {"statefulDefaultActions": [action] if action else []},
            "ruleGroups": groups,
        }
    settings = {
        "mode": rng.choice(["restricted", "restricted", "restricted", "open"]),
        "lists": ["generated"],
        "ipv6": True,
        "servers": [
            {"name": "server", "addresses": ["10.20.0.10", "fd00:20::10"], "location": "aws"}
        ],
        "clients": [
            {
                "name": "clients",
                "addresses": ["10.20.4.0/24"],
                "location": "aws",
                "updatesFrom": "microsoft-update",
            }
        ],
        "aws": {"vpcId": "vpc-0a1b2c3d", "networkFirewall": firewall},
    }
    if settings["mode"] == "open":
        del settings["lists"]
    lists = {"generated": EndpointList("generated", "x", (), tuple(listed))}
    return build_environment("test", settings, lists, lambda _: None)


def deployed(control: AwsNetworkFirewall) -> Deployment:
    """All rules of the policy in its order, with the variables of every group."""
    texts = [
        (control.firewall.priority + group.number, group.rules_string)
        for group in control.rule_groups
    ]
    ip_sets = dict(control.ip_sets)
    rules = [(each.priority, each.rules or "") for each in control.firewall.rule_groups]
    variables = {
        each.name: each.values for group in control.firewall.rule_groups for each in group.variables
    }
    if control.firewall.default_action == "reject":
        rules.append((65535, REJECT_RULES))
    text = "".join(text for _, text in sorted([*texts, *rules]))
    # Suricata takes ports from variables of their own.
    text = text.replace("$WEB", f"[{','.join(variables['WEB'])}]") if "WEB" in variables else text
    ip_sets |= {"TEAM": variables["TEAM"]} if "TEAM" in variables else {}
    return Deployment(text, HOME, ip_sets, control.default_actions)


def around(rng: random.Random, environment: Environment) -> Iterator[Flow]:
    """Flows around the environment's names, in one segment and in two."""
    hosts = [endpoint.pattern.host for endpoint in environment.policy.endpoints] or ["a.com"]
    near = [name for host in hosts for name in neighbours(host)]
    names = [*rng.sample(near, min(len(near), 8)), *hosts, "evil.com", "a.evil.com"]
    for text in SOURCES:
        source = ipaddress.ip_address(text)
        destination = DESTINATIONS[source.version]
        for port in PORTS:
            yield Flow(source, destination, "udp", port)
            yield Flow(source, destination, "tcp", port)
            for application in ("http", "tls"):
                for name in (None, *names):
                    flow = Flow(source, destination, "tcp", port, application, name)
                    yield flow
                    yield replace(flow, split=True)


def spoken(flow: Flow) -> Conversation:
    """The flow as a client of its kind speaks it."""
    if not flow.split:
        return usual(flow)
    data = opening(flow)
    return said(flow, *split(data, len(data) // 2 if flow.application == "http" else 60))


@pytest.mark.parametrize("seed", range(4))
def test_others_before_and_after(suricata: Suricata, seed: int) -> None:
    """On 20,000 flows and more, over the seeds, no verdict differs."""
    rng = random.Random(seed)  # noqa: S311 - a seed that is printed
    total: Counter[Seen] = Counter()
    while total.total() < 6_000:
        environment = made(rng)
        control = network_firewall(environment)
        assert control is not None
        if any("not read" in each.what for each in control.assumptions):
            continue  # Such a rule is assumed to decide nothing: there is nothing to judge.
        wanted = list(around(rng, environment))
        judged = strict.verdicts(suricata, deployed(control), [spoken(flow) for flow in wanted])
        different = [
            f"{flow}: Suricata {seen}, the control {control.admits(flow)}"
            for flow, seen in zip(wanted, judged, strict=True)
            if (seen is Seen.DROPPED) != (control.admits(flow).verdict is Verdict.DENY)
        ]
        shown = "\n".join(
            [
                deployed(control).rules,
                str(control.default_actions),
                str([a.what for a in control.assumptions]),
            ]
        )
        assert not different, f"{len(different)}\n{shown}\n" + "\n".join(different[:10])
        total.update(judged)
    assert min(total[Seen.DROPPED], total[Seen.PASSED]) > 200


def test_the_handshake_of_a_strict_policy(suricata: Suricata) -> None:
    """With the rule that docs/aws.md has for it, a policy that drops every packet passes the names."""
    page = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    (handshake,) = re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    name = 'pass tls any any -> any 443 (tls.sni; content:"a.com"; startswith; nocase; endswith; sid:2;)'
    wanted = [
        Flow(ipaddress.ip_address(SOURCES[0]), DESTINATIONS[4], "tcp", 443, "tls", name, split)
        for name in ("a.com", "b.com")
        for split in (False, True)
    ]
    said_ = [
        strict.verdicts(
            suricata,
            Deployment(rules, HOME, {}, ("aws:drop_strict",)),
            [spoken(flow) for flow in wanted],
        )
        for rules in (f"{handshake}{name}\n", f"{name}\n")
    ]
    assert said_ == [[Seen.PASSED, *[Seen.DROPPED] * 3], [Seen.DROPPED] * 4]


def test_rejecting_alone_is_enough(suricata: Suricata) -> None:
    """Without a default action the rules that reject end every TCP connection that no rule admits."""
    rng = random.Random(0)  # noqa: S311 - the same in every run
    lists = {"generated": EndpointList("generated", "x", (), tuple(endpoints(rng)))}
    settings = {
        "lists": ["generated"],
        "servers": [{"name": "server", "addresses": ["10.20.0.10"], "location": "aws"}],
        "aws": {"vpcId": "vpc-0a1b2c3d", "networkFirewall": {"defaultAction": "reject"}},
    }
    environment = build_environment("test", settings, lists, lambda _: None)
    control = network_firewall(environment)
    assert control is not None
    wanted = [
        flow
        for flow in around(rng, environment)
        if flow.protocol == "tcp" and flow.source in control.sources[0]
    ]
    alone = replace(deployed(control), default_actions=())
    expected = [
        Seen.DROPPED if control.admits(flow).verdict is Verdict.DENY else Seen.PASSED
        for flow in wanted
    ]
    assert strict.verdicts(suricata, alone, [spoken(flow) for flow in wanted]) == expected
    # In Suricata's own order too, where `pass` comes before `reject`.
    assert suricata.verdicts(deployment(control), [spoken(flow) for flow in wanted]) == expected
    assert min(map(expected.count, (Seen.DROPPED, Seen.PASSED))) >= 8


def test_synchronization_between_vpcs(suricata: Suricata) -> None:
    """It passes the firewall, and nothing else from one VPC to another does."""
    upstream = {"name": "up", "addresses": ["10.20.0.10"], "location": "aws"}
    downstream = {
        "name": "down",
        "addresses": ["10.21.0.10"],
        "location": "aws",
        "awsVpcId": "vpc-0a1b2c3e",
    }
    settings = {
        "lists": ["generated"],
        "servers": [upstream, {**downstream, "synchronizesFrom": "up"}],
        "aws": {"vpcId": "vpc-0a1b2c3d", "networkFirewall": {"betweenVpcs": True}},
    }
    listed = tuple(endpoints(random.Random(0)))  # noqa: S311 - the same in every run
    lists = {"generated": EndpointList("generated", "x", (), listed)}
    control = network_firewall(build_environment("test", settings, lists, lambda _: None))
    assert control is not None
    up, down = map(ipaddress.ip_address, ("10.20.0.10", "10.21.0.10"))
    services: tuple[tuple[Literal["tcp", "udp"], int], ...] = (
        ("tcp", 8530), ("tcp", 8531), ("tcp", 445), ("udp", 53),
    )  # fmt: skip
    wanted = [
        Flow(*ends, protocol, port)
        for ends in ((down, up), (up, down))
        for protocol, port in services
    ]
    expected = [
        Seen.DROPPED if control.admits(flow).verdict is Verdict.DENY else Seen.PASSED
        for flow in wanted
    ]
    assert suricata.verdicts(deployment(control), [usual(flow) for flow in wanted]) == expected
    assert expected == [Seen.PASSED, Seen.PASSED, *[Seen.DROPPED] * 6]
