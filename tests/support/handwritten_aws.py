"""AWS stacks written by hand: a WSUS server behind a Network Firewall, and what people add to one."""

from __future__ import annotations

import random
from typing import Any, Final

from handwritten import BELOW, HOSTS, SERVER, Stack

NET: Final = "aws:networkfirewall"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
OLD_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"
INSTANCE: Final = "aws:ec2/instance:Instance"
NIC: Final = "aws:ec2/networkInterface:NetworkInterface"
TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
TABLE: Final = "aws:ec2/routeTable:RouteTable"
RULES: Final = f"{NET}/ruleGroup:RuleGroup"
POLICY: Final = f"{NET}/firewallPolicy:FirewallPolicy"
DROPS: Final = "aws:drop_established_app_layer_to_server"
ANYWHERE: Final = "0.0.0.0/0"


def stack(seed: int) -> Stack:
    """A server of 10.20.0.10 whose security group, routes and firewall admit what the policy does."""
    it = Stack(random.Random(f"aws {seed}"))
    it.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.20.0.0/16")
    it.add("aws:ec2/subnet:Subnet", "servers", vpcId="${vpc.id}", cidrBlock="10.20.0.0/24")
    _group(it)
    _server(it)
    _routes(it)
    _firewall(it)
    _neighbours(it)
    return it


def rule(protocol: str, low: int, high: int, block: str) -> dict[str, Any]:
    """A rule inside a security group."""
    key = "ipv6CidrBlocks" if ":" in block else "cidrBlocks"
    return {"protocol": protocol, "fromPort": low, "toPort": high, key: [block]}


def add_rule(
    it: Stack, name: str, protocol: str, low: int, high: int, block: str, *, group: str = "wsus-sg",
    way: str = "egress",
) -> str:  # fmt: skip
    """One rule more, in the way in which the stack writes them; the resource that has it."""
    style = it.styles["rules"] if group == "wsus-sg" else "inside"
    if style == "inside":
        return it.change(
            group, **{way: lambda had: [*(had or []), rule(protocol, low, high, block)]}
        )
    six = ":" in block
    if style == "old":
        body = rule(protocol, low, high, block)
        return it.add(OLD_RULE, name, type=way, securityGroupId=f"${{{group}.id}}", **body)
    body = {"ipProtocol": protocol, "cidrIpv6" if six else "cidrIpv4": block}
    if protocol != "-1":
        body |= {"fromPort": low, "toPort": high}
    kind = EGRESS if way == "egress" else INGRESS
    return it.add(kind, name, securityGroupId=f"${{{group}.id}}", **body)


def _group(it: Stack) -> None:
    it.style("rules", "inside", "old", "new")
    it.add(GROUP, "wsus-sg", vpcId="${vpc.id}", description=it.pick("WSUS", "wsus server", "updates"),
           tags={"Name": "wsus"})  # fmt: skip
    for port in (80, 443):
        add_rule(it, f"web-{port}", "tcp", port, port, ANYWHERE)


def _server(it: Stack) -> None:
    groups, style = (
        ["${wsus-sg.id}"],
        it.style("server", "instance", "interface", "template", "inline"),
    )
    where = {"ami": "ami-0a1b2c3d", "instanceType": "m6i.large"}
    if style == "instance":
        it.add(INSTANCE, "wsus", privateIp=SERVER, subnetId="${servers.id}",
               vpcSecurityGroupIds=groups, **where)  # fmt: skip
    elif style == "template":
        it.add(TEMPLATE, "template", vpcSecurityGroupIds=groups, imageId="ami-0a1b2c3d")
        it.add(INSTANCE, "wsus", privateIp=SERVER, subnetId="${servers.id}",
               launchTemplate={"id": "${template.id}", "version": "$Latest"})  # fmt: skip
    else:
        it.add(NIC, "wsus-eni", privateIps=[SERVER], subnetId="${servers.id}",
               securityGroups=groups)  # fmt: skip
        key = {"networkInterfaceId": "${wsus-eni.id}"}
        inline = {"networkInterfaces": [{"deviceIndex": 0, **key}]}
        it.add(INSTANCE, "wsus", **where,
               **(inline if style == "inline" else {"primaryNetworkInterface": key}))  # fmt: skip


def holder(it: Stack) -> tuple[str, str]:
    """The resource that gives the server its security groups, and by which property."""
    return {
        "instance": ("wsus", "vpcSecurityGroupIds"), "template": ("template", "vpcSecurityGroupIds"),
    }.get(it.styles["server"], ("wsus-eni", "securityGroups"))  # fmt: skip


def more_groups(it: Stack, *references: str) -> None:
    """Give the server further security groups."""
    name, key = holder(it)
    it.change(name, **{key: lambda had: [*had, *references]})


