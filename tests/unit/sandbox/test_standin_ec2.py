"""What the stand-in for EC2 refuses: groups, rules, prefix lists, routes; and what it looks up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from standin import GONE, Account, Case, Inputs, changed, said
from standin_aws import (
    BASE,
    EGRESS,
    FIREWALL,
    POLICY,
    PREFIX_LIST,
    PROTECTED,
    PUBLIC,
    ROUTE,
    RULE_GROUP,
    SG,
    SUBNETS,
    VPC,
)

from providers import world
from providers.aws import CLOUD
from providers.compare import changes
from providers.errors import CloudError
from providers.kind import Session
from providers.store import Store

ALLOWED = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"


def group_text(what: str, value: str, rest: str) -> str:
    """EC2's wording for a group's text."""
    return f"InvalidParameterValue: Value ({value}) for parameter {what} is invalid. {rest}"


TEXTS = "Valid descriptions are strings of 1 to 255 characters from the following set: " + ALLOWED
RULE_TEXTS = "Valid descriptions are strings less than 256 characters from the following set: "
PEERS = (
    "Invalid Attribute Combination: Exactly one of these attributes must be configured: "
    "[cidrIpv4,cidrIpv6,prefixListId,referencedSecurityGroupId]; configured: "
)
NO_PORTS = (
    "InvalidParameterValue: Invalid value for portRange. Must specify both from and to ports with "
    "TCP/UDP."
)

EC2 = "InvalidParameterValue: "
TARGETS = (
    "carrierGatewayId,coreNetworkArn,egressOnlyGatewayId,gatewayId,localGatewayId,natGatewayId,"
    "networkInterfaceId,odbNetworkArn,transitGatewayId,vpcEndpointId,vpcPeeringConnectionId"
)

CASES: list[Case] = [
    (SG, {"name": "sg-wsus"}, "name",
     group_text("GroupName", "sg-wsus", "Group names may not be in the format sg-*")),
    (SG, {"name": "é"}, "name", group_text("GroupName", "é", f"Valid characters are {ALLOWED}")),
    (SG, {"description": "é"}, "description", group_text("GroupDescription", "é", TEXTS)),
    (SG, {"description": "x" * 256}, "description",
     group_text("GroupDescription", "x" * 256, TEXTS)),
    (SG, {"namePrefix": "w"}, "namePrefix", '"namePrefix": conflicts with name'),
    (SG, {"egress": []}, "egress",
     "the stand-in has no inline rules: use aws.vpc.SecurityGroupEgressRule, as pulumi-aws "
     "advises, and never both"),
    (SG, {"tags": {"aws:x": "y"}}, 'tags["aws:x"]',
     "InvalidParameterValue: Tag keys starting with 'aws:' are reserved: 'aws:x'"),
    (SG, {"vpcId": 5}, "vpcId", "vpcId must be a string, not 5"),
    (SG, {"vpc_id": "x"}, "vpc_id",
     "SecurityGroup has no property vpc_id; it has: description, egress, ingress, name, "
     "namePrefix, region, revokeRulesOnDelete, tags, vpcId"),
    (EGRESS, {"ipProtocol": GONE}, "ipProtocol", "missing required property 'ipProtocol'"),
    (EGRESS, {"cidrIpv4": GONE}, "cidrIpv4", PEERS + "[]"),
    (EGRESS, {"cidrIpv6": "::/0"}, "cidrIpv6", PEERS + "[cidrIpv4,cidrIpv6]"),
    (EGRESS, {"cidrIpv4": "10.0.0.1/8"}, "cidrIpv4",
     "Attribute cidrIpv4 value must be a valid IPv4 CIDR that represents a network address, got: "
     "10.0.0.1/8; did you mean 10.0.0.0/8?"),
    (EGRESS, {"cidrIpv4": "10.0.0.0/33"}, "cidrIpv4",
     "InvalidParameterValue: CIDR block 10.0.0.0/33 is malformed (an IPv4 one)"),
    (EGRESS, {"fromPort": 444}, "fromPort",
     "InvalidParameterValue: Invalid TCP port range (444-443)"),
    (EGRESS, {"toPort": 99999}, "toPort",
     "InvalidParameterValue: Invalid port 99999: it must be 0 to 65535"),
    (EGRESS, {"fromPort": GONE, "toPort": GONE}, "fromPort", NO_PORTS),
    (EGRESS, {"ipProtocol": "bogus"}, "ipProtocol",
     "InvalidParameterValue: Invalid value 'bogus' for IP protocol. Unknown protocol."),
    (EGRESS, {"ipProtocol": "-1", "toPort": GONE}, "fromPort",
     "leave fromPort out with ipProtocol -1: it means every port"),
    (EGRESS, {"ipProtocol": "icmp", "fromPort": 300, "toPort": -1}, "fromPort",
     "InvalidParameterValue: ICMP fromPort must be -1 to 255, not 300"),
    (EGRESS, {"description": "a|b"}, "description",
     f"InvalidParameterValue: Invalid rule description 'a|b'. {RULE_TEXTS}{ALLOWED}"),
    (EGRESS, {"description": "x" * 256}, "description",
     f"InvalidParameterValue: Invalid rule description '{'x' * 256}'. {RULE_TEXTS}{ALLOWED}"),
    (EGRESS, {"securityGroupId": "wsus"}, "securityGroupId",
     'InvalidGroupId.Malformed: Invalid id: "wsus" (expecting "sg-...")'),
    (PREFIX_LIST, {"maxEntries": 1}, "entries",
     f"{EC2}2 entries, which is more than maxEntries (1)"),
    (PREFIX_LIST, {"maxEntries": 1001}, "maxEntries", f"{EC2}maxEntries must be 1 to 1000, not 1001"),
    (PREFIX_LIST, {"addressFamily": "IPv5"}, "addressFamily",
     f"{EC2}Invalid address family: IPv5. IPv4 or IPv6."),
    (PREFIX_LIST, {"addressFamily": "IPv6"}, "entries[0].cidr",
     f"{EC2}CIDR block 10.23.0.10/32 is not of the list's family, IPv6"),
    (PREFIX_LIST, {"entries.0.cidr": "10.23.0.10/8"}, "entries[0].cidr",
     f"{EC2}Invalid CIDR block 10.23.0.10/8: 10.23.0.10/8 has host bits set"),
    (PREFIX_LIST, {"entries.1.cidr": "10.23.0.10/32"}, "entries[1].cidr",
     f"{EC2}Duplicate entry 10.23.0.10/32: entries[0] has it"),
    (PREFIX_LIST, {"name": "com.amazonaws.x"}, "name",
     f"{EC2}Invalid prefix list name 'com.amazonaws.x': 1 to 255 characters, not beginning with "
     "com.amazonaws"),
    (ROUTE, {"destinationCidrBlock": GONE}, "destinationCidrBlock",
     "Invalid combination of arguments: one of `destinationCidrBlock,destinationIpv6CidrBlock,"
     "destinationPrefixListId` must be specified; specified: none"),
    (ROUTE, {"gatewayId": "igw-1"}, "vpcEndpointId",
     f"Invalid combination of arguments: one of `{TARGETS}` must be specified; specified: "
     "gatewayId,vpcEndpointId"),
    (ROUTE, {"destinationCidrBlock": "10.0.0.1/8"}, "destinationCidrBlock",
     '"10.0.0.1/8" is not a valid IPv4 CIDR block that represents a network address; did you mean '
     '"10.0.0.0/8"?'),
    (ROUTE, {"destinationCidrBlock": GONE, "destinationPrefixListId": "pl-1"}, "vpcEndpointId",
     f"{EC2}Cannot create or replace a prefix list route targeting a VPC Endpoint."),
]  # fmt: skip


@pytest.fixture
def account(session: Session) -> Account:
    """An empty account."""
    return Account(CLOUD, session, BASE)


@pytest.mark.parametrize(("type_name", "edits", "path", "message"), CASES)
def test_one_change_is_refused(
    session: Session, type_name: str, edits: Inputs, path: str, message: str
) -> None:
    """Each edit is refused at the property at fault, in the cloud's words."""
    inputs = changed(BASE[type_name], edits)

    assert (path, message) in said(CLOUD.kinds[type_name], inputs, session)


