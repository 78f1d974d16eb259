"""The AWS side of a scratch world: a VPC with its subnets and route tables, lists, groups, accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Final

from invented.rows import Found, Held, Room, Row, name_for
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.network_firewall import NetworkFirewall
from wsus_egress.model.network_firewall_endpoints import FirewallEndpoint
from wsus_egress.model.other_rules import OtherRuleGroup
from wsus_egress.model.policy import EgressPolicy

REGION: Final = "aws:region"
_SOME_REGION: Final = "eu-west-1"
_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
_POLICY: Final = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
_RULE_GROUP: Final = "aws:networkfirewall/ruleGroup:RuleGroup"
# A VPC has 65,536 addresses at most ("Amazon VPC quotas", read 2026-11).
_LARGEST: Final = 16
# A VPC in which no server stands, for inspection: shared address space.
_INSPECTION: Final = IPv4Network("100.64.0.0/16")
_PRINCIPAL: Final = re.compile(
    r".*:(?:organization/(o-[a-z0-9]+)|ou/(o-[a-z0-9]+)/(ou-[a-z0-9-]+))"
)
_SMALL: Final = 28  # The smallest subnet, which is enough for an endpoint.
_NO_NETWORK_FIREWALL: Final = NetworkFirewall()


def of_aws(policy: EgressPolicy, target: AwsTarget, given: Mapping[str, str]) -> Found:
    """Invent what the AWS target and the parties' peers name.

    Args:
        policy: Has the parties, with their addresses.
        target: The target's settings.
        given: The provider settings of the environment's file.
    """
    firewall = target.network_firewall or _NO_NETWORK_FIREWALL
    zones = sorted(endpoint.zone for endpoint in firewall.endpoints)
    region = given.get(REGION) or (zones[0][:-1] if zones else _SOME_REGION)
    settings = {} if REGION in given else {REGION: region}
    networks, lines = _networks(policy, target, firewall, region)
    listed = [
        {
            "id": peer.prefix_list_id,
            "region": region,
            "family": "IPv6" if {each.version for each in party.addresses} == {6} else "IPv4",
            "max_entries": peer.max_entries,
        }
        for party in policy.parties
        if (peer := party.aws_peer) is not None and peer.prefix_list_id
    ]
    prefix_lists = {str(row["id"]): row for row in listed}
    groups = sorted(
        {
            peer.security_group_id
            for party in policy.parties
            if (peer := party.aws_peer) is not None and peer.security_group_id
        }
    )
    organization, members = _organization(firewall)
    world = {
        **networks,
        "prefix_lists": [prefix_lists[id_] for id_ in sorted(prefix_lists)],
        "organization": organization,
    }
    lines += [
        f"{id_}: a prefix list ({row['family']}) with room for {row['max_entries']} entries"
        for id_, row in sorted(prefix_lists.items())
    ]
    lines += [f"{id_}: a security group in {target.vpc_id}, without rules" for id_ in groups]
    lines += members
    if settings:
        lines.insert(
            0, f"{REGION} is not in the file: {region} is taken; a deployment to AWS needs it"
        )
    held: Held = {_GROUP: {id_: _group(id_, target, region) for id_ in groups}} if groups else {}
    others = {
        each.arn: _rule_group(each, region) for each in firewall.rule_groups if not each.managed
    }
    if firewall.logging and (logs := firewall.logging.existing_log_group):
        held[_LOG_GROUP] = {logs: {"name": logs, "region": region}}
        lines.append(f"{logs}: a log group of others")
    if others and firewall.mode != "rules-only":
        held[_RULE_GROUP] = others
        lines += [f"{arn}: a rule group of others" for arn in sorted(others)]
    if arn := firewall.existing_policy.arn:
        held[_POLICY] = {arn: _policy(firewall, arn, region)}
        lines.append(
            f"{arn}: a firewall policy of others, as existingPolicy says, without rule groups"
        )
    return Found(world, held, settings, tuple(lines), tuple(_unknown(firewall)))


@dataclass
class _Vpc:
    """The firewall's VPC while its subnets and route tables are put together."""

    id: str
    room: Room
    lines: list[str]
    subnets: dict[str, Row] = field(default_factory=dict)
    tables: dict[str, Row] = field(default_factory=dict)

    def subnet(self, id_: str, zone: str, cidr: str, table: str, name: str) -> None:
        """Add a subnet, unless it is there."""
        row = {"id": id_, "vpc": self.id, "zone": zone, "cidr": cidr, "table": table, "name": name}
        self.subnets.setdefault(id_, row)

    def table(self, id_: str, name: str, out: str, line: str = "") -> bool:
        """Add a route table that leads out by a gateway, or has no way out; False if it is there."""
        if id_ in self.tables:
            return False
        routes = [{"to": "0.0.0.0/0", "via": out}] if out else []
        self.tables[id_] = {"id": id_, "vpc": self.id, "routes": routes, "name": name}
        self.lines += [f"{id_}: {line}"] if line else []
        return True

    def add(self, endpoint: FirewallEndpoint, *, keeps: bool) -> None:
        """Add what one zone names: the servers' subnets, the firewall's, and the one behind it."""
        zone, protected = endpoint.zone, endpoint.protected_route_tables
        nat = name_for("nat", self.id, zone)
        for id_ in protected:
            line = (
                "the servers' route table, to a NAT gateway"
                if keeps
                else "the servers' route table, which has no way out yet; yours may have one already"
            )
            self.table(id_, "servers", nat if keeps else "", line)
        for number, cidr in enumerate(_inside(endpoint, self.room.block)):
            there = protected[min(number, len(protected) - 1)]
            self.subnet(name_for("subnet", self.id, str(cidr)), zone, str(cidr), there, "servers")
        for route in endpoint.return_routes:
            id_ = route.route_table_id
            line = "the route table of the subnet behind the firewall, to an Internet gateway"
            if self.table(id_, "public", name_for("igw", self.id), line):
                free = self.room.take(_SMALL)
                self.subnet(name_for("subnet", id_), zone, free, id_, "public")
        own, free = name_for("rtb", endpoint.subnet_id), self.room.take(_SMALL)
        self.lines.append(f"{endpoint.subnet_id}: the firewall's subnet in {zone}, {free}")
        self.subnet(endpoint.subnet_id, zone, free, own, "firewall")
        self.table(own, "firewall", nat)


