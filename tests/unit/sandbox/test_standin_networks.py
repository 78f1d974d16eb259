"""Networks that a stack makes in the stand-in for EC2: subnets, route tables, what joins them."""

from __future__ import annotations

from typing import Any

import pytest
from standin import GONE, Account, Case, Inputs, changed, said
from standin_aws import (
    BASE,
    FIREWALL,
    POLICY,
    PROTECTED,
    ROUTE,
    ROUTE_TABLE,
    RULE_GROUP,
    SUBNET,
    SUBNETS,
    TABLE_ASSOCIATION,
)

from providers.aws import CLOUD
from providers.aws.ec2.networks import route_tables, subnets
from providers.errors import CloudError
from providers.kind import Session

ELSEWHERE = "vpc-0a1b2c3d4e5f60718"
TRANSIT = "tgw-0123456789abcdef0"
NO_BLOCK = (
    "InvalidParameterValue: Value (10.23.0.0/30) for parameter cidrBlock is invalid. This is not a "
    "valid CIDR block of /16 to /28."
)
ROUTES = "the stand-in keeps routes as resources: use aws.ec2.Route"


class Kept(Account):
    """An account whose content the provider's store has too, for what looks there."""

    def create(self, type_name: str, **edits: Any) -> str:
        """Create, and keep."""
        id_ = super().create(type_name, **edits)
        self._store()
        return id_

    def delete(self, type_name: str, id_: str) -> None:
        """Delete, and keep."""
        super().delete(type_name, id_)
        self._store()

    def _store(self) -> None:
        with self.session.store.change() as held:
            held.clear()
            held.update(self.records)


@pytest.fixture
def account(session: Session) -> Kept:
    """An empty account."""
    return Kept(CLOUD, session, BASE)


CASES: list[Case] = [
    (SUBNET, {"cidrBlock": "10.23.0.0/30"}, "cidrBlock", NO_BLOCK),
    (SUBNET, {"cidrBlock": "10.23.0.1/24"}, "cidrBlock",
     NO_BLOCK.replace("10.23.0.0/30", "10.23.0.1/24")),
    (SUBNET, {"cidrBlock": GONE}, "cidrBlock", "the stand-in chooses no cidrBlock: give it"),
    (SUBNET, {"availabilityZone": GONE}, "availabilityZone",
     "the stand-in chooses no availabilityZone: give it"),
    (SUBNET, {"tags": {"aws:x": "y"}}, 'tags["aws:x"]',
     "InvalidParameterValue: Tag keys starting with 'aws:' are reserved: 'aws:x'"),
    (ROUTE_TABLE, {"routes": []}, "routes", ROUTES),
    (ROUTE_TABLE, {"propagatingVgws": []}, "propagatingVgws", ROUTES),
    (ROUTE_TABLE, {"vpcId": GONE}, "vpcId", "missing required property 'vpcId'"),
    (TABLE_ASSOCIATION, {"subnetId": GONE}, "subnetId",
     "one of `gateway_id,subnet_id` must be specified"),
    (TABLE_ASSOCIATION, {"gatewayId": "igw-1"}, "gatewayId",
     "the stand-in puts route tables on subnets alone"),
]  # fmt: skip


@pytest.mark.parametrize(("type_name", "edits", "path", "message"), CASES)
def test_inputs_are_refused(
    session: Session, type_name: str, edits: Inputs, path: str, message: str
) -> None:
    """Each mistake is refused at its property, in EC2's words or the stand-in's."""
    found = said(CLOUD.kinds[type_name], changed(BASE[type_name], edits), session)

    assert [(path, message)] == found


def refusal(account: Kept, type_name: str, **edits: Any) -> str:
    """What EC2 answers to a create."""
    with pytest.raises(CloudError) as error:
        account.create(type_name, **edits)
    return str(error.value).partition("api error ")[2]