def test_ec2_answers_from_what_the_account_holds(account: Account) -> None:
    """moto: names, duplicates, groups that are not there; the id is the stand-in's own."""
    group = account.create(SG)
    rule = account.create(EGRESS, securityGroupId=group)
    account.update(EGRESS, rule, securityGroupId=group, description="the same rule, updated")
    other = "sg-0123456789abcdef1"
    taken: list[tuple[Callable[[], object], str]] = [
        (lambda: account.create(SG), "InvalidGroup.Duplicate"),
        (lambda: account.create(EGRESS, securityGroupId=group), "InvalidPermission.Duplicate"),
        (lambda: account.create(EGRESS, securityGroupId=other), "InvalidGroup.NotFound"),
        (lambda: account.create(EGRESS, securityGroupId=group, cidrIpv4=GONE,
                                referencedSecurityGroupId=other), "InvalidGroup.NotFound"),
        (lambda: account.create(SG, vpcId="vpc-1"), "InvalidVpcID.NotFound"),
        (lambda: account.create(SG, vpcId=GONE), "VPCIdNotSpecified"),
        (lambda: account.create(EGRESS, securityGroupId=group, cidrIpv4=GONE,
                                prefixListId="pl-12345678"), "InvalidPrefixListID.NotFound"),
    ]  # fmt: skip
    for attempt, code in taken:
        with pytest.raises(CloudError, match=f"api error {code}: "):
            attempt()
    account.create(EGRESS, securityGroupId=group, cidrIpv4=GONE, referencedSecurityGroupId=group)
    account.delete(SG, group)  # A group's own rules do not keep it.

    assert {} == account.records[EGRESS]


