"""What is read of others' Suricata rules, and what a firewall policy with them lets pass."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Callable
from typing import Any, Final

import pytest
from sample import VPC

from wsus_egress.controls import Verdict, compile_target
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.controls.aws.other_lines import Moment, OtherLine
from wsus_egress.controls.aws.other_rules import Variables, is_rule, lines, read
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import NameSet
from wsus_egress.proof.proof import Proof, prove

Build = Callable[..., Environment]
GROUPS: Final = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup"
MANAGED: Final = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/Attack"
HOME: Final = Variables({"HOME_NET": ("10.0.0.0/8",), "ADMINS": ("10.9.0.0/16", "!10.9.1.0/24")})
ID: Final = "aws/aws-network-firewall"
HANDSHAKE: Final = "pass tcp any any <> any any (flow:not_established; sid:9;)"


def one(text: str) -> OtherLine:
    """The only thing that a rule decides."""
    assert is_rule(text)
    (found,) = read(text, "rule", HOME)
    return found


def firewall(environment: Build, **settings: Any) -> tuple[AwsNetworkFirewall, Proof]:
    """The control of a server's environment with these settings of Network Firewall, and the proof."""
    built = environment(aws={"vpcId": VPC, "networkFirewall": settings})
    controls = compile_target(built, built.targets[0])
    control = next(each for each in controls if isinstance(each, AwsNetworkFirewall))
    return control, prove(built, built.targets[0], controls, datetime.date(2026, 11, 24))


def group(rules: str | None, priority: int, **own: Any) -> dict[str, Any]:
    """A rule group of others."""
    given = {} if rules is None else {"rules": rules}
    return {"arn": f"{GROUPS}/team-{priority}", "priority": priority, **given, **own}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ('tls.sni; content:".a.com"; nocase; endswith;', ["*.a.com"]),
        (
            'ssl_state:client_hello; tls.sni; content:".a.com"; nocase; endswith; bsize:>6;',
            ["*.a.com"],
        ),
        (
            'tls.sni; dotprefix; content:".A.com"; nocase; endswith; msg:"x; y";',
            ["*.a.com", "a.com"],
        ),
        ('tls.sni; content:"a.com"; startswith; nocase; endswith; bsize:5;', ["a.com"]),
    ],
)
def test_names_that_are_read(options: str, names: list[str]) -> None:
    """A suffix with and without its apex, and a whole name; they decide when the name is there."""
    line = one(f"drop tls any any -> any any ({options} sid:1;)")

    assert line.unread == ""
    assert line.names == NameSet.of(map(Pattern.parse, names))
    assert (set(line.moments), line.whole) == ({Moment.COMPLETE}, True)


def test_a_top_level_domain_is_read() -> None:
    """Which no pattern of a policy can be, and which others deny."""
    line = one('drop http any any -> any any (http.host; content:".zip"; endswith; sid:1;)')

    assert line.unread == ""
    assert line.names is not None
    assert "a.zip" in line.names


@pytest.mark.parametrize(
    ("rule", "unread"),
    [
        (
            'drop tls any any -> any any (tls.sni; content:"a.com"; nocase; endswith; sid:1;)',
            "the name",
        ),
        ('drop tls any any -> any any (tls.sni; content:".a.com"; endswith; sid:1;)', "the name"),
        (
            'drop tls any any -> any any (tls.sni; content:".a.com"; nocase; endswith; bsize:7; sid:1;)',
            "the name",
        ),
        (
            'drop tls any any -> any any (tls.sni; content:".a.com"; dotprefix; nocase; endswith; sid:1;)',
            "the name",
        ),
        (
            'drop tls any any -> any any (tls.sni; content:".a_"; nocase; endswith; sid:1;)',
            "the name",
        ),
        (
            'drop http any any -> any any (tls.sni; content:".a.com"; nocase; endswith; sid:1;)',
            "the name",
        ),
        ('drop tls any any -> any any (tls.sni; pcre:"/a/"; sid:1;)', "the name"),
        ("drop tcp any any -> any any (flags:S; flowbits:set,a; sid:1;)", "flags, flowbits"),
        ("drop tcp any any -> any any (flow:to_client; sid:1;)", "flow:to_client"),
        ("drop http any any -> any any (ssl_state:client_hello; sid:1;)", "ssl_state"),
        ("drop tls any any -> any any (ssl_state:server_hello; sid:1;)", "ssl_state"),
        ("drop modbus any any -> any any (sid:1;)", "the protocol modbus"),
        ("pass udp any any -> any 53 (flow:to_server; sid:1;)", "flow beside UDP"),
        (
            "drop tcp any any -> any 8000:8010 (sid:1;)",
            "some of the ports that a client's own may be",
        ),
        ("drop tcp any 5000 -> any 80 (sid:1;)", "some of the ports that a client's own may be"),
        ("drop ip any any -> @blocked any (sid:1;)", "the addresses @blocked"),
        ("drop ip any any -> [!$ADMINS] any (sid:1;)", "the addresses [!$ADMINS]"),
        (
            "drop ip any any -> [10.0.0.0/8,$ADMINS] any (sid:1;)",
            "the addresses [10.0.0.0/8,$ADMINS]",
        ),
        ("drop ip any any -> $NOBODY any (sid:1;)", "the addresses $NOBODY"),
        ("drop tcp any any -> any http (sid:1;)", "the ports http"),
        ("drop tcp any any -> any 80 (sid:1; content)", "'content'"),
    ],
)
def test_what_is_not_read(rule: str, unread: str) -> None:
    """It is said, and such a rule decides nothing here."""
    assert one(rule).unread == unread


