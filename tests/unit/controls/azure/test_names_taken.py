"""Priorities and names of an Azure target's rules: each is used once, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure_path import ASG, BASE_POLICY, rule
from sample import AZURE, policy

from wsus_egress.controls import compile_target
from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.model.environment import Environment

TABLE = {"firewallAddress": "10.20.255.4"}


def server(name: str, number: int, **own: Any) -> dict[str, Any]:
    """One server with one address that no other server has."""
    return {"name": name, "addresses": [f"10.20.{number // 250}.{number % 250 + 1}"], **own}


def permit(name: str) -> dict[str, Any]:
    """One network rule."""
    return {
        "name": name,
        "destinationPorts": [1688],
        "destinations": ["198.51.100.1"],
        "reason": "activation",
    }


def direct(*names: str) -> dict[str, Any]:
    """Settings with ranges past the firewall."""
    routes = [
        {
            "name": name,
            "addressPrefix": f"198.51.{100 + number}.0/24",
            "destinationPorts": [1688],
            "reason": "activation",
        }
        for number, name in enumerate(names)
    ]
    return {"routeTable": {**TABLE, "direct": routes}}


def grouped(names: list[str], **own: Any) -> dict[str, Any]:
    """Settings with an application security group for each of the names."""
    members = {name: f"{ASG}/{name}" for name in names}
    return {"networkSecurityGroup": {"applicationSecurityGroups": members, **own}}


@pytest.fixture
def problems(refused_target: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Every problem of a target's settings, some of them replaced."""

    def found(own: dict[str, Any], **settings: Any) -> list[str]:
        return refused_target(aws=None, azure={**AZURE, **own}, **settings)

    return found


def test_service_tags_take_two_priorities_a_group(problems: Callable[..., list[str]]) -> None:
    """Sixty sources with a group each run into the priorities of the synchronization."""
    servers = [server("hub", 0)]
    servers += [server(f"down-{n}", 10 + n, synchronizesFrom="hub") for n in range(30)]
    clients = [
        {"name": f"pc-{n}", "addresses": [f"10.20.9.{n + 1}"], "updatesFrom": "microsoft-update"}
        for n in range(59)
    ]
    names = [each["name"] for each in (*servers, *clients)]
    own = grouped(names, destinations="service-tags")

    assert [
        "azure.networkSecurityGroup.applicationSecurityGroups: 60 application security groups x 2 "
        "rules take 120 priorities, and there is room for 100; write destinations: internet, or "
        "leave the application security groups out"
    ] == problems(own, servers=servers, clients=clients)


@pytest.mark.parametrize("kind", ["azure.routeTable.direct", "azure.networkRules"])
def test_rules_times_groups_need_room(problems: Callable[..., list[str]], kind: str) -> None:
    """Ten rules for forty groups each run into the rules that come after them."""
    servers = [server(f"one-{n}", n) for n in range(40)]
    names = [f"rule-{n}" for n in range(10)]
    own = (
        direct(*names)
        if kind == "azure.routeTable.direct"
        else {"networkRules": [permit(n) for n in names]}
    )

    assert [
        f"{kind}: 40 application security groups x 10 rules take 400 priorities, and there is room "
        "for 300; join some, or leave the application security groups out"
    ] == problems({**own, **grouped([each["name"] for each in servers])}, servers=servers)


def test_what_fits_has_every_priority_once(environment: Callable[..., Environment]) -> None:
    """As many rules and groups as there is room for: each direction uses each priority once."""
    servers = [server("hub", 0)]
    servers += [
        server(f"one-{n}", n, synchronizesFrom="hub", contentFrom="microsoft-update")
        for n in range(1, 50)
    ]
    names = [f"rule-{n}" for n in range(6)]
    own = {
        **direct(*names),
        "networkRules": [permit(n) for n in names],
        **grouped([each["name"] for each in servers], destinations="service-tags"),
    }
    built = environment(aws=None, azure={**AZURE, **own}, servers=servers)
    (group, *_) = compile_target(built, built.targets[0])
    assert isinstance(group, AzureNsg)

    assert 800 < len(group.rules)
    assert len(group.rules) == len({(rule.direction, rule.priority) for rule in group.rules})
    assert len(group.rules) == len({rule.id for rule in group.rules})


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"networkRules": [permit("kms"), permit("microsoft-update")]},
         "azure.networkRules[1].name: a rule of this project is called 'allow-microsoft-update' "
         "already; rename it"),
        ({"networkRules": [permit("to-hub")]},
         "azure.networkRules[0].name: a rule from servers is called 'allow-to-hub' already; rename "
         "it"),
        ({"networkRules": [permit("down-to-hub")]},
         "azure.networkRules[0].name: a rule from servers is called 'allow-down-to-hub' already; "
         "rename it"),
        ({**direct("kms"), "networkRules": [permit("direct-kms")]},
         "azure.routeTable.direct[0].name: a rule from azure.networkRules[0].name is called "
         "'allow-direct-kms' already; rename it"),
        ({"networkRules": [permit("deny-rest")]},
         "azure.networkRules[0].name: a rule of this project is called 'deny-rest' already; rename "
         "it"),
        ({"networkRules": [permit("names-http-https")]},
         "azure.networkRules[0].name: a rule of this project is called 'names-http-https' already; "
         "rename it"),
    ],
)  # fmt: skip
def test_a_name_that_is_taken_is_refused(
    problems: Callable[..., list[str]], own: dict[str, Any], expected: str
) -> None:
    """A name that the user gives must differ from every other rule's in the same control."""
    servers = [server("hub", 0), server("down", 1, synchronizesFrom="hub")]

    assert [expected] == problems(own, servers=servers)


def test_a_name_with_many_groups_is_told_once(problems: Callable[..., list[str]]) -> None:
    """The name is the same for every group: it is one mistake."""
    servers = [server("hub", 0), server("two", 1)]
    own = {"networkRules": [permit("microsoft-update")], **grouped(["hub", "two"])}

    assert [
        "azure.networkRules[0].name: a rule of this project is called 'allow-microsoft-update-1' "
        "already; rename it"
    ] == problems(own, servers=servers)


def test_parties_whose_rules_have_one_name(problems: Callable[..., list[str]]) -> None:
    """`a` asks `b-to-c` and `a-to-b` asks `c`: both rules would be `allow-a-to-b-to-c`."""
    servers = [
        server("aa", 0, synchronizesFrom="bb-to-cc"),
        server("bb-to-cc", 1),
        server("aa-to-bb", 2, synchronizesFrom="cc"),
        server("cc", 3),
    ]

    assert [
        "servers: two rules of the security group would be called 'allow-aa-to-bb-to-cc'; rename a "
        "server or a client group"
    ] == problems({}, servers=servers)


def test_the_name_of_another_owners_rule_is_free(
    environment: Callable[..., Environment],
) -> None:
    """Others' rules stand in collections of their own."""
    own = {
        **policy(basePolicy=BASE_POLICY, rules=[rule("kms", "allow", destinationPorts=[1688])]),
        "networkRules": [permit("kms")],
    }
    built = environment(aws=None, azure={**AZURE, **own})

    ids = [each.id for each in compile_target(built, built.targets[0])[-1].rules]

    assert {"kms", "others: kms"} <= set(ids)