def test_ec2_counts_sixty_rules_of_each_family(account: Account) -> None:
    """IPv4 and IPv6 apart, as the quota says, although moto alone would add them up."""
    group = account.create(SG)
    for port in range(60):
        ports = {"fromPort": port, "toPort": port, "securityGroupId": group}
        account.create(EGRESS, **ports)
        account.create(EGRESS, cidrIpv4=GONE, cidrIpv6="::/0", **ports)
    for family in ({}, {"cidrIpv4": GONE, "cidrIpv6": "::/0"}):
        with pytest.raises(CloudError, match="RulesPerSecurityGroupLimitExceeded: The maximum"):
            account.create(EGRESS, securityGroupId=group, **family, fromPort=61, toPort=61)


def test_a_prefix_list_counts_as_the_most_it_can_hold(account: Account) -> None:
    """59 entries and one more rule are 60; the next is one too many, of that family only."""
    group = account.create(SG)
    listed = account.create(PREFIX_LIST, maxEntries=59)
    of_list = {"securityGroupId": group, "cidrIpv4": GONE, "prefixListId": listed}
    first = account.create(EGRESS, **of_list)
    account.create(EGRESS, securityGroupId=group)
    with pytest.raises(CloudError) as refused:
        account.create(EGRESS, securityGroupId=group, fromPort=80, toPort=80)
    account.create(EGRESS, securityGroupId=group, cidrIpv4=GONE, cidrIpv6="::/0")
    with pytest.raises(
        CloudError, match=r"api error DependencyViolation: .* has a dependent object"
    ):
        account.delete(PREFIX_LIST, listed)
    account.delete(EGRESS, first)
    account.delete(PREFIX_LIST, listed)

    assert (
        "operation error EC2: AuthorizeSecurityGroupEgress, api error "
        "RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been "
        "reached. (61 IPv4 rules; a prefix list counts as its maxEntries)"
    ) == str(refused.value)


def test_a_prefix_list_of_the_world_counts_too(tmp_path: Path) -> None:
    """One that the platform team made, in its own family."""
    rows = [{"id": "pl-12345678", "region": "eu-west-1", "family": "IPv6", "max_entries": 61}]
    vpcs = [{"id": VPC, "region": "eu-west-1", "cidr": "10.23.0.0/16"}]
    around = world.from_data({"vpcs": vpcs, "prefix_lists": rows})
    session = Session(Store("trial", tmp_path), around, {"region": "eu-west-1"})
    account = Account(CLOUD, session, BASE)
    group = account.create(SG)
    with pytest.raises(CloudError, match="61 IPv6 rules"):
        account.create(EGRESS, securityGroupId=group, cidrIpv4=GONE, prefixListId="pl-12345678")