def _networks(
    policy: EgressPolicy, target: AwsTarget, firewall: NetworkFirewall, region: str
) -> tuple[dict[str, list[Row]], list[str]]:
    """The VPCs, the subnets and route tables of the firewall's, and a line for each that is named."""
    own: dict[str, list[IPv4Network]] = {target.vpc_id: [], target.firewall_vpc: []}
    own |= {each.vpc_id: [] for each in firewall.associations}
    for party in policy.in_place("aws"):
        there = own.setdefault(party.aws_vpc_id or target.vpc_id, [])
        there += [each for each in party.addresses if isinstance(each, IPv4Network)]
    by_vpc: dict[str, list[FirewallEndpoint]] = {target.firewall_vpc: [*firewall.by_zone]}
    for associated in firewall.associations:
        by_vpc.setdefault(associated.vpc_id, []).append(associated)
    back = {id_: [*_back(endpoints)] for id_, endpoints in by_vpc.items()}
    blocks = {id_: _around(own[id_], back.get(id_, [])) for id_ in sorted(own)}
    lines = [f"{id_}: a VPC of {block} in {region}" for id_, block in blocks.items()]
    vpcs = [_Vpc(id_, Room(blocks[id_], [*own[id_], *back[id_]]), lines) for id_ in by_vpc]
    for vpc in vpcs:
        for endpoint in by_vpc[vpc.id]:
            vpc.add(endpoint, keeps=firewall.keep_default_routes)
    if attached := firewall.transit_gateway:
        lines.append(f"{attached.id}: a transit gateway, to which these VPCs are attached")
    found = {id_: row for vpc in vpcs for id_, row in vpc.subnets.items()}
    tables = {id_: row for vpc in vpcs for id_, row in vpc.tables.items()}
    rows = {
        "vpcs": [
            {"id": id_, "region": region, "cidr": str(block), "name": "invented"}
            for id_, block in blocks.items()
        ],
        "subnets": [found[id_] for id_ in sorted(found)],
        "route_tables": [tables[id_] for id_ in sorted(tables)],
        **({"gateways": [{"id": attached.id, "vpcs": [*blocks]}]} if attached else {}),
    }
    return rows, lines


