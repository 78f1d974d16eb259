"""Set-ups of people: a domain's ports, a proxy, WSUS on port 80, and clients by a range with servers."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest
from sample import AZURE, ONE, VPC

from wsus_egress.cli.words import way_of
from wsus_egress.controls import compile_target
from wsus_egress.controls.aws.security_groups import AwsSecurityGroups
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import Fidelity, Proof, prove

Build = Callable[..., Environment]

TODAY = datetime.date(2026, 11, 29)
SERVER, DC, ADMIN = (ip_address(text) for text in ("10.20.0.10", "10.20.8.5", "10.20.9.1"))
PC, MICROSOFT = ip_address("10.20.4.9"), ip_address("203.0.113.80")
PCS = {"name": "pcs", "addresses": ["10.20.4.0/22"], "updatesFrom": "one"}
DOMAIN = [
    {"name": "domain", "destinationPorts": [88, 389], "portRanges": ["49152-65535"],
     "destinations": ["10.20.8.0/24"], "reason": "Active Directory"},
    {"name": "dns", "protocol": "udp", "destinationPorts": [53], "destinations": ["10.20.8.0/24"],
     "parties": ["one"], "reason": "names of the domain"},
    {"name": "rdp", "destinationPorts": [3389], "sources": ["10.20.9.0/26"], "reason": "administration"},
]  # fmt: skip
PROXY = {"address": "10.20.9.5", "port": 3128}


def aws(**more: Any) -> dict[str, Any]:
    """An AWS target with a firewall."""
    return {"vpcId": VPC, "networkFirewall": {}, **more}


def proved(built: Environment) -> tuple[AwsSecurityGroups, Proof]:
    """The security groups, and what the proof says of the target."""
    controls = compile_target(built, built.targets[0])
    (groups,) = (each for each in controls if isinstance(each, AwsSecurityGroups))
    return groups, prove(built, built.targets[0], controls, TODAY)


def test_what_a_domain_member_needs(environment: Build) -> None:
    """Rules for the ports of a domain, for DNS over UDP and for RDP from the administrators."""
    built = environment(aws=aws(networkRules=DOMAIN))
    groups, proof = proved(built)
    rules = {rule.id: rule.text for rule in groups.rules if rule.description.startswith("Network")}
    decided = built.policy.decide(Flow(SERVER, DC, "udp", 53))

    assert {
        "one-egress-88-10-20-8-0-24": "allow egress tcp/88 to 10.20.8.0/24",
        "one-egress-389-10-20-8-0-24": "allow egress tcp/389 to 10.20.8.0/24",
        "one-egress-49152-65535-10-20-8-0-24": "allow egress tcp/49152-65535 to 10.20.8.0/24",
        "one-egress-udp-53-10-20-8-0-24": "allow egress udp/53 to 10.20.8.0/24",
        "one-ingress-3389-10-20-9-0-26": "allow ingress tcp/3389 from 10.20.9.0/26",
    } == rules
    assert (Fidelity.EXACT, ()) == (proof.fidelity, proof.findings)
    assert (True, "network rule dns") == (decided.allowed, decided.reason)
    for flow in (
        Flow(SERVER, DC, "tcp", 53),
        Flow(SERVER, ADMIN, "tcp", 88),
        Flow(ADMIN, SERVER, "tcp", 88),
        Flow(DC, ADMIN, "tcp", 88),
    ):
        assert not built.policy.decide(flow).allowed


def test_both_ends_must_permit(environment: Build) -> None:
    """Where both ends have a group, what one lets out the other must let in."""
    out = {"name": "out", "destinationPorts": [1433], "destinations": ["10.20.4.0/22"],
           "parties": ["one"], "reason": "r"}  # fmt: skip
    into = {"name": "into", "destinationPorts": [1433], "sources": ["10.20.0.10"], "parties": ["pcs"],
            "reason": "r"}  # fmt: skip
    flow = Flow(SERVER, PC, "tcp", 1433)
    half = environment(clients=[PCS], aws=aws(networkRules=[out]))
    whole = environment(clients=[PCS], aws=aws(networkRules=[out, into]))

    assert not half.policy.decide(flow).allowed
    assert whole.policy.decide(flow).allowed
    for built in (half, whole):
        assert Fidelity.EXACT is proved(built)[1].fidelity


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"destinations": ["169.254.169.123"]},
         "destinations[0]: 169.254.169.123/32 is link-local, such as Amazon's DNS, time and metadata "
         "services, which security groups do not filter; leave it out: it is reached without a rule"),
        ({"destinations": ["8.8.8.8"]},
         "destinations[0]: 8.8.8.8/32 is an Internet address range, and this is about connections "
         "inside; write a range of RFC 1918, RFC 6598, fc00::/7 or aws.ownRanges"),
        ({"sources": ["fd00::/64"]},
         "sources[0]: fd00::/64 is an IPv6 range, and IPv6 is not asked for; write `ipv6: true`, or an "
         "IPv4 range"),
        ({"destinations": ["10.0.0.0/8"], "parties": ["two"]},
         "parties[0]: there is no server or client group 'two' in AWS; the choices are one"),
        ({"destinations": ["10.0.0.0/8"], "sources": ["10.0.0.0/8"]},
         ": a rule has either destinations, for what goes out, or sources, for what comes in; give "
         "exactly one of them"),
        ({"destinations": ["10.0.0.0/8"], "destinationPorts": []},
         ": no port is named, and all of them would be open; add destinationPorts or portRanges"),
        ({"destinations": ["10.0.0.0/8"], "portRanges": ["90-80"]},
         "portRanges[0]: '90-80' is not a range of ports; write one like 49152-65535"),
        ({"destinations": ["10.0.0.0/8"], "portRanges": ["x"]},
         "portRanges[0]: 'x' is not a range of ports; write one like 49152-65535"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be(environment: Build, rule: dict[str, Any], said: str) -> None:
    """What is outside, what no group filters, and what has no direction or port."""
    whole = {"name": "rule", "destinationPorts": [88], "reason": "r", **rule}
    with pytest.raises(PolicyErrors) as caught:
        environment(aws=aws(networkRules=[whole]))
    dot = "" if said.startswith(":") else "."
    assert f"aws.networkRules[0]{dot}{said}" == str(caught.value)


def test_rules_of_one_name(environment: Build) -> None:
    """Their descriptions would not tell them apart."""
    with pytest.raises(PolicyErrors) as caught:
        environment(aws=aws(networkRules=[DOMAIN[0], DOMAIN[0]]))
    assert (
        "aws.networkRules[1].name: the name 'domain' is taken already; give each rule its own name"
    ) == str(caught.value)


def test_only_the_way_to_a_proxy_is_opened(environment: Build) -> None:
    """Nothing of the Internet, and what the proxy lets pass is assumed."""
    built = environment(servers=[{**ONE, "proxy": PROXY}], aws=aws())
    groups, proof = proved(built)
    decided = built.policy.decide(Flow(SERVER, MICROSOFT, "tcp", 443, "tls", "a.example.com"))

    assert ["allow egress tcp/3128 to 10.20.9.5/32"] == [rule.text for rule in groups.rules]
    assert (Fidelity.EXACT, ()) == (proof.fidelity, proof.findings)
    assert "this source reaches Microsoft Update through its proxy, 10.20.9.5 tcp/3128, only" == decided.reason  # fmt: skip
    assert "aws/proxy/10.20.9.5" in {each.id for each in groups.assumptions}
    assert "asks Microsoft Update, through the proxy 10.20.9.5 tcp/3128" == way_of(
        built.policy.parties[0]
    )


def test_a_proxy_in_azure(environment: Build) -> None:
    """The firewall has no rule for that server, and the proxy is assumed there too."""
    server = {**ONE, "proxy": PROXY}
    built = environment(servers=[server], aws=None, azure=AZURE)
    controls = compile_target(built, built.targets[0])
    proof = prove(built, built.targets[0], controls, TODAY)
    assert Fidelity.EXACT is proof.fidelity
    assert any(each.id == "azure/proxy/10.20.9.5" for c in controls for each in c.assumptions)


@pytest.mark.parametrize(
    ("party", "said"),
    [
        ({"proxy": {"address": "10.20.0.10", "port": 80}},
         "servers[0].proxy.address: 10.20.0.10 is an address of one, whose rules let no proxy's clients "
         "in; give the proxy an address of its own"),
        ({"proxy": {"address": "8.8.8.8", "port": 80}},
         "servers[0].proxy.address: 8.8.8.8/32 is an Internet address range, and this is about "
         "connections inside; write a range of RFC 1918, RFC 6598, fc00::/7 or aws.ownRanges"),
    ],
)  # fmt: skip
def test_proxies_that_cannot_be(environment: Build, party: dict[str, Any], said: str) -> None:
    """An address of somebody's, or one outside."""
    with pytest.raises(PolicyErrors) as caught:
        environment(servers=[{**ONE, **party}], aws=aws())
    assert said == str(caught.value)