def test_a_referenced_group_cannot_be_deleted(account: Account) -> None:
    """A group cannot be deleted while a rule of another group names it."""
    group, other = account.create(SG), account.create(SG, name="other")
    account.create(EGRESS, cidrIpv4=GONE, referencedSecurityGroupId=group, securityGroupId=other)
    with pytest.raises(CloudError, match=f"DependencyViolation: resource {group} has a depend"):
        account.delete(SG, group)


def endpoints(account: Account) -> list[str]:
    """The endpoints of a new firewall."""
    account.create(RULE_GROUP)
    account.create(POLICY)
    states = account.outputs(FIREWALL, account.create(FIREWALL))["firewallStatuses"][0]
    return [state["attachments"][0]["endpointId"] for state in states["syncStates"]]


def test_a_route_leads_to_an_endpoint_that_is_there(account: Account) -> None:
    """A destination once a table, in the endpoint's network; a new target is set in place."""
    first, second = endpoints(account)
    route = account.create(ROUTE, vpcEndpointId=first)
    account.update(ROUTE, route, vpcEndpointId=second)
    account.create(
        ROUTE, vpcEndpointId=first, routeTableId=PUBLIC, destinationCidrBlock="10.23.0.0/22"
    )
    table = "rtb-0a1b2c3d4e5f5000a"  # Another VPC's.
    nat = {"vpcEndpointId": GONE, "natGatewayId": "nat-0d4e5f6071829000a"}
    account.create(ROUTE, **nat, destinationCidrBlock="192.0.2.0/24")
    refused: list[tuple[dict[str, Any], str]] = [
        ({}, f"RouteAlreadyExists: The route identified by {route} already exists."),
        ({"routeTableId": PUBLIC},
         "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists."),
        ({"destinationCidrBlock": "10.23.0.0/16"},
         "RouteAlreadyExists: The route identified by 10.23.0.0/16 already exists."),
        ({"routeTableId": "rtb-12345678"},
         "InvalidRouteTableID.NotFound: The routeTable ID 'rtb-12345678' does not exist "
         "(sandbox/world.yaml has none of that id in eu-west-1)"),
        ({"destinationCidrBlock": "192.0.3.0/24", "vpcEndpointId": "vpce-0"},
         "InvalidVpcEndpointId.NotFound: The VpcEndpoint ID 'vpce-0' does not exist"),
        ({"destinationCidrBlock": "192.0.3.0/24", "vpcEndpointId": GONE, "gatewayId": "igw-0"},
         "InvalidGatewayId.NotFound: The Gateway ID 'igw-0' does not exist"),
        ({"routeTableId": table}, f"InvalidParameterValue: route table {table} and network gateway "
         f"{first} belong to different networks"),
        ({"destinationCidrBlock": "10.23.0.10/32"},
         "InvalidParameterValue: The destination CIDR block 10.23.0.10/32 is more specific than the "
         "VPC's CIDR block 10.23.0.0/16: it must be a whole subnet (10.23.0.0/22, 10.23.254.0/28, "
         "10.23.254.16/28, 10.23.255.0/28, 10.23.255.16/28, 10.23.8.0/22)"),
    ]  # fmt: skip
    for edits, answer in refused:
        with pytest.raises(CloudError) as error:
            account.create(ROUTE, **{"vpcEndpointId": first, **edits})
        assert f"operation error EC2: CreateRoute, api error {answer}" == str(error.value)

    assert "r-rtb-0d4e5f6071825000a1080289494" == route


def test_a_route_may_be_for_ipv6_or_a_prefix_list(account: Account) -> None:
    """Through a gateway of the platform team; the list is then in use."""
    listed = account.create(PREFIX_LIST)
    through = {"vpcEndpointId": GONE, "natGatewayId": "nat-0d4e5f6071829000a",
               "destinationCidrBlock": GONE}  # fmt: skip
    account.create(ROUTE, **through, destinationIpv6CidrBlock="::/0")
    route = account.create(ROUTE, **through, destinationPrefixListId=listed)
    with pytest.raises(CloudError, match=f"{listed} has a dependent object: {route}"):
        account.delete(PREFIX_LIST, listed)


