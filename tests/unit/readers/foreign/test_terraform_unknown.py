"""What a plan does not know is never a rule that is not there: dynamic blocks, whole lists, separate rules."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import foreign as f
import pytest
from click.testing import CliRunner

from wsus_egress.cli.main import main

EVERY = "0.0.0.0/0"
WEB = [{"protocol": "tcp", "from_port": p, "to_port": p, "cidr_blocks": [EVERY]} for p in (80, 443)]
ENTRY = {"rule_no": 100, "action": "allow", "protocol": "6", "cidr_block": EVERY,
         "from_port": 0, "to_port": 65535}  # fmt: skip
SG, ACL, LIST = "aws_security_group.web", "aws_network_acl.a", "aws_ec2_managed_prefix_list.l"
NSG = "azurerm_network_security_group.n"
FIREWALL = (
    ("aws_networkfirewall_rule_group", "w", f.group_of_terraform(arn=f.GROUP)),
    ("aws_networkfirewall_firewall_policy", "hub", f.policy_of_terraform(
        stateful_rule_group_reference=[{"priority": 10, "resource_arn": f.GROUP}])),
)  # fmt: skip
AWS = (
    ("aws_security_group", "web", {"id": "sg-0000000a", "name": "web", "egress": WEB}),
    ("aws_network_interface", "eni", {"private_ips": [f.SERVER], "security_groups": ["sg-0000000a"]}),
    ("aws_network_acl", "a", {"egress": [ENTRY]}),
    *FIREWALL,
)  # fmt: skip
NSG_RULE = {
    "name": "web", "priority": 100, "direction": "Outbound", "access": "Allow", "protocol": "*",
    "source_address_prefix": "*", "source_port_range": "*", "destination_address_prefix": "*",
    "destination_port_range": "*",
}  # fmt: skip
AZURE_RULE = {
    "name": "r", "source_ip_groups": ["/x/ipGroups/g"], "destination_fqdns": list(f.NAMES),
    "protocols": [{"type": "Http", "port": 80}, {"type": "Https", "port": 443}],
}  # fmt: skip
AZURE = (
    ("azurerm_network_security_group", "n", {"name": "n", "security_rule": [NSG_RULE]}),
    ("azurerm_ip_group", "g", {"id": "/x/ipGroups/g", "name": "g", "cidrs": [f.SERVER]}),
    ("azurerm_firewall_policy_rule_collection_group", "c", {
        "name": "c", "priority": 200,
        "application_rule_collection": [
            {"name": "c", "priority": 100, "action": "Allow", "rule": [AZURE_RULE]}]}),
)  # fmt: skip


def audited(tmp_path: Path, plan: dict[str, Any]) -> list[str]:
    """The verdicts of a plan."""
    path = tmp_path / "plan.json"
    path.write_text(f.text_of(plan), encoding="utf-8")
    told = CliRunner().invoke(main, ["audit", str(path), "--source", f.SERVER, "--format", "json"])
    return [target["fidelity"] for target in json.loads(told.output)["targets"]]


@pytest.mark.parametrize("resources", [AWS, AZURE], ids=["aws", "azure"])
def test_the_plans_are_exact(tmp_path: Path, resources: Any) -> None:
    """While all of them is known."""
    assert ["exact"] == audited(tmp_path, f.plan(*resources))


def parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values inside a resource's values."""
    if path:
        yield path
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, each in pairs:
        yield from parts(each, (*path, key))


def without(value: Any, path: tuple[Any, ...]) -> tuple[Any, Any]:
    """A value without what a path leads to, and the mark that says so, as Terraform writes them.

    `omitUnknowns` of jsonplan leaves an unknown property out, and puts null for an unknown entry of a list.
    """
    if not path:
        return None, True
    rest, mark = without(value[path[0]], path[1:])
    if isinstance(value, dict):
        left = {**value, path[0]: rest}
        return {k: v for k, v in left.items() if k != path[0] or len(path) > 1}, {path[0]: mark}
    marks: list[Any] = [{} if isinstance(each, dict) else False for each in value]
    marks[path[0]] = mark
    return [rest if n == path[0] else each for n, each in enumerate(value)], marks


