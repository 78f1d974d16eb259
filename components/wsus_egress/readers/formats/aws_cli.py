"""Answers of the AWS CLI's describe, list and get commands, as `--output json` writes them.

The shapes are those of botocore 1.44.5's service models of network-firewall, ec2 and route53resolver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final

from wsus_egress.readers.formats.things import Contents, Path, Thing, many, pick
from wsus_egress.readers.resources import UNKNOWN

_Part = Iterator[tuple[str, str, Mapping[str, Any], Path, tuple[str, ...]]]
# Kinds of rule group and policy whose bodies are others ("CreateRuleGroup", botocore 1.44.5).
_OTHER_TYPES: Final = ("FIREWALL", "IPS", "STATEFUL_DOMAIN")


def answer(found: Contents, data: Mapping[str, Any]) -> None:
    """One answer, of whichever command."""
    if data.get("NextToken"):
        found.gap("the answer has a NextToken, and so is not whole", path=("NextToken",))
    for key, read in _MEMBERS.items():
        if key in data:
            for kind, name, body, path, ids in read(found, data):
                every = frozenset(each.lower() for each in (*ids, name) if each)
                found.things.append(Thing(kind, name, body, found.file, path, every))


def _named(value: Any, *keys: str) -> tuple[str, ...]:
    return tuple(str(value[key]) for key in keys if isinstance(value, Mapping) and value.get(key))


def _rule_group(found: Contents, data: Mapping[str, Any]) -> _Part:
    head = data.get("RuleGroupResponse") or {}
    ids = _named(head, "RuleGroupName", "RuleGroupArn")
    name = ids[0] if ids else PurePath(found.file).stem
    if head.get("Type") in _OTHER_TYPES:
        found.gap(f"rule group {name} is of the type {head['Type']}, which is not read")
        return
    capacity = {"capacity": head["Capacity"]} if "Capacity" in head else {}
    body = {"rule_group": data["RuleGroup"], "type": head.get("Type"), **capacity}
    yield "rule-group", name, body, (), ids


def _policy(found: Contents, data: Mapping[str, Any]) -> _Part:
    ids = _named(data.get("FirewallPolicyResponse"), "FirewallPolicyName", "FirewallPolicyArn")
    name = ids[0] if ids else PurePath(found.file).stem
    yield "fw-policy", name, {"firewall_policy": data["FirewallPolicy"]}, (), ids


def _firewall(_: Contents, data: Mapping[str, Any]) -> _Part:
    body = data["Firewall"]
    yield (
        "firewall",
        str(body.get("FirewallName")),
        body,
        ("Firewall",),
        _named(body, "FirewallArn"),
    )


def _groups(_: Contents, data: Mapping[str, Any]) -> _Part:
    for number, each in enumerate(data["SecurityGroups"]):
        ids = _named(each, "GroupId", "SecurityGroupArn")
        name = each.get("GroupName") or each.get("GroupId")
        body = {
            "egress": list(_permissions(each.get("IpPermissionsEgress"))),
            "explicit": True,
            **{key: each[key] for key in ("VpcId", "GroupName", "Description") if key in each},
        }
        yield "sg", str(name), body, ("SecurityGroups", number), ids


def _permissions(entries: Any) -> Iterator[dict[str, Any]]:
    for each in many(entries):
        yield {
            "protocol": each.get("IpProtocol"),
            "from_port": each.get("FromPort"),
            "to_port": each.get("ToPort"),
            "cidr_blocks": [r.get("CidrIp") for r in many(each.get("IpRanges"))],
            "ipv6_cidr_blocks": [r.get("CidrIpv6") for r in many(each.get("Ipv6Ranges"))],
            "prefix_list_ids": [r.get("PrefixListId") for r in many(each.get("PrefixListIds"))],
            "security_groups": [r.get("GroupId") for r in many(each.get("UserIdGroupPairs"))],
        }


def _group_rules(_: Contents, data: Mapping[str, Any]) -> _Part:
    groups: dict[str, None] = {}
    for number, each in enumerate(data["SecurityGroupRules"]):
        group = str(each.get("GroupId"))
        groups[group] = None
        if each.get("IsEgress") is True:
            body = {**each, "security_group_id": group}
            if "ReferencedGroupInfo" in each:
                body["referenced_security_group_id"] = each["ReferencedGroupInfo"].get("GroupId")
            path: Path = ("SecurityGroupRules", number)
            name = str(each.get("SecurityGroupRuleId"))
            yield "sg-egress", name, body, path, ()
    for group in groups:
        yield "sg", group, {"explicit": True}, ("SecurityGroupRules",), (group,)


def _acls(_: Contents, data: Mapping[str, Any]) -> _Part:
    for number, each in enumerate(data["NetworkAcls"]):
        entries = [
            {**entry, "rule_no": entry.get("RuleNumber"), "action": entry.get("RuleAction")}
            for entry in many(each.get("Entries"))
        ]
        body = {
            "egress": [e for e in entries if e.get("Egress") is True],
            "subnet_ids": [a.get("SubnetId") for a in many(each.get("Associations"))],
        }
        ids = _named(each, "NetworkAclId")
        yield "acl", ids[0] if ids else "acl", body, ("NetworkAcls", number), ids


def _interfaces(_: Contents, data: Mapping[str, Any]) -> _Part:
    for number, each in enumerate(data["NetworkInterfaces"]):
        addresses = [a.get("PrivateIpAddress") for a in many(each.get("PrivateIpAddresses"))]
        body = {
            "private_ips": [*addresses, *many(each.get("PrivateIpAddress"))],
            "security_groups": [g.get("GroupId") for g in many(each.get("Groups"))],
            "subnet_id": each.get("SubnetId"),
        }
        ids = _named(each, "NetworkInterfaceId")
        yield "machine", ids[0] if ids else "eni", body, ("NetworkInterfaces", number), ids


def _reservations(_: Contents, data: Mapping[str, Any]) -> _Part:
    for number, each in enumerate(data["Reservations"]):
        for place, machine in enumerate(many(each.get("Instances"))):
            nics = many(machine.get("NetworkInterfaces"))
            groups = [g for nic in nics for g in many(nic.get("Groups"))]
            body = {
                "private_ips": [
                    *many(machine.get("PrivateIpAddress")), *(n.get("PrivateIpAddress") for n in nics)
                ],
                "security_groups": [
                    g.get("GroupId") for g in [*many(machine.get("SecurityGroups")), *groups]
                ],
                "subnet_id": machine.get("SubnetId"),
            }  # fmt: skip
            ids = _named(machine, "InstanceId")
            path: Path = ("Reservations", number, "Instances", place)
            yield "machine", ids[0] if ids else "instance", body, path, ids


def _subnets(_: Contents, data: Mapping[str, Any]) -> _Part:
    for number, each in enumerate(data["Subnets"]):
        ids = _named(each, "SubnetId")
        yield "aws-subnet", ids[0] if ids else "subnet", each, ("Subnets", number), ids


def _prefix_lists(_: Contents, data: Mapping[str, Any]) -> _Part:
    for number, each in enumerate(data["PrefixLists"]):
        ids = _named(each, "PrefixListId", "PrefixListName")
        yield "prefix-list", ids[0] if ids else "pl", {}, ("PrefixLists", number), ids


def _entries(found: Contents, data: Mapping[str, Any]) -> _Part:
    # The answer has no id of its list: the file's name may.
    name = PurePath(found.file).stem
    body = {"prefix_list_id": name, "cidrs": [e.get("Cidr") for e in many(data["Entries"])]}
    yield "prefix-entry", name, body, ("Entries",), (name,)


def _domains(found: Contents, data: Mapping[str, Any]) -> _Part:
    name = PurePath(found.file).stem
    yield "dns-list", name, {"domains": data["Domains"]}, ("Domains",), (name,)


def _dns_rules(_: Contents, data: Mapping[str, Any]) -> _Part:
    for number, each in enumerate(data["FirewallRules"]):
        body = {**each, "firewall_rule_group_id": each.get("FirewallRuleGroupId")}
        if "FirewallThreatProtectionId" in each:
            body["firewall_domain_list_id"] = UNKNOWN
        name = str(each.get("Name") or f"rule {number + 1}")
        yield "dns-rule", name, body, ("FirewallRules", number), ()


def _dns_links(_: Contents, data: Mapping[str, Any]) -> _Part:
    for number, each in enumerate(data["FirewallRuleGroupAssociations"]):
        path: Path = ("FirewallRuleGroupAssociations", number)
        yield "dns-link", str(each.get("Id")), each, path, ()


def _not_judged(what: str, key: str) -> Callable[[Contents, Mapping[str, Any]], _Part]:
    def read(found: Contents, _: Mapping[str, Any]) -> _Part:
        found.gap(f"{what} are not judged", path=(key,))
        yield from ()

    return read


# What decides about egress too: the others put machines, and so perhaps the source, behind groups.
_NOT_JUDGED: Final = {
    "RouteTables": "route tables", "LaunchTemplates": "launch templates",
    "LaunchTemplateVersions": "launch templates", "LaunchConfigurations": "launch configurations",
    "AutoScalingGroups": "Auto Scaling groups",
}  # fmt: skip


_MEMBERS: Final[Mapping[str, Callable[[Contents, Mapping[str, Any]], _Part]]] = {
    "RuleGroup": _rule_group, "FirewallPolicy": _policy, "Firewall": _firewall,
    "SecurityGroups": _groups, "SecurityGroupRules": _group_rules, "NetworkAcls": _acls,
    "NetworkInterfaces": _interfaces, "Reservations": _reservations, "Subnets": _subnets,
    "PrefixLists": _prefix_lists, "Entries": _entries, "Domains": _domains,
    "FirewallRules": _dns_rules, "FirewallRuleGroupAssociations": _dns_links,
    **{key: _not_judged(what, key) for key, what in _NOT_JUDGED.items()},
}  # fmt: skip


def is_answer(data: Mapping[str, Any]) -> bool:
    """Whether an object has the member of a command that is known."""
    for key in _MEMBERS:
        if key in data and (
            isinstance(data[key], list) or key in ("RuleGroup", "FirewallPolicy", "Firewall")
        ):
            return pick(data, "Resources") is None
    return False
