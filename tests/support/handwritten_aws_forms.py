"""What people add to a hand-written AWS stack: forms that open its server to more, and forms that do not."""

from __future__ import annotations

from typing import Any, Final

from handwritten import SERVER, Form, Stack
from handwritten_aws import (
    ANYWHERE,
    GROUP,
    NIC,
    add_route,
    add_rule,
    more_groups,
    policy,
    rule,
    rule_group,
    suricata,
)

PREFIXES: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
ENTRY: Final = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"
ATTACHED: Final = "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
OPEN: Final = ("0.0.0.0/0", "203.0.113.0/24", "8.8.8.8/32", "::/0", "2000::/3", "0.0.0.0/1")
PORTS: Final = (21, 22, 25, 53, 123, 1433, 3389, 8080, 8443, 8530)


def _wide(it: Stack) -> dict[str, Any]:
    port = it.pick(*PORTS)
    found: dict[str, Any] = it.pick(
        rule("-1", 0, 0, it.pick(*OPEN)), rule("tcp", port, port + it.random.randint(0, 900), ANYWHERE),
        rule("udp", 53, 53, ANYWHERE), rule("tcp", 0, 65535, it.pick(*OPEN)),
    )  # fmt: skip
    return found


def _other_group(it: Stack, **more: Any) -> str:
    return it.add(GROUP, "extra-sg", vpcId="${vpc.id}", description="baseline",
                  **{"egress": [_wide(it)], **more})  # fmt: skip


def a_port(it: Stack) -> str:
    port = it.pick(*PORTS)
    return add_rule(it, "more", it.pick("tcp", "TCP", "6"), port, port, it.pick(*OPEN))


def a_range_of_ports(it: Stack) -> str:
    return add_rule(it, "more", "tcp", it.pick(1, 80, 443), it.pick(1024, 65535), it.pick(*OPEN))


def every_protocol(it: Stack) -> str:
    return add_rule(it, "more", it.pick("-1", "-1"), 0, 0, it.pick(*OPEN))


def udp(it: Stack) -> str:
    port = it.pick(53, 123, 443, 3478)
    return add_rule(it, "more", it.pick("udp", "17"), port, port, it.pick(*OPEN))


def several_blocks(it: Stack) -> str:
    body = {**rule("tcp", 22, 22, "10.20.8.0/24"), "cidrBlocks": ["10.20.8.0/24", "203.0.113.9/32"]}
    if it.styles["rules"] == "inside":
        return it.change("wsus-sg", egress=lambda had: [*(had or []), body])
    return it.add("aws:ec2/securityGroupRule:SecurityGroupRule", "more", type="egress",
                  securityGroupId="${wsus-sg.id}", **body)  # fmt: skip


def an_open_ingress(it: Stack) -> str:
    return add_rule(it, "in", "tcp", it.pick(22, 3389, 8530), 65535, it.pick(*OPEN), way="ingress")


def private_ingress(it: Stack) -> str:
    return add_rule(it, "in", it.pick("tcp", "-1"), 8530, 8531, "10.0.0.0/8", way="ingress")


def a_second_group(it: Stack) -> str:
    more_groups(it, f"${{{_other_group(it)}.id}}")
    return "extra-sg"


def an_attached_group(it: Stack) -> str:
    if "wsus-eni" not in it.documents:
        return a_second_group(it)
    it.add("aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment",
           "on", securityGroupId=f"${{{_other_group(it)}.id}}", networkInterfaceId="${wsus-eni.id}")  # fmt: skip
    return "extra-sg"


def a_second_interface(it: Stack) -> str:
    """One with another address, attached to the server's machine."""
    it.add(NIC, "second", privateIps=["10.20.1.77"], subnetId="subnet-0d1e2f3a",
           securityGroups=[f"${{{_other_group(it)}.id}}"])  # fmt: skip
    it.add(ATTACHED, "attached", instanceId="${wsus.id}", networkInterfaceId="${second.id}",
           deviceIndex=1)  # fmt: skip
    return "extra-sg"


