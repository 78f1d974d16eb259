"""What components refuse in the real engine, and what they take from other resources.

One program makes several mistakes, each caught, so that one run of the engine is enough.
"""

from __future__ import annotations

import pytest
from trial import Stack

pytestmark = pytest.mark.engine

ATTEMPTS = """
    import pulumi, pulumi_aws, pulumi_azure_native
    from pulumi import Output, ResourceOptions

    said = {}

    def attempt(label, component, name, args, opts=None):
        try:
            component(name, args, opts)
        except pulumi.RunError as error:
            said[label] = str(error)
        else:
            said[label] = "accepted"

    later = Output.secret("later")
    policy = {"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": ["10.20.0.10"]}]}
"""
AWS = """
    from wsus_egress.aws import AwsWsusEgress, AwsWsusSecurityGroup, AwsWsusNetworkFirewall

    vpc = "vpc-0a1b2c3d4e5f60718"
    args = {"policy": policy, "vpc_id": vpc, "dns_firewall": {}, "network_firewall": {}}
    blind = {"policy": policy, "vpc_id": vpc}
    accept = [{"what": f"aws/aws-security-group/wider/{each}", "reason": "a test", "expires": "2099-12-31"}
              for each in ("names", "nameless")]
    attempt("no network", AwsWsusEgress, "a", {"policy": policy})
    attempt("unknown", AwsWsusEgress, "b", {
        "vpc_id": vpc, "network_firewall": {"mode": later},
        "policy": {**policy, "servers": [{"name": later, "addresses": ["10.20.0.10", later]}]}})
    attempt("wrong", AwsWsusEgress, "c", {
        "vpc_id": 17, "policy": {**policy, "servers": [{"name": "wsus", "addresses": ["10.20.0.x"]}]}})
    attempt("party", AwsWsusSecurityGroup, "d", {**blind, "party": "none", "accept": accept})
    attempt("blind", AwsWsusEgress, "g", blind)
    attempt("half", AwsWsusEgress, "h", {**blind, "accept": accept[1:]})
    attempt("by name", AwsWsusEgress, "i", {**blind, "accept": accept})
    attempt("first", AwsWsusEgress, "wsus", args)
    attempt("same name", AwsWsusEgress, "wsus", args)
    attempt("same network", AwsWsusEgress, "other", args)
    far = ResourceOptions(providers=[pulumi_aws.Provider("far", region="us-east-1")])
    attempt("region", AwsWsusEgress, "e", args, far)
    attempt("zone", AwsWsusNetworkFirewall, "f", {
        "policy": policy, "vpc_id": Output.from_input(vpc),
        "network_firewall": {"mode": "full", "logging": {"log_group": "wsus"}, "endpoints": [
            {"zone": "us-east-1a", "subnet_id": later}]}})
    full = {"mode": "full", "logging": {"log_group": "wsus"}, "endpoints": [
        {"zone": "eu-west-1a", "subnet_id": "subnet-0a1b2c3d4e5ff000a",
         "protected_route_tables": ["rtb-0a1b2c3d4e5f5000a", "rtb-0a1b2c3d4e5ff000a"],
         "return_routes": [
             {"route_table_id": "rtb-0a1b2c3d4e5f9000a", "destinations": ["10.20.0.0/22"]}]}]}
    attempt("own table", AwsWsusNetworkFirewall, "j", {
        "policy": policy, "vpc_id": vpc, "network_firewall": full})
    attempt("no such VPC", AwsWsusNetworkFirewall, "k", {
        "policy": policy, "vpc_id": vpc, "network_firewall": {**full, "vpc_id": "vpc-00000001"}})
    apart = {**policy, "servers": [{"name": "wsus", "addresses": ["10.50.0.10"]}]}
    attempt("outside", AwsWsusEgress, "l", {"policy": apart, "vpc_id": vpc, "network_firewall": {}})
    spoke = {**policy, "servers": [{**policy["servers"][0], "aws_vpc_id": "vpc-0b2c3d4e5f607182a"}]}
    attempt("spoke", AwsWsusSecurityGroup, "m", {
        "policy": spoke, "party": "wsus", "vpc_id": vpc, "accept": accept})
    pulumi.export("said", said)
"""
AWS_SAID = {
    "no network": "a: vpc_id: is missing, and AwsWsusEgressArgs needs it; give the VPC's id",
    "unknown": "b: network_firewall.mode: is an output or a secret, and must be known before",
    "wrong": "c: policy.servers[0].addresses[0]: '10.20.0.x' is not an IP address or CIDR block; "
    "write one like 10.20.0.10 or 10.20.0.0/24\nc: vpc_id: 17 is not text",
    "party": "d: party: 'none' does not stand in AWS; the choices are wsus",
    "blind": "g: accept: nothing on the way of 10.20.0.10 -> 203.0.113.80 tcp/80 (HTTP without a host "
    "name) sees host names, and the mode is restricted; add a Network Firewall, or accept ",
    "half": "h: accept: nothing on the way of 10.20.0.10 -> http://example.com/ sees host names, and",
    "by name": "accepted",
    "first": "accepted",
    "same name": "wsus: name: another AwsWsusEgress of this stack has this name",
    "same network": "other-dns-firewall: dns_firewall: the component wsus-dns-firewall has the DNS "
    "Firewall of this VPC already (vpc-0a1b2c3d4e5f60718): ",
    "region": "e: vpc_id: this component's provider, of the region us-east-1, cannot look "
    "vpc-0a1b2c3d4e5f60718 up: ",
    "own table": "j: network_firewall.endpoints[0].protected_route_tables[1]: rtb-0a1b2c3d4e5ff000a is "
    "the route table of subnet-0a1b2c3d4e5ff000a, the firewall's own subnet: what the firewall passes",
    "no such VPC": "k: network_firewall.vpc_id: this component's provider, of the region eu-west-1, "
    "cannot look vpc-00000001 up: ",
    "outside": "l-wsus: vpc_id: 10.50.0.10/32 is in no address block of vpc-0a1b2c3d4e5f60718 "
    "(10.20.0.0/16): no network interface there can have this security group; name the VPC",
    "spoke": "m: policy.wsus.aws_vpc_id: 10.20.0.10/32 is in no address block of vpc-0b2c3d4e5f607182a "
    "(10.21.0.0/16): ",
    "zone": "f: network_firewall.endpoints[0].zone: us-east-1a is not in eu-west-1, the region of "
    "this component's provider",
}
AZURE = """
    from wsus_egress.azure import AzureWsusEgress, AzureWsusFirewall

    address = {"name": "wsus", "addresses": ["10.33.0.10"]}
    args = {
        "policy": {**policy, "servers": [address]}, "resource_group": "rg-wsus-sandbox",
        "location": "westeurope", "address_space": ["10.33.0.0/16"], "destinations": "list",
        "firewall_policy": {"name": Output.from_input("afwp")},
        "route_table": {"firewall_address": Output.from_input("10.33.255.4")},
        "subnets": [{"virtual_network": Output.from_input("vnet-wsus-sandbox"), "name": "snet-wsus",
                     "address_prefix": "10.33.0.0/24"}],
    }
    known = [{**args["subnets"][0], "virtual_network": "vnet-wsus-sandbox"}]
    attempt("no network", AzureWsusEgress, "a", {"policy": args["policy"]})
    attempt("location", AzureWsusEgress, "b", {**args, "subnets": known, "location": "northeurope"})
    attempt("no such network", AzureWsusEgress, "c", {
        **args, "subnets": [{**known[0], "virtual_network": "vnet-none"}]})
    attempt("accepted", AzureWsusEgress, "wsus", args)
    attempt("same policy", AzureWsusEgress, "other", args)
    own = "/subscriptions/s/resourceGroups/rg-wsus-sandbox/providers/Microsoft.Network"
    attempt("own group", AzureWsusEgress, "egress", {**args, "subnets": [
        {**known[0], "network_security_group": own + "/networkSecurityGroups/egress-nsg"}]})
    alone = {
        "resource_group": "rg-wsus-sandbox", "location": "westeurope",
        "firewall_policy_id": later,
        "firewall": {"name": "afw", "virtual_network":
            "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-sandbox"
            "/providers/Microsoft.Network/virtualNetworks/vnet-wsus-sandbox"}}
    attempt("wrong", AzureWsusFirewall, "d", {**alone, "sku": "Big", "firewall": {"name": "afw"}})
    far = pulumi_azure_native.Provider(
        "far", subscription_id="11111111-1111-1111-1111-111111111111")
    attempt("subscription", AzureWsusFirewall, "e", alone, ResourceOptions(providers=[far]))
    pulumi.export("said", said)
"""
AZURE_SAID = {
    "no network": "a: address_space: is missing, and AzureWsusEgressArgs needs it",
    "location": "b: location: northeurope is not where the network vnet-wsus-sandbox is: westeurope; "
    "write westeurope",
    "no such network": "c: subnets[0].virtual_network: this component's provider cannot look the "
    "network vnet-none up: ",
    "accepted": "accepted",
    "same policy": "other-firewall: firewall_policy.name: the component wsus-firewall has the "
    "firewall policy of this name already",
    # It gets as far as the one before: that its subnet has its own group already is not a mistake.
    "own group": "egress-firewall: firewall_policy.name: the component wsus-firewall has the "
    "firewall policy of this name already",
    "wrong": "d: firewall.virtual_network: ",
    "subscription": "e: firewall.virtual_network: the network vnet-wsus-sandbox of this component's "
    "provider is /subscriptions/11111111-1111-1111-1111-111111111111/",
}