# What decides nothing here: names, the only group's priority, its order, which the policy's own must be
# equal to, and the address that ties an interface to the source, without which each group is judged.
SILENT = {"name", "id", "arn", "private_ips", "stateful_rule_options"}
ONLY = ("firewall_policy", 0, "stateful_rule_group_reference", 0, "priority")
CUTS = [
    (resources, number, path)
    for resources in (AWS, AZURE)
    for number, (_, _, values) in enumerate(resources)
    for path in parts(values)
    if not SILENT & {*path} and path != ONLY
]


@pytest.mark.parametrize(
    "cut", CUTS, ids=lambda cut: f"{cut[0][cut[1]][0]}-{'.'.join(map(str, cut[2]))}"
)
def test_each_part_that_is_unknown(tmp_path: Path, cut: Any) -> None:
    """It may be what it was, and anything else: neither exact, nor surely different."""
    resources, number, path = cut
    type_, name, values = resources[number]
    left, mark = without(copy.deepcopy(values), path)
    rows = [*resources]
    rows[number] = (type_, name, left)

    assert ["unknown"] == audited(tmp_path, f.plan(*rows, unknown={f"{type_}.{name}": mark}))


def unwritten(
    address: str, key: str, *separate: tuple[str, str, dict[str, Any]], actions: str = "create"
) -> dict[str, Any]:
    """A plan with a resource whose rules are unknown, and with separate ones."""
    every = [
        (type_, name, {k: v for k, v in values.items() if (f"{type_}.{name}", k) != (address, key)})
        for type_, name, values in (*AWS, *AZURE)
    ]
    plan = f.plan(*every, *separate, unknown={address: {key: True}})
    for each in plan["resource_changes"]:
        each["change"]["actions"] = actions.split(",")
    return plan


OF = {"security_group_id": "sg-0000000a"}
RULES = [
    {"from_port": p, "to_port": p, "ip_protocol": "tcp", "cidr_ipv4": EVERY, **OF}
    for p in (80, 443)
]
SEPARATE: dict[str, tuple[str, str, list[tuple[str, str, dict[str, Any]]]]] = {
    "rules of a security group": (SG, "egress", [
        ("aws_vpc_security_group_egress_rule", f"r{n}", rule) for n, rule in enumerate(RULES)]),
    "older ones": (SG, "egress", [
        ("aws_security_group_rule", f"r{n}", {**rule, **OF, "type": "egress"}) for n, rule in enumerate(WEB)]),
    "entries of a network ACL": (ACL, "egress", [
        ("aws_network_acl_rule", "r", {**ENTRY, "rule_number": 100, "rule_action": "allow", "egress": True, "network_acl_id": ACL})]),
    "rules of a network security group": (NSG, "security_rule", [
        ("azurerm_network_security_rule", "r", {**NSG_RULE, "network_security_group_name": "n"})]),
    "addresses of an IP group": ("azurerm_ip_group.g", "cidrs", [
        ("azurerm_ip_group_cidr", "r", {"ip_group_id": "/x/ipGroups/g", "cidr": f.SERVER})]),
}  # fmt: skip


@pytest.mark.parametrize("name", SEPARATE)
def test_separate_rules_stand_for_those_inside(tmp_path: Path, name: str) -> None:
    """Of a new resource, whose own rules the cloud fills in from them."""
    address, key, separate = SEPARATE[name]

    assert ["exact", "exact"] == audited(tmp_path, unwritten(address, key, *separate))


@pytest.mark.parametrize("name", SEPARATE)
@pytest.mark.parametrize("actions", ["update", "no-op"])
def test_what_exists_keeps_its_rules_where_none_are_written(
    tmp_path: Path, name: str, actions: str
) -> None:
    """So unknown ones are those of a dynamic block."""
    address, key, separate = SEPARATE[name]

    assert "unknown" in audited(tmp_path, unwritten(address, key, *separate, actions=actions))