def test_a_proxy_for_who_does_not_go_out(environment: Build) -> None:
    """Clients that update from a server have no use for one."""
    with pytest.raises(PolicyErrors) as caught:
        environment(clients=[{**PCS, "proxy": PROXY}], aws=aws())
    assert (
        "clients[0].proxy: pcs does not reach Microsoft Update itself; remove it"
    ) == str(caught.value)  # fmt: skip


def test_clients_that_scan_here_and_fetch_there(environment: Build) -> None:
    """They ask the server, and have the Internet for content."""
    built = environment(clients=[{**PCS, "contentFrom": "microsoft-update"}], aws=aws())
    groups, proof = proved(built)
    ports = {rule.from_port for rule in groups.groups[1].rules}
    assert {80, 443, 8530, 8531} == ports
    assert Fidelity.EXACT is proof.fidelity
    assert "asks one, content from Microsoft Update" == way_of(built.policy.parties[1])


def test_content_of_clients_without_a_server(environment: Build) -> None:
    """Who asks Microsoft Update has everything from there."""
    direct = {**PCS, "updatesFrom": "microsoft-update", "contentFrom": "server"}
    with pytest.raises(PolicyErrors) as caught:
        environment(clients=[direct], aws=aws())
    assert (
        "clients[0].contentFrom: pcs update from Microsoft Update, and so have their content from there; "
        "remove it"
    ) == str(caught.value)