@pytest.mark.parametrize(
    ("program", "expected"), [(AWS, AWS_SAID), (AZURE, AZURE_SAID)], ids=["aws", "azure"]
)
def test_refusals_name_the_argument(stack: Stack, program: str, expected: dict[str, str]) -> None:
    """The component says what is wrong with which argument, before the engine or a cloud does."""
    stack.write(ATTEMPTS + program)
    stack.up()

    said = stack.outputs()["said"]

    assert list(expected) == sorted(said, key=list(expected).index)
    assert {} == {
        key: said[key] for key, text in expected.items() if not said[key].startswith(text)
    }


def test_every_mistake_is_said_at_once(stack: Stack) -> None:
    """A program that catches no error ends with all of them, without a traceback."""
    stack.write(
        """
        import pulumi
        from wsus_egress.aws import AwsWsusEgress
        later = pulumi.Output.secret("10.20.0.10")
        AwsWsusEgress("wsus", {
            "colour": "red", "tags": {"team": later},
            "policy": {"lists": [later], "servers": [{"name": "wsus", "addresses": [later]}]}})
        """
    )

    said = stack.run("preview", fails=True)

    for path in (
        "colour",
        "vpc_id",
        "tags.team",
        "policy.lists[0]",
        "policy.servers[0].addresses[0]",
    ):
        assert f"wsus: {path}: " in said