def test_variables_of_variables_end() -> None:
    """A variable that stands for itself is not read."""
    (line,) = read("drop ip any any -> $A any (sid:1;)", "rule", Variables({"A": ("$A",)}))
    assert line.unread == "the addresses $A"


@pytest.mark.parametrize(
    "rule",
    [
        "alert tcp any any -> any any (sid:1;)",
        "drop ssh any any -> any any (sid:1;)",
        "pass icmp any any -> any any (sid:1;)",
    ],
)
def test_what_decides_nothing(rule: str) -> None:
    """Alerts, drops of what is neither HTTP nor TLS, and what no flow is."""
    assert read(rule, "rule", HOME) == ()


def test_lines_of_a_text() -> None:
    """Comments and empty lines are left out, and a line may go on in the next one."""
    assert [*lines("# a\n\ndrop ip any any \\\n-> any any (sid:1;)\n")] == [
        "drop ip any any  -> any any (sid:1;)"
    ]
    assert not is_rule("deny ip any any -> any any (sid:1;)")


def flow(source: str, destination: str, port: int, **own: Any) -> Flow:
    """A flow."""
    ends = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    return Flow(*ends, own.pop("protocol", "tcp"), port, **own)


def test_addresses_and_ports() -> None:
    """Lists, negations and variables; a negation of IPv4 addresses has no IPv6 ones, as in Suricata."""
    line = one(
        "drop tcp [$HOME_NET, !10.1.0.0/16] any -> $EXTERNAL_NET [80,8000:8010,!8005] (sid:1;)"
    )
    first = Moment.FIRST
    assert line.unread == "some of the ports that a client's own may be"
    assert line.covers(flow("10.0.0.1", "203.0.113.80", 80), first)
    assert line.covers(flow("10.0.0.1", "203.0.113.80", 8010), first)
    for source, destination, port in (
        ("10.1.0.1", "203.0.113.80", 80),
        ("10.0.0.1", "10.0.0.2", 80),
        ("10.0.0.1", "203.0.113.80", 8005),
        ("10.0.0.1", "2001:db8::1", 80),
        ("fd00::1", "2001:db8::1", 80),
    ):
        assert not line.covers(flow(source, destination, port), first)
    assert not line.covers(flow("10.0.0.1", "203.0.113.80", 80, protocol="udp"), first)
    # A server known by its IPv4 address uses IPv6 from an address that nobody listed.
    anywhere = one("drop tcp any any -> any ![443] (sid:1;)")
    assert anywhere.covers(flow("10.0.0.1", "2001:db8::1", 80), first)
    assert anywhere.is_between(ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("10.0.0.2"))
    assert not anywhere.covers(flow("10.0.0.1", "2001:db8::1", 443), first)
    admins = one("drop tcp $ADMINS any -> any any (sid:1;)")
    assert admins.covers(flow("10.9.2.1", "203.0.113.80", 80), first)
    assert not admins.covers(flow("10.9.1.1", "203.0.113.80", 80), first)


def test_the_servers_packets() -> None:
    """A rule about both directions may fit the server's answer by the client's own port."""
    answer = Moment.ANSWER
    web = flow("10.0.0.1", "203.0.113.80", 443)
    assert one("drop tcp any any -> any 1024: (sid:1;)").covers(web, answer)
    assert not one("drop tcp any any -> any [80,443] (sid:1;)").covers(web, answer)
    assert not one("drop tcp any any -> any ![1024:65535] (sid:1;)").covers(web, answer)
    assert one("drop tcp any 443 -> any any (sid:1;)").covers(web, answer)
    assert not one("drop tcp any 80 -> any any (sid:1;)").covers(web, answer)
    assert not one("drop tcp any 443 -> any any (sid:1;)").covers(web, Moment.FIRST)
    assert len(read(HANDSHAKE, "rule", HOME)) == 2


