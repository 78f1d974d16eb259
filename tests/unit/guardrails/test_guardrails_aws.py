"""Guardrails of AWS beside its security group rules: firewalls, routes, instances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from guarded import (
    Change,
    Seen,
    adding,
    assert_clean,
    assert_planted,
    assert_unsure,
    changing,
    declared,
    deployed,
    judge_stack,
    judged,
    previewed,
    resource,
)

from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.guardrails.model import Context, NotApplicable
from wsus_egress.readers.resources import UNKNOWN, Resource

POLICY_OF = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
RULES_OF_GROUPS = "aws:vpc/securityGroup"
GROUP, RULES_OF = "aws:ec2/securityGroup:SecurityGroup", "aws:networkfirewall/ruleGroup:RuleGroup"
DEFAULT = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
INSTANCE, NIC = "aws:ec2/instance:Instance", "aws:ec2/networkInterface:NetworkInterface"
ATTACHMENT = (
    "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment"
)
TABLE, ROUTE = "aws:ec2/routeTable:RouteTable", "aws:ec2/route:Route"
SUBNET = "aws:ec2/subnet:Subnet"
ON = "aws:ec2/routeTableAssociation:RouteTableAssociation"
DNS = "aws:route53/resolverFirewall"
WIDENS, DEFAULTS = "wsus-aws-security-group-widens", "wsus-aws-default-egress"
INGRESS, FIREWALL = "wsus-aws-security-group-ingress", "wsus-aws-network-firewall-widens"
BYPASSES, NAMES = "wsus-aws-route-bypasses-firewall", "wsus-aws-dns-firewall-widens"

SETTINGS: dict[str, Any] = {
    "lists": ["wsus"],
    "servers": [
        {"name": "up", "addresses": ["10.20.0.10"]},
        {"name": "down", "addresses": ["10.20.0.11"], "synchronizes_from": "up"},
    ],
}
TARGET: dict[str, Any] = {
    "vpc_id": "vpc-1a2b3c4d",
    "network_firewall": {
        "mode": "full",
        "endpoints": [
            {
                "zone": "eu-west-1a",
                "subnet_id": "subnet-0b2c3d4e",
                "protected_route_tables": ["rtb-0b2c3d4e"],
                "return_routes": [
                    {"route_table_id": "rtb-0c2c3d4e", "destinations": ["10.20.0.0/24"]}
                ],
            }
        ],
    },
    "dns_firewall": {},
}
POLICY, OURS = "wsus-network-firewall-policy", "wsus-network-firewall-rules-1"


def baseline(seen: Seen = previewed) -> tuple[list[Resource], Context]:
    """A valid stack: what the components declare."""
    return declared("aws", SETTINGS, TARGET, seen)


def policy(**settings: Any) -> Change:
    """The components' own firewall policy, changed; a function gets what was there."""
    return inside(POLICY, "firewallPolicy", **settings)


def inside(name: str, key: str, **settings: Any) -> Change:
    """One resource, changed inside one of its properties."""

    def within(was: dict[str, Any]) -> dict[str, Any]:
        now = {k: v(was.get(k)) if callable(v) else v for k, v in settings.items()}
        return {**was, **now}

    return changing(name, **{key: within})


def second(source: Any, stateless: bool = False, **variables: Any) -> Change:
    """Another team's rule group in the same firewall policy."""
    body: dict[str, Any] = {"rulesSource": source}
    if variables:
        body["ruleVariables"] = variables
    other = resource(RULES_OF, "theirs", ruleGroup=body, arn="arn:theirs")
    key = "statelessRuleGroupReferences" if stateless else "statefulRuleGroupReferences"
    mine = policy(**{key: lambda given: [*(given or []), {"priority": 1, "resourceArn": "arn:theirs"}]})  # fmt: skip
    return lambda resources: [*mine(resources), other]


def text(rules: str) -> dict[str, str]:
    """Rules as Suricata's text."""
    return {"rulesString": rules}


def sources(*networks: str) -> Change:
    """The components' own rule group for other sources."""
    variables = {"ipSets": [{"key": "WSUS_SOURCES", "ipSet": {"definitions": list(networks)}}]}
    return inside(OURS, "ruleGroup", ruleVariables=variables)


