"""What people add to a hand-written AWS stack that opens its server to nothing more."""

from __future__ import annotations

from typing import Final

from handwritten import SERVER, Form, Stack
from handwritten_aws import (
    ANYWHERE,
    GROUP,
    INSTANCE,
    NIC,
    RULES,
    add_route,
    add_rule,
    more_groups,
    policy,
    rule,
    rule_group,
    suricata,
)


def _of_text(*lines: str, defaults: list[str] | None = None) -> Form:
    def form(it: Stack) -> str:
        if defaults is not None:
            policy(it, statefulDefaultActions=defaults)
        return suricata(it, *lines)

    return form


def inside_ports(it: Stack) -> str:
    for port, word in ((389, "tcp"), (88, "tcp"), (53, "udp"), (1433, "tcp")):
        add_rule(it, f"to-{port}", word, port, port, it.pick("10.20.8.0/24", "10.20.8.9/32"))
    return ""


def administration(it: Stack) -> str:
    return add_rule(it, "rdp", "tcp", 3389, 3389, "10.20.9.0/26", way="ingress")


def the_same_again(it: Stack) -> str:
    it.add(GROUP, "again-sg", vpcId="${vpc.id}", egress=[rule("tcp", 443, 443, ANYWHERE)])
    more_groups(it, "${again-sg.id}")
    return ""


def another_machine(it: Stack) -> str:
    it.add(NIC, "other-eni", privateIps=["10.20.1.77"], securityGroups=["${app-sg.id}"])
    it.add(INSTANCE, "other", networkInterfaces=[{"networkInterfaceId": "${other-eni.id}"}])
    return ""


def another_template(it: Stack) -> str:
    it.add("aws:ec2/launchTemplate:LaunchTemplate", "fleet", vpcSecurityGroupIds=["${app-sg.id}"])
    it.add(INSTANCE, "fleet-1", privateIp="10.20.0.91", launchTemplate={"id": "${fleet.id}"})
    return ""


def a_network_acl(it: Stack) -> str:
    entry = {"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": ANYWHERE,
             "fromPort": 0, "toPort": 0}  # fmt: skip
    it.add("aws:ec2/networkAcl:NetworkAcl", "acl", vpcId="${vpc.id}", subnetIds=["${servers.id}"],
           egress=[entry], ingress=[entry])  # fmt: skip
    return ""


def a_prefix_list_inside(it: Stack) -> str:
    it.add("aws:ec2/managedPrefixList:ManagedPrefixList", "peers", addressFamily="IPv4",
           maxEntries=5, entries=[{"cidr": "10.20.8.0/24"}])  # fmt: skip
    it.add("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry", "entry",
           prefixListId="${peers.id}", cidr="10.20.9.0/24")  # fmt: skip
    it.add("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "to-list", ipProtocol="tcp",
           securityGroupId="${wsus-sg.id}", fromPort=1433, toPort=1433, prefixListId="${peers.id}")  # fmt: skip
    return ""


def a_list_that_nobody_uses(it: Stack) -> str:
    it.add("aws:ec2/managedPrefixList:ManagedPrefixList", "peers", addressFamily="IPv4",
           maxEntries=5, entries=[{"cidr": ANYWHERE}])  # fmt: skip
    return ""


def another_tables_endpoint(it: Stack) -> str:
    it.add("aws:ec2/routeTable:RouteTable", "public", vpcId="${vpc.id}",
           routes=[{"cidrBlock": ANYWHERE, "gatewayId": "igw-0a1b2c3d"}])  # fmt: skip
    it.add("aws:ec2/subnet:Subnet", "dmz", vpcId="${vpc.id}", cidrBlock="10.20.5.0/24")
    it.add("aws:ec2/routeTableAssociation:RouteTableAssociation", "dmz-table",
           subnetId="${dmz.id}", routeTableId="${public.id}")  # fmt: skip
    it.add("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", vpcId="${vpc.id}",
           serviceName="com.amazonaws.eu-west-1.s3", routeTableIds=["${public.id}"])  # fmt: skip
    return ""


def an_interface_endpoint(it: Stack) -> str:
    it.add("aws:ec2/vpcEndpoint:VpcEndpoint", "ssm", vpcId="${vpc.id}", vpcEndpointType="Interface",
           serviceName="com.amazonaws.eu-west-1.ssm", subnetIds=["${servers.id}"])  # fmt: skip
    return ""