def _back(endpoints: list[FirewallEndpoint]) -> Iterator[IPv4Network]:
    """Where the ways back of these endpoints lead."""
    for endpoint in endpoints:
        for route in endpoint.return_routes:
            yield from (each for each in route.destinations if isinstance(each, IPv4Network))


def _around(own: list[IPv4Network], back: list[IPv4Network]) -> IPv4Network:
    """A VPC's block: it has every address that stands there, and is not itself a way back.

    It is larger than AWS's largest where the addresses lie far apart: there a VPC has several blocks.
    """
    if not own:
        return _INSPECTION
    block = own[0].supernet(new_prefix=min(_LARGEST, own[0].prefixlen))
    while block.prefixlen and not all(each.subnet_of(block) for each in own):
        block = block.supernet()
    return block.supernet() if block.prefixlen and block in back else block


def _inside(endpoint: FirewallEndpoint, block: IPv4Network) -> Iterator[IPv4Network]:
    """The destinations of the way back that are subnets of the VPC; others are of spokes."""
    if endpoint.protected_route_tables:
        for route in endpoint.return_routes:
            for each in route.destinations:
                if isinstance(each, IPv4Network) and each.subnet_of(block):
                    yield each


def _organization(firewall: NetworkFirewall) -> tuple[Row, list[str]]:
    """The organization with the accounts and units that rules are shared with."""
    manager = firewall.firewall_manager
    accounts = {each for each in firewall.share_with if each.isdigit()}
    units = set(manager.organizational_units) if manager else set()
    accounts |= set(manager.accounts) if manager else set()
    ids = set()
    for each in firewall.share_with:
        if found := _PRINCIPAL.fullmatch(each):
            ids.add(found[1] or found[2])
            units |= {found[3]} if found[3] else set()
    # An account is in one organization; another one is refused, as AWS refuses it.
    id_ = min(ids, default="o-exampleorg1")
    lines = [f"account {each}: in the organization {id_}" for each in sorted(accounts)]
    lines += [f"{each}: a unit of the organization {id_}" for each in sorted(units)]
    if ids and not lines:
        lines = [f"{id_}: the organization of the account"]
    return {"id": id_, "units": sorted(units), "accounts": sorted(accounts)}, lines


def _group(id_: str, target: AwsTarget, region: str) -> Row:
    about = "Invented: an environment names it as a peer"
    return {"name": id_, "description": about, "vpcId": target.vpc_id, "region": region}


def _rule_group(group: OtherRuleGroup, region: str) -> Row:
    rules = group.rules or "alert ip any any -> any any (sid:1;)"
    body = {
        "rulesSource": {"rulesString": rules},
        "statefulRuleOptions": {"ruleOrder": "STRICT_ORDER"},
    }
    return {
        "name": group.name, "type": "STATEFUL", "capacity": 100, "region": region, "ruleGroup": body,
    }  # fmt: skip


def _policy(firewall: NetworkFirewall, arn: str, region: str) -> Row:
    said = firewall.existing_policy
    body = {
        "statefulDefaultActions": list(said.stateful_default_actions),
        "statefulEngineOptions": {"ruleOrder": said.rule_order},
        "statelessDefaultActions": ["aws:forward_to_sfe"],
        "statelessFragmentDefaultActions": ["aws:forward_to_sfe"],
    }
    return {"name": arn.rpartition("/")[2], "region": region, "firewallPolicy": body}


def _unknown(firewall: NetworkFirewall) -> Iterator[str]:
    if firewall.logging and firewall.logging.bucket:
        yield f"the bucket {firewall.logging.bucket}: there is no S3 here, so nothing checks it"
    if firewall.logging and firewall.logging.delivery_stream:
        stream = firewall.logging.delivery_stream
        yield f"the delivery stream {stream}: there is no Firehose here, so nothing checks it"