def an_interface_that_names_the_machine(it: Stack) -> str:
    it.add(NIC, "second", subnetId="subnet-0d1e2f3a", securityGroups=[f"${{{_other_group(it)}.id}}"],
           attachments=[{"instance": "${wsus.id}", "deviceIndex": 1}])  # fmt: skip
    return "extra-sg"


def the_default_group(it: Stack) -> str:
    it.add("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default-sg", vpcId="${vpc.id}",
           egress=[rule("-1", 0, 0, ANYWHERE)])  # fmt: skip
    more_groups(it, "${default-sg.id}")
    return "default-sg wsus wsus-eni"


def a_group_of_another_stack(it: Stack) -> str:
    more_groups(it, "sg-0123456789abcdef0")
    return "wsus wsus-eni"


def _listed(it: Stack, cidr: str | None) -> str:
    entries = [{"cidr": "10.20.8.0/24"}, *([{"cidr": cidr}] if cidr else [])]
    it.add(PREFIXES, "peers", addressFamily="IPv4", maxEntries=5, entries=entries)
    return it.add("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "to-list",
                  securityGroupId="${wsus-sg.id}", ipProtocol="tcp", fromPort=22, toPort=22,
                  prefixListId="${peers.id}")  # fmt: skip


def a_prefix_list(it: Stack) -> str:
    return _listed(it, it.pick(ANYWHERE, "203.0.113.0/24"))


def a_prefix_list_entry(it: Stack) -> str:
    found = _listed(it, None)
    it.add(ENTRY, "entry", prefixListId="${peers.id}", cidr=it.pick(ANYWHERE, "203.0.113.0/24"))
    return found


def a_list_of_another_stack(it: Stack) -> str:
    it.add("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "to-list", ipProtocol="-1",
           securityGroupId="${wsus-sg.id}", prefixListId="pl-0123abcd")  # fmt: skip
    return "to-list"


def the_template(it: Stack) -> str:
    """A launch template that has a further group for the server's interface."""
    _other_group(it)
    if it.styles["server"] == "template":
        it.change("template", vpcSecurityGroupIds=None, networkInterfaces=[
            {"securityGroups": ["${wsus-sg.id}", "${extra-sg.id}"], "deviceIndex": 0}])  # fmt: skip
        return "extra-sg"
    it.add("aws:ec2/launchTemplate:LaunchTemplate", "blueprint", networkInterfaces=[
        {"privateIpAddress": SERVER, "securityGroups": ["${extra-sg.id}"]}])  # fmt: skip
    return "extra-sg"


def a_spot_request(it: Stack) -> str:
    it.add("aws:ec2/spotInstanceRequest:SpotInstanceRequest", "spot", privateIp=SERVER,
           vpcSecurityGroupIds=[f"${{{_other_group(it)}.id}}"])  # fmt: skip
    return "extra-sg"