def test_separate_rules_of_a_group_whose_id_is_not_known(tmp_path: Path) -> None:
    """The configuration says whose they are, as in every first plan."""
    written = {"references": [f"{SG}.id", SG]}
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("aws_security_group", "web", {"name": "web"}),
        *(
            ("aws_vpc_security_group_egress_rule", f"r{n}", {k: v for k, v in rule.items() if k not in OF})
            for n, rule in enumerate(RULES)
        ),
        *FIREWALL,
    ]  # fmt: skip
    names = [f"aws_vpc_security_group_egress_rule.r{n}" for n in range(2)]
    unknown = {
        SG: {"egress": True, "id": True},
        **{key: {"security_group_id": True} for key in names},
    }
    tied = f.plan(
        *rows, unknown=unknown, written={key: {"security_group_id": written} for key in names}
    )

    assert ["exact"] == audited(tmp_path, tied)


INGRESS = ("aws_security_group_rule", "r", {**WEB[0], **OF, "type": "ingress"})


@pytest.mark.parametrize("separate", [(), (INGRESS,)], ids=["none", "inbound only"])
def test_a_dynamic_block_is_in_no_expression(tmp_path: Path, separate: Any) -> None:
    """Nothing in a plan tells it from no block: without separate rules on the way out it may hold any."""
    assert ["unknown", "exact"] == audited(tmp_path, unwritten(SG, "egress", *separate))


def test_the_entries_of_a_prefix_list_may_be_dynamic(tmp_path: Path) -> None:
    """Until separate entries name it."""
    to = [{**rule, "cidr_blocks": [], "prefix_list_ids": ["pl-0000000a"]} for rule in WEB]
    rows = [(t, n, {**v, "egress": to} if n == "web" else v) for t, n, v in AWS]
    values = {"id": "pl-0000000a", "name": "l"}
    entry = (
        "aws_ec2_managed_prefix_list_entry",
        "e",
        {"prefix_list_id": "pl-0000000a", "cidr": EVERY},
    )
    plans = [
        f.plan(
            *rows,
            ("aws_ec2_managed_prefix_list", "l", values),
            *more,
            unknown={LIST: {"entry": True}},
        )
        for more in ((), (entry,))
    ]

    assert [["unknown"], ["exact"]] == [audited(tmp_path, each) for each in plans]


def test_a_group_given_as_text_has_no_settings_that_count(tmp_path: Path) -> None:
    """The cloud fills them in, and only the apply knows them."""
    group = {"name": "wsus", "arn": f.GROUP, "rules": f.suricata(home=f.SERVER)}
    plan = f.plan(
        ("aws_networkfirewall_rule_group", "w", group), FIREWALL[1],
        unknown={"aws_networkfirewall_rule_group.w": {"rule_group": True}},
    )  # fmt: skip

    assert ["exact"] == audited(tmp_path, plan)


def test_groups_whose_priority_is_not_known_have_no_order(tmp_path: Path) -> None:
    """The one that drops may come first."""
    other = f.GROUP.replace("wsus", "other")
    references = [{"priority": 10, "resource_arn": f.GROUP}, {"resource_arn": other}]
    plan = f.plan(
        FIREWALL[0],
        ("aws_networkfirewall_rule_group", "o", f.group_of_terraform("pass tcp any any -> any any (sid:1;)\n", arn=other)),
        ("aws_networkfirewall_firewall_policy", "hub", f.policy_of_terraform(stateful_rule_group_reference=references)),
        unknown={"aws_networkfirewall_firewall_policy.hub": {"firewall_policy": [
            {"stateful_rule_group_reference": [{}, {"priority": True}]}]}},
    )  # fmt: skip
    path = tmp_path / "plan.json"
    path.write_text(f.text_of(plan), encoding="utf-8")
    told = CliRunner().invoke(main, ["audit", str(path), "--source", f.SERVER]).output

    assert (
        "the order of the rule groups of aws_networkfirewall_firewall_policy.hub is not known"
        in told
    )
