"""Ids of Azure: whichever case somebody or Azure itself writes them in, they mean the same.

Azure's pages say that ids are told apart whatever their case; the logs of Azure Monitor have them in
capitals, and answers of the API vary in `resourceGroups` and the provider's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, Final

import pytest
from azure_path import Compile
from sample import AZURE, ONE

from wsus_egress.config.base import json_schema
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.environment import Environment
from wsus_egress.review.unguarded import unguarded

IN: Final = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network"
SUBNET: Final = f"{IN}/virtualNetworks/vnet/subnets/snet"
_ENTRY: Final = {"virtualNetwork": "vnet", "name": "snet", "addressPrefix": "10.20.0.0/24"}
# Every setting that takes an id, and a target that has it.
TARGETS: Final[dict[str, dict[str, Any]]] = {
    "firewallPolicy.id": {"firewallPolicy": {"id": f"{IN}/firewallPolicies/afwp"}},
    "firewallPolicy.basePolicy": {
        "firewallPolicy": {"name": "afwp", "basePolicy": f"{IN}/firewallPolicies/base"}
    },
    "firewall.virtualNetwork firewall.publicIpPrefix firewall.workspace": {
        "firewallPolicy": {"name": "afwp", "mode": "full"},
        "firewall": {
            "name": "afw",
            "virtualNetwork": f"{IN}/virtualNetworks/vnet",
            "publicIpPrefix": f"{IN}/publicIPPrefixes/ippre",
            "workspace": f"{IN.replace('Network', 'OperationalInsights')}/workspaces/logs",
        },
    },
    "ipGroupIds": {"ipGroupIds": {"one": f"{IN}/ipGroups/ipg"}},
    "networkSecurityGroup.applicationSecurityGroups": {
        "networkSecurityGroup": {
            "applicationSecurityGroups": {"one": f"{IN}/applicationSecurityGroups/asg"}
        }
    },
    "dnsSecurityPolicy.virtualNetwork": {
        "dnsSecurityPolicy": {"virtualNetwork": f"{IN}/virtualNetworks/vnet"}
    },
    "subnets.importId": {"subnets": [{**_ENTRY, "importId": SUBNET}]},
    "subnets.networkSecurityGroup subnets.routeTable": {
        "routeTable": {"firewallAddress": "10.20.255.4"},
        "subnets": [
            {
                **_ENTRY,
                "networkSecurityGroup": f"{IN}/networkSecurityGroups/wsus-nsg",
                "routeTable": f"{IN}/routeTables/wsus-route-table",
            }
        ],
    },
}
_SUBSCRIPTIONS: Final = "/[Ss][Uu][Bb][Ss][Cc][Rr][Ii][Pp][Tt][Ii][Oo][Nn][Ss]/"
CASES: Final[tuple[Callable[[str], str], ...]] = (str.upper, str.lower)


def recased(value: Any, case: Callable[[str], str]) -> Any:
    """Settings with every id in another case."""
    if isinstance(value, dict):
        return {key: recased(part, case) for key, part in value.items()}
    if isinstance(value, list):
        return [recased(part, case) for part in value]
    return case(value) if isinstance(value, str) and value.startswith("/subscriptions/") else value


def _folded(value: Any) -> str:
    return repr(value).casefold()


def _settings(schema: Any, definitions: dict[str, Any], path: str = "") -> Iterator[str]:
    """The settings whose form is that of an id, as the JSON Schema has them."""
    if isinstance(schema, list):
        for each in schema:
            yield from _settings(each, definitions, path)
    elif isinstance(schema, dict):
        if _SUBSCRIPTIONS in str(schema.get("pattern")):
            yield path
        if isinstance(named := schema.get("$ref"), str):
            yield from _settings(definitions[named.rpartition("/")[2]], definitions, path)
        for name, below in schema.get("properties", {}).items():
            yield from _settings(below, definitions, f"{path}.{name}".strip("."))
        for key in {"items", "anyOf", "allOf", "oneOf", "additionalProperties"} & schema.keys():
            yield from _settings(schema[key], definitions, path)


def test_every_setting_with_an_id_is_tried() -> None:
    """A new one is missed here until it has a target above."""
    schema = json_schema(AzureTarget, "")
    found = {*_settings(schema, schema["$defs"])}

    assert found == {each for key in TARGETS for each in key.split()}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("own", TARGETS.values(), ids=TARGETS)
def test_a_target_is_the_same(
    compiled: Compile, own: dict[str, Any], case: Callable[[str], str]
) -> None:
    """Neither refused, nor with other resources or assumptions."""
    _, controls = compiled(own, servers=[ONE])
    _, others = compiled(recased(own, case), servers=[ONE])

    for one, other in zip(controls, others, strict=True):
        assert _folded(one.documents("wsus")) == _folded(other.documents("wsus"))
        assert _folded([asdict(each) for each in one.assumptions]) == _folded(
            [asdict(each) for each in other.assumptions]
        )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("own", TARGETS.values(), ids=TARGETS)
def test_another_case_takes_no_protection_away(
    environment: Callable[..., Environment], own: dict[str, Any], case: Callable[[str], str]
) -> None:
    """A review of the change has nothing to say."""
    before, after = (
        environment(aws=None, azure={**AZURE, **each}, servers=[ONE])
        for each in (own, recased(own, case))
    )

    assert [] == [*unguarded(before, after)]