def test_a_network_of_another_region_that_is_known_late(stack: Stack) -> None:
    """An output is looked up once it is known, before anything is made in it."""
    stack.write(
        """
        import pulumi, pulumi_aws
        from wsus_egress.aws import AwsWsusEgress
        policy = {"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": ["10.20.0.10"]}]}
        AwsWsusEgress(
            "wsus", {"policy": policy, "vpc_id": pulumi.Output.from_input("vpc-0a1b2c3d4e5f60718"),
                     "network_firewall": {}},
            pulumi.ResourceOptions(providers=[pulumi_aws.Provider("far", region="us-east-1")]))
        """
    )

    said = stack.up(fails=True)

    assert "wsus: vpc_id: this component's provider, of the region us-east-1, cannot look" in said
    assert {} == stack.held("aws")


def test_what_exists_is_taken_as_outputs(stack: Stack) -> None:
    """A VPC, a peer's group and a prefix list of other resources; a policy and lists from files."""
    (stack.folder / "lists").mkdir()
    (stack.folder / "lists" / "own.yaml").write_text(
        "title: Own\nendpoints:\n  - pattern: updates.example.com\n    schemes: [https]\n"
        "    purpose: a test\n    source: a test\n    date: 2026-11-01\n",
        encoding="utf-8",
    )
    (stack.folder / "policy.yaml").write_text(
        "lists: [own]\nschemes: as-listed\nservers:\n"
        "  - {name: wsus, addresses: [10.20.0.10]}\n"
        "  - {name: branch, addresses: [10.20.0.20], synchronizesFrom: wsus}\n"
        "clients:\n  - {name: clients, addresses: [10.20.1.0/24], updatesFrom: wsus}\n",
        encoding="utf-8",
    )
    stack.write(
        """
        import pulumi, pulumi_aws as aws
        from wsus_egress.aws import AwsWsusEgress
        from wsus_egress.policy_file import policy_from_file
        vpc = pulumi.Output.from_input("vpc-0a1b2c3d4e5f60718")
        group = aws.ec2.SecurityGroup("peer", vpc_id=vpc)
        listed = aws.ec2.ManagedPrefixList("peers", address_family="IPv4", max_entries=3,
                                           entries=[{"cidr": "10.20.1.0/24"}])
        policy = policy_from_file("policy.yaml")
        policy["servers"][1]["aws_peer"] = {"security_group_id": group.id}
        policy["clients"][0]["aws_peer"] = {"prefix_list_id": listed.id, "max_entries": 3}
        AwsWsusEgress("wsus", {"policy": policy, "vpc_id": vpc, "endpoint_lists": "lists",
                               "network_firewall": {"mode": "rules-only"}})
        pulumi.export("group", group.id)
        pulumi.export("listed", listed.id)
        """
    )
    stack.up()

    held, outputs = stack.held("aws"), stack.outputs()
    rules = held["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"].values()
    assert {outputs["group"], None} == {rule.get("referencedSecurityGroupId") for rule in rules}
    assert {outputs["listed"], None} == {rule.get("prefixListId") for rule in rules}
    (rule_group,) = held["aws:networkfirewall/ruleGroup:RuleGroup"].values()
    assert "updates.example.com" in str(rule_group)