def test_a_subnet_lies_in_its_vpc_beside_others(account: Kept) -> None:
    """In a VPC that is there, in its range and region, over no other subnet."""
    first = account.create(SUBNET)
    account.update(SUBNET, first, mapPublicIpOnLaunch=True)

    assert "InvalidSubnet.Range: The CIDR '10.24.0.0/24' is invalid." == refusal(
        account, SUBNET, cidrBlock="10.24.0.0/24"
    )
    assert (
        f"InvalidSubnet.Conflict: The CIDR '10.23.128.128/25' conflicts with another subnet ({first})"
        == refusal(account, SUBNET, cidrBlock="10.23.128.128/25")
    )
    assert (
        "InvalidSubnet.Conflict: The CIDR '10.23.0.0/24' conflicts with another subnet "
        "(subnet-0d4e5f6071825000a)" == refusal(account, SUBNET, cidrBlock="10.23.0.0/24")
    )
    assert (
        "InvalidParameterValue: Value (us-east-1a) for parameter availabilityZone is invalid. It is "
        "not in eu-west-1." == refusal(account, SUBNET, availabilityZone="us-east-1a")
    )
    for kind in (SUBNET, ROUTE_TABLE):
        assert (
            "InvalidVpcID.NotFound: The vpc ID 'vpc-1' does not exist (sandbox/world.yaml has none "
            "of that id in eu-west-1)" == refusal(account, kind, vpcId="vpc-1")
        )


def test_a_table_is_put_on_a_subnet_once(account: Kept) -> None:
    """Both are there, in one VPC; the table stays as long as a subnet has it."""
    subnet, table = account.create(SUBNET), account.create(ROUTE_TABLE)
    other = account.create(ROUTE_TABLE)
    foreign = account.create(ROUTE_TABLE, vpcId=ELSEWHERE)
    both = {"subnetId": subnet, "routeTableId": table}
    joined = account.create(TABLE_ASSOCIATION, **both)
    account.update(TABLE_ASSOCIATION, joined, **{**both, "routeTableId": other})
    account.update(TABLE_ASSOCIATION, joined, **both)

    assert table == subnets(account.session)["eu-west-1", subnet]["table"]
    taken = (
        "Resource.AlreadyAssociated: the specified association for route table {} conflicts with an "
        "existing association"
    )
    assert taken.format(other) == refusal(
        account, TABLE_ASSOCIATION, **{**both, "routeTableId": other}
    )
    assert taken.format(table) == refusal(
        account, TABLE_ASSOCIATION, **{**both, "subnetId": SUBNETS[0]}
    )
    assert (
        f"InvalidParameterValue: Route table {foreign} and subnet {subnet} belong to different "
        "networks" == refusal(account, TABLE_ASSOCIATION, **{**both, "routeTableId": foreign})
    )
    assert "InvalidSubnetID.NotFound: The subnet ID 'subnet-1' does not exist" == refusal(
        account, TABLE_ASSOCIATION, **{**both, "subnetId": "subnet-1"}
    )
    assert "InvalidRouteTableID.NotFound: The routeTable ID 'rtb-1' does not exist" == refusal(
        account, TABLE_ASSOCIATION, **{**both, "routeTableId": "rtb-1"}
    )
    with pytest.raises(CloudError, match=f"The routeTable '{table}' has dependencies"):
        account.delete(ROUTE_TABLE, table)
    account.delete(TABLE_ASSOCIATION, joined)
    account.delete(ROUTE_TABLE, table)
    assert ("eu-west-1", table) not in route_tables(account.session)


def test_a_firewall_stands_in_a_subnet_of_the_stack(account: Kept) -> None:
    """Its endpoint is of the subnet's zone, which stays as long as the firewall does."""
    subnet = account.create(SUBNET)
    account.create(RULE_GROUP)
    account.create(POLICY)
    firewall = account.create(FIREWALL, subnetMappings=[{"subnetId": subnet}])
    (state,) = account.outputs(FIREWALL, firewall)["firewallStatuses"][0]["syncStates"]

    assert "eu-west-1a" == state["availabilityZone"]
    with pytest.raises(
        CloudError, match=f"The subnet '{subnet}' has dependencies .* \\({firewall}"
    ):
        account.delete(SUBNET, subnet)
    account.delete(FIREWALL, firewall)
    account.delete(SUBNET, subnet)


def test_routes_lead_to_a_transit_gateway_of_the_vpc(account: Kept) -> None:
    """From every VPC that is attached to it, and from no other; also in a table of the stack."""
    through = {"vpcEndpointId": GONE, "transitGatewayId": TRANSIT}
    table = account.create(ROUTE_TABLE, vpcId=ELSEWHERE)
    account.create(ROUTE, **through, routeTableId=table)
    account.create(ROUTE, **through, routeTableId="rtb-0b2c3d4e5f605000a")

    assert (
        f"InvalidParameterValue: route table {PROTECTED} and network gateway {TRANSIT} belong to "
        "different networks" == refusal(account, ROUTE, **through, routeTableId=PROTECTED)
    )