PASSES: Final = (
    "pass ip any any -> any any (sid:1;)",
    "pass ip {s} any -> any any (sid:1;)",
    'pass tcp {s} any -> any any (msg:"all"; flow:to_server; sid:1; rev:2;)',
    "pass tcp {s} any -> $EXTERNAL_NET ![80,443] (sid:1;)",
    "pass tcp {s} any -> any [22,8000:8100] (sid:1;)",
    'pass tcp {s} any -> any 443 (msg:"tls.sni; content:.windowsupdate.com"; sid:1;)',
    "pass udp {s} any -> any 443 (sid:1;)",
    "pass dns {s} any -> any any (sid:1;)",
    "pass ssh {s} any -> any 22 (sid:1;)",
    "pass tls {s} any -> any 443 (sid:1;)",
    "pass http {s} any -> any any (flow:established; sid:1;)",
    'pass tls {s} any -> any any (tls.sni; content:".windowsupdate.com"; endswith; sid:1;)',
    'pass tls {s} any -> any 443 (tls.sni; content:"windowsupdate.com"; endswith; nocase; sid:1;)',
    'pass tls {s} any -> any 443 (tls.sni; content:"windowsupdate"; nocase; sid:1;)',
    'pass tls {s} any -> any 443 (tls.sni; content:".microsoft.com"; endswith; sid:1;)',
    'pass tls {s} any -> any 443 (tls_sni; content:".azureedge.net"; isdataat:!1,relative; sid:1;)',
    'pass tls {s} any -> any 443 (tls.sni; pcre:"/windowsupdate/i"; sid:1;)',
    'pass tls {s} any -> any 443 (tls.sni; to_md5; content:"0cc175b9"; sid:1;)',
    'pass tls {s} any -> any 443 (tls.sni; content:!"evil.example"; sid:1;)',
    'pass tls {s} any -> any 443 (tls.cert_subject; content:"Microsoft"; sid:1;)',
    'pass http {s} any -> any 80 (http.host; content:"download."; startswith; sid:1;)',
    'pass http {s} any -> any 80 (content:"evil.example"; http_host; sid:1;)',
    'pass http {s} any -> any 80 (http.user_agent; content:"Windows-Update-Agent"; sid:1;)',
    "pass tcp any any -> {s} any (sid:1;)",
    "pass tcp 203.0.113.0/24 443 -> {s} any (sid:1;)",
    "pass ip {s} any <> 203.0.113.0/24 any (sid:1;)",
    "pass tcp any any -> 2000::/3 any (sid:1;)",
    "# not this \\\npass tcp {s} any -> any 22 (sid:1;)",
    'pass tcp {s} any -> \\\n  any 25 (msg:"mail"; sid:1;)',
    "pass tcp [{s},10.99.0.0/16] any -> any 22 (sid:1;)",
    "pass tcp !10.99.0.0/16 any -> any 22 (sid:1;)",
    "alert tcp any any -> any any (sid:2;)\npass tcp {s} any -> any 22 (sid:1;)",
)  # fmt: skip


def _of_text(text: str) -> Form:
    def form(it: Stack) -> str:
        source = it.pick("$HOME_NET", SERVER, "10.20.0.0/24", "10.0.0.0/8")
        return f"{suricata(it, text.format(s=source))} hub"

    return form


def a_domain_list(it: Stack) -> str:
    types = it.pick(["TLS_SNI"], ["HTTP_HOST", "TLS_SNI"])
    targets = [".windowsupdate.com", it.pick(".example.com", ".microsoft.com", "evil.example")]
    body = {"generatedRulesType": "ALLOWLIST", "targetTypes": types, "targets": targets}
    return f"{rule_group(it, {'rulesSourceList': body})} hub"


def rules_in_parts(it: Stack) -> str:
    header = {"protocol": it.pick("TCP", "IP"), "source": it.pick("ANY", SERVER, "10.20.0.0/16"),
              "sourcePort": "ANY", "direction": it.pick("FORWARD", "ANY"), "destination": "ANY",
              "destinationPort": it.pick("ANY", "22", "8000:8100")}  # fmt: skip
    one = {"action": "PASS", "header": header,
           "ruleOptions": [{"keyword": "sid", "settings": ["1"]}]}  # fmt: skip
    return f"{rule_group(it, {'statefulRules': [one]})} hub"


def stateless(it: Stack) -> str:
    match: dict[str, Any] = it.pick(
        {}, {"protocols": [6]}, {"sources": [{"addressDefinition": "10.20.0.0/16"}]}
    )
    one = {"priority": 1, "ruleDefinition": {"actions": ["aws:pass"], "matchAttributes": match}}
    source = {"statelessRulesAndCustomActions": {"statelessRules": [one]}}
    return f"{rule_group(it, source, stateless=True)} hub"


def no_default_action(it: Stack) -> str:
    actions = it.pick([], ["aws:alert_established"])
    return policy(it, statefulDefaultActions=actions)


def the_default_order(it: Stack) -> str:
    options = it.pick({"ruleOrder": "DEFAULT_ACTION_ORDER"}, None)
    return policy(it, statefulEngineOptions=options)


def stateless_default(it: Stack) -> str:
    return policy(it, statelessDefaultActions=["aws:pass"])


def fragments(it: Stack) -> str:
    return policy(it, statelessFragmentDefaultActions=["aws:pass"])


def a_missing_group(it: Stack) -> str:
    arn = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/shared"
    return policy(it, statefulRuleGroupReferences=lambda had: [
        *had, {"priority": 3, "resourceArn": arn}])  # fmt: skip