def stateless(*actions: str, **match: Any) -> dict[str, Any]:
    """A stateless rule."""
    rule = {"priority": 1, "ruleDefinition": {"actions": list(actions), "matchAttributes": match}}
    return {"statelessRulesAndCustomActions": {"statelessRules": [rule]}}


def stateful(
    action: str, protocol: str, source: str, port: str, direction: str = "FORWARD"
) -> dict[str, Any]:
    """A stateful rule in parts."""
    header = {"protocol": protocol, "source": source, "sourcePort": "ANY", "direction": direction,
              "destination": "ANY", "destinationPort": port}  # fmt: skip
    options = [{"keyword": "sid", "settings": ["1"]}]
    return {"statefulRules": [{"action": action, "header": header, "ruleOptions": options}]}


def instance(address: Any, *groups: Any, kind: str = INSTANCE, **more: Any) -> Resource:
    """A machine with an address and security groups."""
    key = "vpcSecurityGroupIds" if kind == INSTANCE else "securityGroups"
    given = {"privateIp": address} if kind == INSTANCE else {"privateIps": [address]}
    return resource(kind, "machine", **given, **({key: list(groups)} if groups else {}), **more)


def wide(**rule: Any) -> Resource:
    """Another team's security group that lets its machines out."""
    given = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["0.0.0.0/0"], **rule}
    return resource(GROUP, "theirs", id="sg-theirs", description="agents", egress=[given])


def servers_table(**target: Any) -> Change:
    """A route table of the stack on the servers' subnet, with a default route."""
    return adding(
        resource(SUBNET, "subnet", cidrBlock="10.20.0.0/24", id="subnet-1"),
        resource(TABLE, "table", id="rtb-1", routes=[{"cidrBlock": "0.0.0.0/0", **target}]),
        resource(ON, "on", subnetId=UNKNOWN, routeTableId="rtb-1", refers={"subnetId": ["subnet"]}),
    )


def dns_rule(action: str, *domains: Any, priority: int = 50, **more: Any) -> Change:
    """One more rule in the components' own DNS Firewall group."""
    return adding(
        resource(f"{DNS}DomainList:ResolverFirewallDomainList", "list", domains=list(domains)),
        resource(
            f"{DNS}Rule:ResolverFirewallRule", "rule", action=action, priority=priority,
            firewallDomainListId=UNKNOWN, firewallRuleGroupId=UNKNOWN,
            refers={"firewallDomainListId": ["list"], "firewallRuleGroupId": ["wsus-dns-firewall"]},
            **more,
        ),
    )  # fmt: skip


def before(action: str, domain: str, priority: int = 101, vpc: str = "vpc-1a2b3c4d") -> Change:
    """Another team's DNS Firewall group for a VPC."""
    kind = f"{DNS}RuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
    return adding(
        resource(f"{DNS}DomainList:ResolverFirewallDomainList", "list", domains=[domain], id="l"),
        resource(f"{DNS}RuleGroup:ResolverFirewallRuleGroup", "theirs", id="g"),
        resource(f"{DNS}Rule:ResolverFirewallRule", "rule", action=action, priority=9000,
                 firewallDomainListId="l", firewallRuleGroupId="g"),
        resource(kind, "association", vpcId=vpc, priority=priority, firewallRuleGroupId="g"),
    )  # fmt: skip