def test_a_range_of_clients_with_a_server_in_it(environment: Build) -> None:
    """The range without the server, in one rule a port: the server sends itself nothing."""
    built = environment(clients=[{**PCS, "addresses": ["10.20.0.0/16"]}], aws=aws())
    groups, proof = proved(built)
    clients = built.policy.parties[1]
    ingress = [rule.text for rule in groups.groups[0].rules if rule.direction == "ingress"]

    assert SERVER not in clients
    assert PC in clients
    assert ("10.20.0.10/32 of one",) == clients.left_out
    assert [f"allow ingress tcp/{port} from 10.20.0.0/16" for port in (8530, 8531)] == ingress
    assert (Fidelity.EXACT, ()) == (proof.fidelity, proof.findings)


def test_a_range_with_other_servers_in_it(environment: Build) -> None:
    """Those are left out rule by rule: they may not ask this server."""
    servers = [ONE, {"name": "two", "addresses": ["10.20.7.0/28", "10.20.9.7"]}]
    built = environment(
        servers=servers, clients=[{**PCS, "addresses": ["10.20.0.0/20"]}], aws=aws()
    )
    _, proof = proved(built)
    flow = Flow(ip_address("10.20.7.1"), SERVER, "tcp", 8530)
    assert not built.policy.decide(flow).allowed
    assert (Fidelity.EXACT, ()) == (proof.fidelity, proof.findings)


@pytest.mark.parametrize("addresses", [["10.20.0.10"], ["10.20.0.10/32", "10.20.1.0/24"]])
def test_one_address_still_has_one_role(environment: Build, addresses: list[str]) -> None:
    """Clients that are named by a server's own address are a mistake."""
    with pytest.raises(PolicyErrors) as caught:
        environment(clients=[{**PCS, "addresses": addresses}], aws=aws())
    assert "one address, two roles" in str(caught.value)


def test_wsus_on_the_webs_ports(environment: Build) -> None:
    """What the group opens to the Internet on TCP 80 and 443 is a known limit, not a deviation."""
    server = {**ONE, "synchronizationPorts": {"http": 80, "https": 443}}
    built = environment(servers=[server], clients=[PCS], aws=aws())
    groups, proof = proved(built)
    assert (Fidelity.EXACT, ()) == (proof.fidelity, proof.findings)
    assert "one-ingress-80-10-20-4-0-22" in {rule.id for rule in groups.rules}


def test_a_stranger_on_the_webs_ports(environment: Build) -> None:
    """Who is let in there without being a client is told all the same."""
    server = {**ONE, "synchronizationPorts": {"http": 80, "https": 443}}
    rule = {"name": "web", "destinationPorts": [80], "sources": ["10.20.9.0/24"], "reason": "r"}
    narrow, wide = (
        environment(servers=[server], clients=[PCS], aws=aws(networkRules=rules))
        for rules in ([], [rule])
    )
    controls = compile_target(wide, wide.targets[0])
    proof = prove(narrow, narrow.targets[0], controls, TODAY)
    assert {"aws/aws-security-group/wider/synchronization"} == {d.what for d in proof.findings}