def test_a_drop_before_ours_is_narrower(environment: Build) -> None:
    """By port, nothing reaches Microsoft; by name, what the rule has does not."""
    _, proof = firewall(environment, ruleGroups=[group("drop tcp any any -> any 443 (sid:1;)", 10)])
    assert [each.what for each in proof.deviations] == [f"{ID}/narrower/names"]
    assert str(proof.deviations[0].witness).endswith("https://host.example.com/")

    named = 'drop http any any -> any any (http.host; content:".b.example.com"; endswith; sid:1;)'
    control, proof = firewall(environment, ruleGroups=[group(named, 10)])
    assert [each.what for each in proof.deviations] == [f"{ID}/narrower/names"]
    assert str(proof.deviations[0].witness).endswith(".b.example.com/")
    witness = control.admits(proof.deviations[0].witness)
    assert (witness.verdict, witness.rule) == (Verdict.DENY, "rule 1 of team-10")


def test_after_ours_only_packets_are_dropped(environment: Build) -> None:
    """A drop by name comes too late there; one of the first packet does not, nor of pieces."""
    named = (
        'drop tls any any -> any any (tls.sni; content:".example.com"; nocase; endswith; sid:1;)'
    )
    _, proof = firewall(environment, ruleGroups=[group(named, 300)])
    assert proof.findings == ()

    _, proof = firewall(
        environment, ruleGroups=[group("drop tcp any any -> any any (sid:1;)", 300)]
    )
    assert [each.what for each in proof.deviations] == [f"{ID}/narrower/names"]

    pieces = "drop tcp any any -> any any (flow:established,to_server; sid:1;)"
    _, proof = firewall(environment, ruleGroups=[group(pieces, 300)])
    assert [each.what for each in proof.deviations] == [f"{ID}/narrower/segments"]


@pytest.mark.parametrize("priority", [10, 300])
def test_a_pass_is_wider(environment: Build, priority: int) -> None:
    """Wherever it stands, by name and for other ports."""
    named = 'pass tls any any -> any any (tls.sni; content:"evil.com"; startswith; nocase; endswith; sid:1;)'
    _, proof = firewall(environment, ruleGroups=[group(named, priority)])
    names = next(each for each in proof.deviations if each.what == f"{ID}/wider/names")
    assert str(names.witness).endswith("https://evil.com/")
    # The security group denies other ports, and hides that this rule passes them.
    assert f"{ID}/wider/ports" in {each.what for each in proof.masked}

    _, proof = firewall(
        environment, ruleGroups=[group("pass ssh any any -> any 22 (sid:1;)", priority)]
    )
    assert f"{ID}/wider/ports" in {each.what for each in proof.masked}


def test_an_existing_policy_that_does_not_wait(environment: Build) -> None:
    """It drops the first of two segments: a deviation that an owner can accept."""
    policy = {"statefulDefaultActions": ["aws:drop_established", "aws:alert_established"]}
    control, proof = firewall(environment, mode="rules-only", existingPolicy=policy)

    (deviation,) = proof.deviations
    assert deviation.what == f"{ID}/narrower/segments"
    assert deviation.reason == (
        "the target denies a ClientHello or HTTP request in two segments; the policy does not"
    )
    assert str(deviation.witness) == "10.20.0.10 -> http://host.example.com/ in two segments"
    assert control.admits(deviation.witness).rule == "default action aws:drop_established"


def test_a_strict_policy_needs_the_handshake(environment: Build) -> None:
    """Without a rule that passes it nothing passes, and with one only pieces do not."""
    policy = {"statefulDefaultActions": ["aws:drop_strict", "aws:alert_strict"]}
    _, proof = firewall(environment, mode="rules-only", existingPolicy=policy)
    assert [each.what for each in proof.deviations] == [f"{ID}/narrower/names"]

    groups = [group(HANDSHAKE, 1)]
    _, proof = firewall(environment, mode="rules-only", existingPolicy=policy, ruleGroups=groups)
    assert [each.what for each in proof.deviations] == [f"{ID}/narrower/segments"]