PLANTED: dict[str, tuple[str, str, Change]] = {
    "a second group on a server": (
        WIDENS, "theirs", adding(wide(fromPort=22, toPort=22), instance("10.20.0.10", "sg-theirs"))),
    "one beside ours": (WIDENS, "theirs", adding(
        wide(protocol="-1"), instance("10.20.0.10", UNKNOWN, "sg-theirs",
                                      refers={"vpcSecurityGroupIds": ["wsus-up"]}))),
    "one on a server without Internet": (
        WIDENS, "theirs", adding(wide(), instance("10.20.0.11", "sg-theirs"))),
    "one on an interface": (
        WIDENS, "theirs", adding(wide(fromPort=25, toPort=25),
                                 instance("10.20.0.10", "sg-theirs", kind=NIC))),
    "one attached later": (WIDENS, "theirs", adding(
        wide(fromPort=25, toPort=25), instance("10.20.0.10", kind=NIC, id="eni-1"),
        resource(ATTACHMENT, "on", securityGroupId="sg-theirs", networkInterfaceId="eni-1"))),
    "one of another stack": (
        WIDENS, "machine", adding(instance("10.20.0.10", "sg-elsewhere"))),
    "one that lets the Internet in": (INGRESS, "theirs", adding(
        resource(GROUP, "theirs", id="sg-theirs", ingress=[
            {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]),
        instance("10.20.0.10", "sg-theirs"))),
    "no group": (DEFAULTS, "machine", adding(instance("10.20.0.10"))),
    "the default group": (DEFAULTS, "machine", adding(
        resource(DEFAULT, "default", id="sg-default", egress=[
            {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}]),
        instance("10.20.0.10", "sg-default"))),
    "the default group widens": (WIDENS, "default", adding(
        resource(DEFAULT, "default", id="sg-default", egress=[
            {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}]),
        instance("10.20.0.10", "sg-default"))),
    "no default action": (FIREWALL, POLICY, policy(statefulDefaultActions=[])),
    "an alert as the default action": (FIREWALL, POLICY, policy(
        statefulDefaultActions=["aws:alert_established"])),
    "the other rule order": (FIREWALL, POLICY, policy(
        statefulEngineOptions={"ruleOrder": "DEFAULT_ACTION_ORDER"})),
    "a stateless pass": (FIREWALL, POLICY, policy(statelessDefaultActions=["aws:pass"])),
    "fragments": (FIREWALL, POLICY, policy(statelessFragmentDefaultActions=["aws:pass"])),
    "broken connections": (FIREWALL, POLICY, policy(statefulEngineOptions={
        "ruleOrder": "STRICT_ORDER", "streamExceptionPolicy": "CONTINUE"})),
    "wider sources": (FIREWALL, OURS, sources("10.20.0.0/16")),
    "every source": (FIREWALL, OURS, sources("0.0.0.0/0")),
    "pass everything": (FIREWALL, "theirs", second(text("pass ip any any -> any any (sid:1;)"))),
    "pass a port": (FIREWALL, "theirs", second(text(
        "pass tcp $HOME_NET any -> $EXTERNAL_NET [8000:8100, 9000] (sid:1;)"))),
    "pass a name": (FIREWALL, "theirs", second(text(
        'pass tls any any -> any 443 (tls.sni; content:"evil.example.com"; startswith; endswith; sid:1;)'))),
    "pass an ending": (FIREWALL, "theirs", second(text(
        'pass tls any any -> any 443 (tls.sni; dotprefix; content:".com"; nocase; endswith; sid:1;)'))),
    "pass a name that is no text": (FIREWALL, "theirs", second(text(
        'pass tls any any -> any 443 (tls.sni; pcre:"/evil/"; sid:1;)'))),
    "pass a host by UDP": (FIREWALL, "theirs", second(text("pass udp any any -> any 443 (sid:1;)"))),
    "an inbound pass takes the answers": (FIREWALL, "theirs", second(
        text("pass tcp any any -> $HOME_NET any (sid:1;)"))),
    "both directions": (FIREWALL, "theirs", second(
        text("pass ip 203.0.113.0/24 any <> 10.20.0.0/16 any (sid:1;)"))),
    "both directions in parts": (FIREWALL, "theirs", second(
        stateful("PASS", "IP", "203.0.113.0/24", "ANY", direction="ANY"))),
    "a keyword in a message": (FIREWALL, "theirs", second(text(
        r'pass tls any any -> any 443 (msg:"tls.sni\; content:.windowsupdate.com"; sid:1;)'))),
    "a comment that ends in a backslash": (FIREWALL, "theirs", second(text(
        "# not this one \\\npass tcp any any -> any 22 (sid:1;)"))),
    "a transform": (FIREWALL, "theirs", second(text(
        'pass tls any any -> any 443 (tls.sni; to_md5; content:"x"; sid:1;)'))),
    "a name that is not to be": (FIREWALL, "theirs", second(text(
        'pass tls any any -> any 443 (tls.sni; content:!"evil.example"; sid:1;)'))),
    "an established rule": (FIREWALL, "theirs", second(text(
        "pass tcp any any -> any 22 (flow:established; sid:1;)"))),
    "SSH": (FIREWALL, "theirs", second(text("pass ssh any any -> any 22 (sid:1;)"))),
    "pass IPv6": (FIREWALL, "theirs", second(text("pass tcp any any -> 2000::/3 any (sid:1;)"))),
    "what is no rule": (FIREWALL, "theirs", second(text("pass everything"))),
    "a variable": (FIREWALL, "theirs", second(
        text("pass tcp $THEM any -> any 22 (sid:1;)"),
        ipSets=[{"key": "THEM", "ipSet": {"definitions": ["10.0.0.0/8"]}}])),
    "a domain list": (FIREWALL, "theirs", second({"rulesSourceList": {
        "generatedRulesType": "ALLOWLIST", "targetTypes": ["TLS_SNI"],
        "targets": [".example.com"]}})),
    "rules in parts": (FIREWALL, "theirs", second(stateful("PASS", "TCP", "10.20.0.0/24", "3389"))),
    "a stateless rule": (FIREWALL, "theirs", second(
        stateless("aws:pass", protocols=[6], destinationPorts=[{"fromPort": 22, "toPort": 22}]),
        stateless=True)),
    "a group of another stack": (FIREWALL, POLICY, policy(statefulRuleGroupReferences=lambda given: [
        *given, {"priority": 1, "resourceArn": "arn:aws:network-firewall:x:1:stateful-rulegroup/y"}])),
    "an Internet gateway": (BYPASSES, "table", servers_table(gatewayId="igw-1")),
    "a NAT gateway": (BYPASSES, "table", lambda resources: [
        replace(each, refers={"routes": ("nat",)}) if each.name == "table" else each
        for each in servers_table(natGatewayId=UNKNOWN)(resources)]),
    "a route more": (BYPASSES, "planted", lambda resources: [
        *servers_table(vpcEndpointId="vpce-1")(resources),
        resource(ROUTE, routeTableId="rtb-1", destinationCidrBlock="203.0.113.0/24",
                 natGatewayId="nat-1")]),
    "a table that the firewall protects": (BYPASSES, "planted", adding(resource(
        ROUTE, routeTableId="rtb-0b2c3d4e", destinationCidrBlock="203.0.113.0/24",
        gatewayId=UNKNOWN, refers={"gatewayId": ["igw"]}))),
    "a table of the stack that it protects": (BYPASSES, "table", adding(resource(
        TABLE, "table", id="rtb-0b2c3d4e",
        routes=[{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}]))),
    "another policy of our firewall": (FIREWALL, "theirs", lambda resources: [
        *changing("wsus-network-firewall", firewallPolicyArn="arn:theirs")(resources),
        resource("aws:networkfirewall/firewallPolicy:FirewallPolicy", "theirs", arn="arn:theirs",
                 firewallPolicy={"statefulEngineOptions": {"ruleOrder": "STRICT_ORDER"}})]),
    "a policy of another stack": (FIREWALL, "wsus-network-firewall", lambda resources: [
        replace(each, refers={}) if each.name == "wsus-network-firewall" else each
        for each in changing("wsus-network-firewall", firewallPolicyArn="arn:elsewhere")(resources)]),
    "an allowed name": (NAMES, "rule", dns_rule("ALLOW", "evil.example.com")),
    "an alert for a name": (NAMES, "rule", dns_rule("ALERT", "*.example.com.")),
    "every name": (NAMES, "rule", dns_rule("ALLOW", "*")),
    "a list that was edited": (NAMES, "wsus-dns-firewall-names-1-rule", changing(
        "wsus-dns-firewall-names-1", domains=["*.windowsupdate.com", "evil.example.com"])),
    "a block that blocks less": (NAMES, "wsus-dns-firewall-association", changing(
        "wsus-dns-firewall-block-rest", domains=["evil.example.com"])),
    "a block that alerts": (NAMES, "wsus-dns-firewall-block-rest-rule wsus-dns-firewall-association", changing(
        "wsus-dns-firewall-block-rest-rule", action="ALERT")),
    "a block of one type": (NAMES, "wsus-dns-firewall-association", changing(
        "wsus-dns-firewall-block-rest-rule", qType="AAAA")),
    "a group before ours": (NAMES, "rule", before("ALLOW", "evil.example.com")),
    "a failing firewall": (NAMES, "wsus-dns-firewall-config", changing(
        "wsus-dns-firewall-config", firewallFailOpen="ENABLED")),
}  # fmt: skip


@pytest.mark.parametrize("seen", [previewed, deployed])
@pytest.mark.parametrize("what", sorted(PLANTED))
def test_a_planted_widening_is_found(what: str, seen: Callable[..., list[Resource]]) -> None:
    """One change of a valid stack fires the guardrail for it, by its resource."""
    assert_planted(baseline(seen), PLANTED[what])


CLEAN: dict[str, Change] = {
    "nothing": adding(),
    "a second group that widens nothing": adding(wide(), instance("10.20.0.10", "sg-theirs")),
    "a wide group on another machine": adding(
        wide(protocol="-1"), instance("10.20.0.99", "sg-theirs")),
    "an address that AWS gives": adding(wide(protocol="-1"), instance(UNKNOWN, "sg-theirs")),
    "a server with our group": adding(instance(
        "10.20.0.10", UNKNOWN, refers={"vpcSecurityGroupIds": ["wsus-up"]})),
    "another team's sources": second(text("pass ip 10.99.0.0/16 any -> any any (sid:1;)")),
    "what a member of a domain needs inside": adding(
        *(resource(RULES_OF_GROUPS + "EgressRule:SecurityGroupEgressRule", f"r{port}", ipProtocol=word,
                   fromPort=port, toPort=port, cidrIpv4="10.20.8.0/24", securityGroupId=UNKNOWN,
                   refers={"securityGroupId": ["wsus-up"]})
          for word, port in (("tcp", 389), ("tcp", 1433), ("udp", 53)))),
    "a handshake without data, and ICMP": second(text(
        "pass tcp any any -> any any (flow:not_established, to_server; sid:1;)\n"
        "pass icmp any any -> any any (flow:to_server; sid:2;)")),
    "a domain list of other sources": second(
        {"rulesSourceList": {"generatedRulesType": "ALLOWLIST", "targetTypes": ["TLS_SNI"],
                             "targets": [".example.com"]}},
        ipSets=[{"key": "HOME_NET", "ipSet": {"definitions": ["10.50.0.0/16"]}}]),
    "rules that drop instead of a default action": lambda resources: policy(
        statefulDefaultActions=[])(second(text(
            "reject tls any any -> any any (ssl_state:client_hello; flow:to_server; sid:1;)\n"
            "reject http any any -> any any (flow:to_server; sid:2;)\n"
            "reject tcp any any -> any any (flow:to_server,established; app-layer-protocol:!tls; "
            "app-layer-protocol:!http; sid:3;)\ndrop udp any any -> any any (sid:4;)"))(resources)),
    "a drop": second(text("# a comment\ndrop ip any any -> any 23 (sid:1;)\n\nalert ip any any -> any any (sid:2;)")),
    "a listed name": second(text(
        'pass tls 10.20.0.10 any -> any 443 (tls.sni; content:".windowsupdate.com"; endswith; sid:1;)')),
    "a destination inside": second(text("pass tcp any any -> 10.99.0.0/16 any (sid:1;)")),
    "a group that AWS keeps": policy(statefulRuleGroupReferences=lambda given: [
        *given, {"priority": 1, "resourceArn": "arn:aws:network-firewall:x:aws-managed:stateful-rulegroup/T"}]),
    "a denied list": second({"rulesSourceList": {
        "generatedRulesType": "DENYLIST", "targetTypes": ["TLS_SNI"], "targets": [".com"]}}),
    "rules in parts that drop": second(stateful("DROP", "IP", "ANY", "ANY")),
    "a stateless drop": second(stateless("aws:drop"), stateless=True),
    "a stateless rule for others": second(
        stateless("aws:pass", sources=[{"addressDefinition": "10.99.0.0/16"}]), stateless=True),
    "fewer sources": sources("10.20.0.10/32"),
    "a firewall's endpoint": servers_table(vpcEndpointId="vpce-1"),
    "a transit gateway": servers_table(transitGatewayId="tgw-1"),
    "another subnet's table": adding(
        resource(SUBNET, "subnet", cidrBlock="10.20.9.0/24", id="subnet-1"),
        resource(TABLE, "table", id="rtb-1",
                 routes=[{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}]),
        resource(ON, "on", subnetId="subnet-1", routeTableId="rtb-1")),
    "a route inside": servers_table(cidrBlock="10.99.0.0/16", vpcPeeringConnectionId="pcx-1"),
    "a listed name resolved": dns_rule("ALLOW", "download.windowsupdate.com"),
    "a name blocked": dns_rule("BLOCK", "evil.example.com"),
    "a group after ours": before("ALLOW", "evil.example.com", 9000),
    "a group of another VPC": before("ALLOW", "evil.example.com", vpc="vpc-99999999"),
}  # fmt: skip


@pytest.mark.parametrize("seen", [previewed, deployed])
@pytest.mark.parametrize("what", sorted(CLEAN))
def test_what_widens_nothing_is_clean(what: str, seen: Callable[..., list[Resource]]) -> None:
    """What stands beside the policy's and lets its servers reach no more fires nothing."""
    assert_clean(baseline(seen), CLEAN[what], WIDENS, FIREWALL, BYPASSES, NAMES)


GROUPS_OF_OTHERS = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup"


@pytest.mark.parametrize("seen", [previewed, deployed])
def test_rule_groups_that_the_settings_name(seen: Callable[..., list[Resource]]) -> None:
    """A group of others is read where its rules are given, and else is an assumption; no surprise."""
    drops = "drop tcp $ADMINS any -> any [25,$MAIL] (sid:1;)"
    groups: list[dict[str, Any]] = [
        {"arn": f"{GROUPS_OF_OTHERS}/unknown", "priority": 1},
        {"arn": f"{GROUPS_OF_OTHERS}/drops", "priority": 2, "rules": drops, "variables": [
            {"name": "ADMINS", "values": ["10.9.0.0/16"]}, {"name": "MAIL", "values": ["587"]}]},
    ]  # fmt: skip
    target = {**TARGET, "network_firewall": {**TARGET["network_firewall"], "rule_groups": groups}}
    stack = declared("aws", SETTINGS, target, seen)
    assert_clean(stack, list, FIREWALL)

    groups[1]["rules"] = "pass tcp any any -> any 22 (sid:1;)"
    groups[1]["variables"] = []
    resources, context = declared("aws", SETTINGS, target, seen)
    (found,) = {each.name for each in judged(resources, context, FIREWALL)}
    assert found == "drops"


UNSURE: dict[str, tuple[str, str, Change]] = {
    "a machine's address": (WIDENS, "its address is not known", adding(
        wide(), instance(UNKNOWN, "sg-theirs", refers={"privateIp": ["other"]}))),
    "a server's group": (WIDENS, "it has a security group that is not known", adding(
        instance("10.20.0.10", UNKNOWN, refers={"vpcSecurityGroupIds": ["reference"]}))),
    "a group's own rules": (WIDENS, "its egress rules are not known", lambda resources: [
        replace(each, refers={"egress": ("x",)},
                properties={**each.properties, "egress": UNKNOWN}) if each.name == "wsus-up" else each
        for each in resources]),
    "another group's rules": (FIREWALL, "the rules of theirs are not known", second(text(UNKNOWN))),  # type: ignore[arg-type]
    "a variable": (FIREWALL, "cannot be read", second(
        text("pass tcp $THEM any -> any 22 (sid:1;)"),
        ipSets=[{"key": "THEM", "ipSet": {"definitions": UNKNOWN}}])),
    "a stateless rule": (FIREWALL, "stateless rule 1 of theirs is not known", second(
        stateless(UNKNOWN), stateless=True)),  # type: ignore[arg-type]
    "the default actions": (FIREWALL, "statefulDefaultActions is not known",
                            policy(statefulDefaultActions=UNKNOWN)),
    "where a route leads": (BYPASSES, "where route planted leads is not known", adding(resource(
        ROUTE, routeTableId="rtb-0b2c3d4e", destinationCidrBlock="203.0.113.0/24",
        gatewayId=UNKNOWN))),
    "a route's destination": (BYPASSES, "the destination of route planted is not known", adding(
        resource(ROUTE, routeTableId="rtb-0b2c3d4e", destinationCidrBlock=UNKNOWN,
                 natGatewayId="nat-1"))),
    "a domain": (NAMES, "the domain list of rule rule is not known", dns_rule("ALLOW", UNKNOWN)),
    "an action": (NAMES, "the action or priority of rule rule is not known",
                  dns_rule(UNKNOWN, "x.example.com")),  # type: ignore[arg-type]
    "whether it fails open": (NAMES, "every name is resolved", changing(
        "wsus-dns-firewall-config", firewallFailOpen=UNKNOWN)),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(UNSURE))
def test_what_is_not_known_is_no_pass(what: str) -> None:
    """A value that only the update will know is a finding, marked as unsure."""
    assert_unsure(baseline(), UNSURE[what])


def test_a_rule_group_without_its_policy() -> None:
    """Mode rules-only: the groups are judged by themselves, for their own sources."""
    resources, context = baseline()
    groups = [each for each in sources("10.0.0.0/8")(resources) if each.type == RULES_OF]

    assert {OURS} == {each.name for each in judged(groups, context, FIREWALL)}
    assert () == judged([each for each in resources if each.type == RULES_OF], context, FIREWALL)


def _central(rule: str, home: str) -> list[Resource]:
    """Somebody's firewall policy, in a stack without a resource of this package."""
    variables = [{"key": "HOME_NET", "ipSet": {"definitions": [home]}}]
    body = {
        "statefulEngineOptions": {"ruleOrder": "STRICT_ORDER"},
        "statefulDefaultActions": ["aws:drop_established"],
        "statefulRuleGroupReferences": [{"priority": 1, "resourceArn": "arn:theirs"}],
        "policyVariables": {"ruleVariables": variables},
    }
    group = resource(RULES_OF, "theirs", ruleGroup={"rulesSource": text(rule)}, arn="arn:theirs")
    return [resource(POLICY_OF, "central", firewallPolicy=body), group]


def test_a_hand_written_firewall_is_judged_where_it_names_a_server() -> None:
    """Else it is said that nobody looked at it, and there is no tick."""
    _, context = baseline()
    rule = "pass ip $HOME_NET any -> any any (sid:1; rev:1;)"

    found = judged(_central(rule, "10.0.0.0/8"), context, FIREWALL)
    other = judge_stack(tuple(_central(rule, "10.99.0.0/16")), context)[FIREWALL]

    assert "theirs" in {each.name for each in found}
    assert isinstance(other, NotApplicable)
    assert other.reason.endswith(
        "not judged: policy central, whose rules name no server of the policy"
    )


def test_the_witness_of_another_application_is_one() -> None:
    """SSH is neither HTTP nor TLS."""
    resources, context = baseline()
    change = second(text("pass ssh $HOME_NET any -> $EXTERNAL_NET 22 (sid:1;)"))

    found = judged(change(resources), context, FIREWALL)

    assert all("tcp/22" in each.what and "HTTP" not in each.what for each in found)
    assert found


def test_a_stack_of_the_other_cloud() -> None:
    """No AWS rule has anything to say of a stack without AWS's resources."""
    _, context = baseline()

    outcomes = judge_stack((resource("azure-native:network:RouteTable"),), context)

    aws = [rule.id for rule in GUARDRAILS if rule.id.startswith("wsus-aws-")]
    assert 7 == len(aws)
    assert all(isinstance(outcomes[each], NotApplicable) for each in aws)