def a_route_past(it: Stack) -> str:
    to = it.pick({"gatewayId": "igw-0a1b2c3d"}, {"natGatewayId": "nat-0a1b2c3d"},
                 {"networkInterfaceId": "eni-0a1b2c3d"})  # fmt: skip
    return add_route(it, "past", it.pick("203.0.113.0/24", "128.0.0.0/1", "13.107.4.50/32"), **to)


def the_main_table(it: Stack) -> str:
    """The server's subnet loses its association, and so takes the VPC's main table."""
    del it.documents["association"]
    name = it.add("aws:ec2/routeTable:RouteTable", "main", vpcId="${vpc.id}",
                  routes=[{"cidrBlock": ANYWHERE, "gatewayId": "igw-0a1b2c3d"}])  # fmt: skip
    it.add("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation", "is-main",
           vpcId="${vpc.id}", routeTableId="${main.id}")  # fmt: skip
    return name


def the_default_table(it: Stack) -> str:
    del it.documents["association"]
    return it.add("aws:ec2/defaultRouteTable:DefaultRouteTable", "main",
                  defaultRouteTableId="${vpc.defaultRouteTableId}",
                  routes=[{"cidrBlock": ANYWHERE, "natGatewayId": "nat-0a1b2c3d"}])  # fmt: skip


def a_route_in_the_networks_own_table(it: Stack) -> str:
    del it.documents["association"]
    key = it.pick("mainRouteTableId", "defaultRouteTableId")
    it.add("aws:ec2/route:Route", "out", routeTableId=f"${{vpc.{key}}}", destinationCidrBlock=ANYWHERE,
           gatewayId="igw-0a1b2c3d")  # fmt: skip
    return "out"


def a_firewall_behind_a_gateway(it: Stack) -> str:
    """In a network of its own, to which a transit gateway leads."""
    it.add("aws:ec2/vpc:Vpc", "inspection", cidrBlock="10.99.0.0/16")
    it.change("firewall", vpcId="${inspection.id}")
    it.styles["routes"] = "outside"
    it.documents.pop("default", None)
    it.change("table", routes=[{"cidrBlock": ANYWHERE, "transitGatewayId": "tgw-0a1b2c3d"}])
    return f"{suricata(it, 'pass tcp any any -> any 22 (sid:1;)')} hub"


def another_association(it: Stack) -> str:
    it.add("aws:ec2/routeTable:RouteTable", "public", vpcId="${vpc.id}",
           routes=[{"cidrBlock": ANYWHERE, "gatewayId": "igw-0a1b2c3d"}])  # fmt: skip
    it.change("association", routeTableId="${public.id}")
    return "public"


def a_gateway_endpoint(it: Stack) -> str:
    inside = it.pick(True, False)
    it.add(ENDPOINT, "s3", vpcId="${vpc.id}", serviceName="com.amazonaws.eu-west-1.s3",
           **({"vpcEndpointType": "Gateway"} if it.pick(True, False) else {}),
           **({"routeTableIds": ["${table.id}"]} if inside else {}))  # fmt: skip
    if not inside:
        it.add("aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation", "s3-on",
               routeTableId="${table.id}", vpcEndpointId="${s3.id}")  # fmt: skip
    return "s3 s3-on"


PLANTED: Final[dict[str, Form]] = {
    each.__name__: each
    for each in (
        a_port, a_range_of_ports, every_protocol, udp, several_blocks, an_open_ingress, private_ingress,
        a_second_group, an_attached_group, a_second_interface, an_interface_that_names_the_machine,
        the_default_group, a_group_of_another_stack, a_prefix_list, a_prefix_list_entry,
        a_list_of_another_stack, the_template, a_spot_request, a_domain_list, rules_in_parts, stateless,
        no_default_action, the_default_order, stateless_default, fragments, a_missing_group, a_route_past,
        the_main_table, the_default_table, a_route_in_the_networks_own_table, a_firewall_behind_a_gateway, another_association, a_gateway_endpoint,
    )
} | {f"suricata: {text}": _of_text(text) for text in PASSES}  # fmt: skip