def _routes(it: Stack) -> None:
    to = {"vpcEndpointId": it.pick("vpce-0a1b2c3d", "${firewall.firewallStatuses}")}
    if it.style("routes", "inside", "outside") == "inside":
        it.add(TABLE, "table", vpcId="${vpc.id}", routes=[{"cidrBlock": ANYWHERE, **to}])
    else:
        it.add(TABLE, "table", vpcId="${vpc.id}")
        it.add("aws:ec2/route:Route", "default", routeTableId="${table.id}",
               destinationCidrBlock=ANYWHERE, **to)  # fmt: skip
    it.add("aws:ec2/routeTableAssociation:RouteTableAssociation", "association",
           subnetId="${servers.id}", routeTableId="${table.id}")  # fmt: skip


def add_route(it: Stack, name: str, destination: str, **to: Any) -> str:
    """One route more; the resource that has it."""
    if it.styles["routes"] == "inside":
        key = "ipv6CidrBlock" if ":" in destination else "cidrBlock"
        return it.change("table", routes=lambda had: [*had, {key: destination, **to}])
    key = "destinationIpv6CidrBlock" if ":" in destination else "destinationCidrBlock"
    return it.add(
        "aws:ec2/route:Route", name, routeTableId="${table.id}", **{key: destination}, **to
    )


def _text(it: Stack) -> str:
    home = it.pick("$HOME_NET", "10.20.0.0/24", SERVER, "[10.20.0.0/16,10.21.0.0/16]")
    more = it.pick("", "flow:to_server; ", "flow:to_server, established; ")
    lines = ["# Windows Update"]
    for number, (text, start) in enumerate(
        [*((h, " startswith;") for h in HOSTS), *((f".{b}", "") for b in BELOW)]
    ):
        lines += [
            f'pass tls {home} any -> {it.pick("any", "$EXTERNAL_NET")} 443 (msg:"wsus"; tls.sni; '
            f'content:"{text}"; nocase;{start} endswith; {more}sid:{1000 + number}; rev:1;)',
            f'pass http {home} any -> any 80 (http.host; content:"{text}";{start} endswith; '
            f"{more}sid:{2000 + number}; rev:1;)",
        ]
    return "\n".join(lines)


def _firewall(it: Stack) -> None:
    strict = {"ruleOrder": "STRICT_ORDER"}
    text = _text(it)
    if it.style("text", "inside", "top") == "inside":
        body = {"rulesSource": {"rulesString": text}, "statefulRuleOptions": strict}
        it.add(RULES, "wsus-rules", type="STATEFUL", capacity=100, ruleGroup=body)
    else:
        it.add(RULES, "wsus-rules", type="STATEFUL", capacity=100, rules=text)
    home = {"ruleVariables": [{"key": "HOME_NET", "ipSet": {"definitions": [it.pick(
        "10.0.0.0/8", "10.20.0.0/16", "10.20.0.0/24")]}}]}  # fmt: skip
    variables = {"policyVariables": home} if it.style("home", "set", "default") == "set" else {}
    it.add(POLICY, "hub", firewallPolicy={
        "statelessDefaultActions": ["aws:forward_to_sfe"],
        "statelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        "statefulEngineOptions": strict, "statefulDefaultActions": [DROPS],
        "statefulRuleGroupReferences": [{"priority": 50, "resourceArn": "${wsus-rules.arn}"}],
        **variables})  # fmt: skip
    it.add(f"{NET}/firewall:Firewall", "firewall", firewallPolicyArn="${hub.arn}", vpcId="${vpc.id}",
           subnetMappings=[{"subnetId": "subnet-0f1e2d3c"}])  # fmt: skip


def policy(it: Stack, **settings: Any) -> str:
    """Change the firewall policy's settings."""

    def now(had: dict[str, Any]) -> dict[str, Any]:
        return {**had, **{k: v(had.get(k)) if callable(v) else v for k, v in settings.items()}}

    return it.change("hub", firewallPolicy=now)


def rule_group(it: Stack, source: Any, *, stateless: bool = False, **body: Any) -> str:
    """Another rule group in the policy; its name."""
    name: str = it.pick("agents", "platform", "partner", "ops")
    it.add(RULES, name, type="STATELESS" if stateless else "STATEFUL", capacity=10,
           ruleGroup={"rulesSource": source, **body})  # fmt: skip
    key = "statelessRuleGroupReferences" if stateless else "statefulRuleGroupReferences"
    one = {"priority": it.pick(1, 90), "resourceArn": f"${{{name}.arn}}"}
    policy(it, **{key: lambda had: [*(had or []), one]})
    return name


def suricata(it: Stack, *lines: str, **body: Any) -> str:
    """Another rule group of Suricata text."""
    return rule_group(it, {"rulesString": "\n".join(lines)}, **body)


def _neighbours(it: Stack) -> None:
    """What stands beside a server in most stacks, and is about other machines."""
    it.add(
        GROUP, "app-sg", vpcId="${vpc.id}", description="app", egress=[rule("-1", 0, 0, ANYWHERE)]
    )
    it.add(INSTANCE, "app", privateIp=f"10.20.0.{it.random.randint(50, 90)}", ami="ami-0a1b2c3d",
           vpcSecurityGroupIds=["${app-sg.id}"])  # fmt: skip