def test_made_networks_are_looked_up(account: Kept) -> None:
    """As those of `world.yaml` are, with the table that the stack put on the subnet."""
    subnet, table = account.create(SUBNET), account.create(ROUTE_TABLE)
    account.create(TABLE_ASSOCIATION, subnetId=subnet, routeTableId=table)
    find_subnet = CLOUD.invokes["aws:ec2/getSubnet:getSubnet"]
    find_table = CLOUD.invokes["aws:ec2/getRouteTable:getRouteTable"]
    found = find_table({"subnetId": subnet}, account.session)

    assert "servers" == find_subnet({"id": subnet}, account.session)["tags"]["Name"]
    assert table == found["routeTableId"]
    assert [subnet] == [each["subnetId"] for each in found["associations"]]
    assert [] == found["routes"]


def test_networks_are_found_by_filters(account: Kept) -> None:
    """The subnets of a VPC, the table that a subnet has; without one an empty list, and no main table is there."""
    subnet, table = account.create(SUBNET), account.create(ROUTE_TABLE)
    find = {name: CLOUD.invokes[f"aws:ec2/{name}:{name}"] for name in ("getSubnets", "getRouteTable", "getRouteTables")}  # fmt: skip
    vpc = CLOUD.invokes["aws:ec2/getSubnet:getSubnet"]({"id": subnet}, account.session)["vpcId"]
    in_vpc = {"name": "vpc-id", "values": [vpc]}
    of_it = {"filters": [in_vpc, {"name": "association.subnet-id", "values": [subnet]}]}

    assert subnet in find["getSubnets"]({"filters": [in_vpc]}, account.session)["ids"]
    assert [] == find["getRouteTables"](of_it, account.session)["ids"]
    account.create(TABLE_ASSOCIATION, subnetId=subnet, routeTableId=table)
    assert [table] == find["getRouteTables"](of_it, account.session)["ids"]
    main = {"filters": [in_vpc, {"name": "association.main", "values": ["true"]}]}
    with pytest.raises(CloudError, match="query returned no results"):
        find["getRouteTable"](main, account.session)
    with pytest.raises(CloudError, match="by one value each of vpc-id alone"):
        find["getSubnets"]({"filters": [{"name": "tag:x", "values": ["y"]}]}, account.session)


def test_a_firewall_policy_is_looked_up_as_the_provider_answers(session: Session) -> None:
    """Its blocks as lists, an override too; one that is not there in the service's words."""
    look_up = CLOUD.invokes["aws:networkfirewall/getFirewallPolicy:getFirewallPolicy"]
    body = {
        "policyVariables": {"ruleVariables": [{"key": "HOME_NET", "ipSet": {"definitions": ["10.0.0.0/8"]}}]},
        "statefulDefaultActions": ["aws:drop_strict"],
        "statefulEngineOptions": {"ruleOrder": "STRICT_ORDER"},
        "statefulRuleGroupReferences": [
            {"priority": 1, "resourceArn": "arn:a", "override": {"action": "DROP_TO_ALERT"}}, {"priority": 2, "resourceArn": "arn:b"},
        ],
        "statelessDefaultActions": ["aws:forward_to_sfe"],
    }  # fmt: skip
    with session.store.change() as held:
        held[POLICY] = {"arn:x/hub": {"firewallPolicy": body}}
    found = look_up({"arn": "arn:x/hub"}, session)
    (policy,) = found["firewallPolicies"]

    assert ("hub", [{"ruleOrder": "STRICT_ORDER", "flowTimeouts": []}]) == (
        found["name"],
        policy["statefulEngineOptions"],
    )
    assert [[{"action": "DROP_TO_ALERT"}], []] == [
        each["overrides"] for each in policy["statefulRuleGroupReferences"]
    ]
    assert [
        {"ruleVariables": [{"key": "HOME_NET", "ipSets": [{"definitions": ["10.0.0.0/8"]}]}]}
    ] == policy["policyVariables"]
    with pytest.raises(
        CloudError, match="ResourceNotFoundException: Firewall policy arn:x/none does not exist"
    ):
        look_up({"arn": "arn:x/none"}, session)
    with pytest.raises(CloudError, match="by arn alone"):
        look_up({"name": "hub"}, session)