def test_rules_in_the_settings(environment: Build) -> None:
    """Rules of an existing policy stand before ours unless their priority says otherwise."""
    rules = [
        {"name": "drop-web", "action": "drop", "protocol": "tcp", "destinationPorts": [80, 443],
         "sources": ["10.20.0.0/16"], "destinations": ["198.51.100.0/24"]},
        {"name": "deny-names", "action": "reject", "protocol": "http", "fqdns": ["*.example.com", "a.com"]},
        {"name": "late", "action": "drop", "protocol": "tls", "fqdns": ["*.example.com"], "priority": 200},
    ]  # fmt: skip
    control, proof = firewall(environment, mode="rules-only", existingPolicy={"rules": rules})

    assert [line.id for line in control.before] == [
        "the rule drop-web",
        *["the rule deny-names"] * 2,
    ]
    assert [line.id for line in control.after] == ["the rule late"]
    assert [each.what for each in proof.deviations] == [f"{ID}/narrower/names"]
    assumed = {each.id: each.what for each in control.assumptions}
    assert assumed[f"aws/network-firewall/other-rules/{VPC}"] == (
        "the firewall policy has no other rules than these and those in the settings"
    )


def test_what_nobody_gave_is_assumed(environment: Build) -> None:
    """A group without its rules, one that AWS keeps, and a rule that is not read: each by an id."""
    groups = [
        group(None, 10),
        group(
            "drop tcp any any -> any any (flags:S; sid:1;)\npass tcp any any -> any any (flags:S; sid:2;)",
            20,
        ),
        {"arn": MANAGED, "priority": 300},
        {"arn": f"{MANAGED}2", "priority": 400, "alertOnly": True},
    ]
    control, proof = firewall(environment, ruleGroups=groups)

    assert proof.findings == ()
    about = "aws/network-firewall"
    assert {each.id: each.what for each in control.assumptions if "rule" in each.id} == {
        f"{about}/rule-group/team-10": "the rule group team-10, whose rules are not given, admits nothing "
        "that the policy denies, and drops nothing that it allows",
        f"{about}/rule-group/Attack": "the rule group Attack, which AWS keeps, drops nothing that the policy "
        "allows",
        f"{about}/rule-1-of-team-20": "rule 1 of team-20, of which flags is not read here, drops nothing that "
        "the policy allows",
        f"{about}/rule-2-of-team-20": "rule 2 of team-20, of which flags is not read here, admits nothing "
        "that the policy denies",
    }


def test_the_policy_refers_to_all(environment: Build) -> None:
    """By priority, ours where the setting says; a managed group that only alerts is overridden."""
    groups = [group(None, 300), {"arn": MANAGED, "priority": 10, "alertOnly": True}]
    control, _ = firewall(environment, ruleGroups=groups, priority=50)
    policy = next(d for d in control.documents("x") if d.type.endswith("FirewallPolicy"))

    assert policy.properties["firewallPolicy"]["statefulRuleGroupReferences"] == [
        {"priority": 10, "resourceArn": MANAGED, "override": {"action": "DROP_TO_ALERT"}},
        {"priority": 50, "resourceArn": "${x-network-firewall-rules-1.arn}"},
        {"priority": 300, "resourceArn": f"{GROUPS}/team-300"},
    ]
    assert {"stateful rule groups": 3}.items() <= {q.name: q.used for q in control.quotas()}.items()


def test_open_mode_passes_the_first_packet(environment: Build) -> None:
    """Whatever a group after ours drops then; what comes before still drops."""
    drop = "drop tcp any any -> any any (sid:1;)"
    for priority, expected in (
        (300, []),
        (10, [f"{ID}/narrower/names", f"{ID}/narrower/nameless"]),
    ):
        built = environment(
            mode="open",
            lists=None,
            aws={"vpcId": VPC, "networkFirewall": {"ruleGroups": [group(drop, priority)]}},
        )
        controls = compile_target(built, built.targets[0])
        proof = prove(built, built.targets[0], controls, datetime.date(2026, 11, 24))
        assert sorted(each.what for each in proof.deviations) == sorted(expected)


def test_unknown_default_action_lets_all_pass(environment: Build) -> None:
    """A policy without one is wider, and what a packet's pass leaves open passes."""
    groups = [group("pass tcp any any -> any any (flow:established; sid:1;)", 1)]
    control, proof = firewall(
        environment,
        mode="rules-only",
        existingPolicy={"statefulDefaultActions": []},
        ruleGroups=groups,
    )
    assert f"{ID}/wider/names" in {each.what for each in proof.deviations}
    evil = flow("10.20.0.10", "203.0.113.80", 443, application="tls", name="evil.com")
    assert control.admits(evil).rule == "rule 1 of team-1"
    assert control.admits(flow("10.20.0.10", "203.0.113.80", 53, protocol="udp")).rule == (
        "the firewall policy has no default action that drops it"
    )
