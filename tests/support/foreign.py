"""Small firewalls that somebody else wrote, in every format that `audit` reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

SERVER = "10.20.0.10"
# The names of the list `wsus`, without those that a wildcard has.
HOSTS = ("windowsupdate.microsoft.com", "download.microsoft.com", "ntservicepack.microsoft.com",
         "go.microsoft.com")  # fmt: skip
BELOW = ("windowsupdate.microsoft.com", "update.microsoft.com", "windowsupdate.com",
         "delivery.mp.microsoft.com")  # fmt: skip
NAMES = (*HOSTS, *(f"*.{name}" for name in BELOW))
STRICT = {"rule_order": "STRICT_ORDER"}
DROPS = "aws:drop_established_app_layer_to_server"
POLICY = "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/hub"
GROUP = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/wsus"


def suricata(
    home: str = "$HOME_NET", hosts: Sequence[str] = HOSTS, below: Sequence[str] = BELOW
) -> str:
    """Rules that pass the names, each by HTTP and by HTTPS."""
    lines = []
    for sid, (text, whole) in enumerate(
        [*((h, True) for h in hosts), *((f".{b}", False) for b in below)]
    ):
        start = " startswith;" if whole else ""
        lines.append(f'pass tls {home} any -> any 443 (tls.sni; content:"{text}"; nocase;{start} endswith; '
                     f"flow:to_server,established; sid:{2 * sid + 1};)")  # fmt: skip
        lines.append(f'pass http {home} any -> any 80 (http.host; content:"{text}";{start} endswith; '
                     f"flow:to_server,established; sid:{2 * sid + 2};)")  # fmt: skip
    return "\n".join(lines) + "\n"


def cli_group(text: str | None = None, **more: Any) -> dict[str, Any]:
    """An answer of `describe-rule-group`."""
    body: dict[str, Any] = {
        "RulesSource": {"RulesString": suricata() if text is None else text},
        "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"},
        "RuleVariables": {"IPSets": {"HOME_NET": {"Definition": ["10.20.0.0/16"]}}},
        **more,
    }
    return {
        "RuleGroup": body,
        "RuleGroupResponse": {"RuleGroupArn": GROUP, "RuleGroupName": "wsus"},
    }


def cli_policy(**more: Any) -> dict[str, Any]:
    """An answer of `describe-firewall-policy` whose policy uses that group."""
    body: dict[str, Any] = {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatefulRuleGroupReferences": [{"ResourceArn": GROUP, "Priority": 10}],
        "StatefulDefaultActions": [DROPS],
        "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
        **more,
    }
    head = {"FirewallPolicyName": "hub", "FirewallPolicyArn": POLICY}
    return {"FirewallPolicy": body, "FirewallPolicyResponse": head}


def application_rule(names: Sequence[str] = NAMES, **more: Any) -> dict[str, Any]:
    """A rule of Azure Firewall as the API has it."""
    return {
        "ruleType": "ApplicationRule",
        "name": "wsus",
        "protocols": [{"protocolType": "Http", "port": 80}, {"protocolType": "Https", "port": 443}],
        "targetFqdns": list(names),
        "sourceAddresses": ["10.20.0.0/24"],
        **more,
    }


def network_rule(**more: Any) -> dict[str, Any]:
    """One by port, as the API has it."""
    return {
        "ruleType": "NetworkRule",
        "name": "web",
        "ipProtocols": ["TCP"],
        "sourceAddresses": [SERVER],
        "destinationAddresses": ["*"],
        "destinationPorts": ["443"],
        **more,
    }


def collection(
    *rules: Any, priority: int = 100, action: str = "Allow", name: str = "c"
) -> dict[str, Any]:
    """A rule collection, as the API has it."""
    return {
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
        "name": name,
        "priority": priority,
        "action": {"type": action},
        "rules": list(rules),
    }


def az_group(*collections: Any, priority: int = 200, name: str = "g") -> dict[str, Any]:
    """A rule collection group as `az` prints it."""
    head = "/subscriptions/0/resourceGroups/r/providers/Microsoft.Network"
    return {
        "id": f"{head}/firewallPolicies/p/ruleCollectionGroups/{name}",
        "name": name,
        "type": "Microsoft.Network/FirewallPolicies/RuleCollectionGroups",
        "priority": priority,
        "ruleCollections": list(collections),
    }


def az_nsg(*rules: Any) -> dict[str, Any]:
    """A network security group as `az` prints it."""
    head = "/subscriptions/0/resourceGroups/r/providers/Microsoft.Network"
    return {
        "id": f"{head}/networkSecurityGroups/n",
        "name": "n",
        "type": "Microsoft.Network/networkSecurityGroups",
        "securityRules": list(rules),
    }


def nsg_rule(name: str, priority: int, access: str = "Allow", **more: Any) -> dict[str, Any]:
    """An outbound rule of one."""
    return {
        "name": name, "priority": priority, "access": access, "direction": "Outbound",
        "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*",
        "destinationAddressPrefix": "Internet", "destinationPortRange": "443", **more,
    }  # fmt: skip


def arm(*resources: Any, **more: Any) -> dict[str, Any]:
    """An ARM template."""
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": list(resources), **more}


def plan(*resources: tuple[str, str, dict[str, Any]], unknown: Any = None, written: Any = None,
         **more: Any) -> dict[str, Any]:  # fmt: skip
    """A Terraform plan: each resource by type, name and values."""
    rows = [
        {
            "address": f"{type_}.{name}",
            "mode": "managed",
            "type": type_,
            "name": name,
            "values": values,
        }
        for type_, name, values in resources
    ]
    changes = [
        {
            "address": row["address"],
            "change": {
                "actions": ["create"],
                "after_unknown": (unknown or {}).get(row["address"], {}),
            },
        }
        for row in rows
    ]
    configured = [
        {"address": row["address"], "expressions": (written or {}).get(row["address"], {})}
        for row in rows
    ]
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": rows}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configured}},
        **more,
    }


def group_of_terraform(text: str | None = None, **more: Any) -> dict[str, Any]:
    """The values of an aws_networkfirewall_rule_group."""
    body = {
        "rules_source": [{"rules_string": suricata() if text is None else text}],
        "stateful_rule_options": [STRICT],
        "rule_variables": [
            {"ip_sets": [{"key": "HOME_NET", "ip_set": [{"definition": [SERVER]}]}]}
        ],
    }
    return {"name": "wsus", "rules": None, "rule_group": [body], **more}


def policy_of_terraform(**more: Any) -> dict[str, Any]:
    """The values of an aws_networkfirewall_firewall_policy."""
    body = {
        "stateful_default_actions": [DROPS],
        "stateful_engine_options": [STRICT],
        "stateful_rule_group_reference": [{"priority": 10}],
        "stateless_default_actions": ["aws:forward_to_sfe"],
        **more,
    }
    return {"name": "hub", "firewall_policy": [body]}


def text_of(value: Any) -> str:
    """As a tool prints it."""
    return json.dumps(value, indent=2) + "\n"