def a_main_table_of_others(it: Stack) -> str:
    it.add("aws:ec2/routeTable:RouteTable", "main", vpcId="${vpc.id}",
           routes=[{"cidrBlock": ANYWHERE, "gatewayId": "igw-0a1b2c3d"}])  # fmt: skip
    it.add("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", "is-main",
           vpcId="${vpc.id}", routeTableId="${main.id}")  # fmt: skip
    return ""


def a_route_inside(it: Stack) -> str:
    to = it.pick({"vpcPeeringConnectionId": "pcx-0a1b2c3d"}, {"transitGatewayId": "tgw-0a1b2c3d"})
    return add_route(it, "inside", it.pick("10.99.0.0/16", "172.16.0.0/12"), **to)


def another_networks_firewall(it: Stack) -> str:
    it.add("aws:ec2/vpc:Vpc", "dmz-vpc", cidrBlock="10.77.0.0/16")
    it.add(RULES, "dmz-rules", type="STATEFUL", capacity=10, ruleGroup={
        "rulesSource": {"rulesString": "pass ip 10.77.0.0/16 any -> any any (sid:1;)"}})  # fmt: skip
    it.add("aws:networkfirewall/firewallPolicy:FirewallPolicy", "dmz", firewallPolicy={
        "statelessDefaultActions": ["aws:forward_to_sfe"],
        "statelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        "statefulRuleGroupReferences": [{"resourceArn": "${dmz-rules.arn}"}]})  # fmt: skip
    it.add("aws:networkfirewall/firewall:Firewall", "dmz-firewall", firewallPolicyArn="${dmz.arn}",
           vpcId="${dmz-vpc.id}")  # fmt: skip
    return ""


def a_domain_list_of_others(it: Stack) -> str:
    body = {"generatedRulesType": "ALLOWLIST", "targetTypes": ["TLS_SNI", "HTTP_HOST"],
            "targets": [".example.com"]}  # fmt: skip
    home = {"ipSets": [{"key": "HOME_NET", "ipSet": {"definitions": ["10.50.0.0/16"]}}]}
    return rule_group(it, {"rulesSourceList": body}, ruleVariables=home)


def a_denied_list(it: Stack) -> str:
    kind = it.pick("DENYLIST", "REJECTLIST")
    return rule_group(it, {"rulesSourceList": {
        "generatedRulesType": kind, "targetTypes": ["TLS_SNI"], "targets": [".example.com"]}})  # fmt: skip


def a_managed_group(it: Stack) -> str:
    arn = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/MalwareDomainsStrictOrder"
    return policy(it, statefulRuleGroupReferences=lambda had: [
        *had, {"priority": 3, "resourceArn": arn}])  # fmt: skip


def ports_of_others(it: Stack) -> str:
    it.change("app-sg", egress=[rule("-1", 0, 0, it.pick(ANYWHERE, "::/0"))])
    return ""


CLEAN: Final[dict[str, Form]] = {
    each.__name__: each
    for each in (
        inside_ports, administration, the_same_again, another_machine, another_template, a_network_acl,
        a_prefix_list_inside, a_list_that_nobody_uses, another_tables_endpoint, an_interface_endpoint,
        a_main_table_of_others, a_route_inside, another_networks_firewall, a_domain_list_of_others,
        a_denied_list, a_managed_group, ports_of_others,
    )
} | {
    "nothing": lambda _: "",
    "other sources": _of_text("pass ip 10.99.0.0/16 any -> any any (sid:1;)"),
    "a destination inside": _of_text(f"pass tcp {SERVER} any -> 10.99.0.0/16 any (sid:1;)"),
    "a listed name": _of_text(
        f'pass tls {SERVER} any -> any 443 (tls.sni; content:"ctldl.windowsupdate.com"; startswith; endswith; sid:1;)'),
    "ICMP and a handshake": _of_text(
        "pass icmp any any -> any any (sid:1;)",
        "pass tcp any any -> any any (flow:not_established, to_server; sid:2;)"),
    "rules that drop": _of_text(
        "drop ip any any -> any [22,3389] (sid:1;)", "alert tcp any any -> any any (sid:2;)"),
    "rules instead of a default action": _of_text(
        "reject tls any any -> any any (ssl_state:client_hello; flow:to_server; sid:1;)",
        "reject http any any -> any any (flow:to_server; sid:2;)",
        "reject tcp any any -> any any (flow:to_server,established; app-layer-protocol:!tls; "
        "app-layer-protocol:!http; sid:3;)", "drop udp any any -> any any (sid:4;)", defaults=[]),
    "another default action": _of_text("# none", defaults=["aws:drop_established"]),
}  # fmt: skip