def test_networks_are_looked_up(session: Session) -> None:
    """A VPC or subnet by its id; a route table by its id or by a subnet's, with what it holds."""
    network = CLOUD.invokes["aws:ec2/getVpc:getVpc"]({"id": VPC}, session)
    assert (VPC, "10.23.0.0/16", "eu-west-1") == (
        network["id"], network["cidrBlock"], network["region"]
    )  # fmt: skip

    subnet = CLOUD.invokes["aws:ec2/getSubnet:getSubnet"]({"id": SUBNETS[0]}, session)
    find_table = CLOUD.invokes["aws:ec2/getRouteTable:getRouteTable"]
    table = find_table({"routeTableId": PUBLIC}, session)

    assert (VPC, "eu-west-1a", "10.23.255.0/28") == (
        subnet["vpcId"], subnet["availabilityZone"], subnet["cidrBlock"]
    )  # fmt: skip
    assert (VPC, PUBLIC) == (table["vpcId"], table["routeTableId"])
    assert table == find_table({"subnetId": "subnet-0d4e5f6071829000a"}, session)
    assert [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-0d4e5f60718290000"}] == table["routes"]


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        ("aws:ec2/getSubnet:getSubnet", {"id": "subnet-1"},
         "operation error EC2: DescribeSubnets, api error InvalidSubnetID.NotFound: The subnet ID "
         "'subnet-1' does not exist (sandbox/world.yaml has none of that id in eu-west-1)"),
        ("aws:ec2/getSubnet:getSubnet", {"id": SUBNETS[0], "region": "us-east-1"},
         "operation error EC2: DescribeSubnets, api error InvalidSubnetID.NotFound: The subnet ID "
         f"'{SUBNETS[0]}' does not exist (sandbox/world.yaml has none of that id in us-east-1)"),
        ("aws:ec2/getSubnet:getSubnet", {"id": SUBNETS[0], "vpcId": VPC},
         "the stand-in looks a subnet up by id alone: leave out vpcId"),
        ("aws:ec2/getVpc:getVpc", {"id": VPC, "region": "us-east-1"},
         "operation error EC2: DescribeVpcs, api error InvalidVpcID.NotFound: The vpc ID "
         f"'{VPC}' does not exist (sandbox/world.yaml has none of that id in us-east-1)"),
        ("aws:ec2/getRouteTable:getRouteTable", {"routeTableId": "rtb-1"},
         "operation error EC2: DescribeRouteTables, api error InvalidRouteTableID.NotFound: The "
         "route table ID 'rtb-1' does not exist (sandbox/world.yaml has none of that id in "
         "eu-west-1)"),
        ("aws:ec2/getRouteTable:getRouteTable", {},
         "the stand-in looks a route table up by routeTableId alone"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(
    session: Session, token: str, inputs: Inputs, message: str
) -> None:
    """In EC2's words, with where to add it."""
    with pytest.raises(CloudError) as refused:
        CLOUD.invokes[token](inputs, session)

    assert message == str(refused.value)


def test_the_world_has_what_inspection_needs() -> None:
    """In every VPC two zones, each with a subnet and a table of each kind, in the VPC's range."""
    around = world.load()
    for (_, vpc), row in around.vpcs.items():
        subnets = [subnet for subnet in around.subnets.values() if subnet["vpc"] == vpc]
        names = {subnet["name"].removeprefix(f"{row['name']}-") for subnet in subnets}

        # The inspection VPC is for others, and its stack makes the firewall's subnets.
        own = ("transit",) if row["name"] == "inspection" else ("firewall", "protected")

        assert {f"{kind}-{zone}" for kind in (*own, "public") for zone in "ab"} == names
        assert all(
            around.route_tables["eu-west-1", subnet["table"]]["vpc"] == vpc for subnet in subnets
        )
        assert PROTECTED in {table["id"] for table in around.route_tables.values()}


@pytest.mark.parametrize(
    "kind", [EGRESS, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"]
)
def test_another_kind_of_peer_replaces_a_rule(kind: str) -> None:
    """The provider cannot change a rule's kind of peer; another peer of the same kind it can."""
    rule = CLOUD.kinds[kind]
    old = {"cidrIpv4": "10.0.0.0/8", "securityGroupId": "sg-0123456789abcdef0"}

    def replaced(new: Inputs) -> bool:
        return any(rule.replaces(change) for change in changes(old, new))

    assert replaced({"prefixListId": "pl-1", "securityGroupId": old["securityGroupId"]})
    assert replaced({**old, "securityGroupId": "sg-0123456789abcdef1"})
    assert not replaced({**old, "cidrIpv4": "10.0.0.0/9", "description": "x"})
