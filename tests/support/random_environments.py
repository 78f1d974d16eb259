"""Seeded random environments of both clouds, with what other people keep in the same policies."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import EndpointList
from wsus_egress.controls import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Scheme
from wsus_egress.model.policy import Endpoint
from wsus_egress.names.hosts import Pattern
from wsus_egress.problems import PolicyErrors

ARM = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network"
BASE = {"aws": 10, "azure": 20, "elsewhere": 30}


OWN_RANGE = "2600:1f18:abc::/48"
"""What a VPC has for its IPv6 block: an Internet address range, but inside."""


def host(rng: random.Random) -> str:
    """One to three short labels below com."""
    return ".".join([*(rng.choice("ab") for _ in range(rng.randint(1, 3))), "com"])


def settings(rng: random.Random) -> dict[str, Any]:
    """Settings of one or both clouds; some of them are refused."""
    clouds = rng.choice([["aws"], ["azure"], ["aws", "azure"]])
    places = [*clouds, "elsewhere"]
    ipv6 = rng.random() < 0.3
    servers: list[dict[str, Any]] = []
    for number in range(rng.randint(1, 3)):
        place = clouds[0] if not number else rng.choice(places)
        above = ["microsoft-update", *(server["name"] for server in servers)]
        addresses = [f"10.{BASE[place]}.{number}.{rng.choice(['10', '16/28', '10/32'])}"]
        if ipv6 and place == "aws" and rng.random() < 0.5:
            block = rng.choice(["fd00", OWN_RANGE.removesuffix("::/48")])
            addresses.append(f"{block}:{number}::10")
        servers.append(
            {
                "name": f"server{number}",
                "addresses": addresses,
                "location": place,
                "synchronizesFrom": rng.choice(above),
                "contentFrom": rng.choice(["upstream", "microsoft-update"]),
                "synchronizationPorts": rng.choice(
                    [{"http": 8530, "https": 8531}, {"http": 8530}, {"http": 80}, {"http": 9000}]
                ),
            }
        )
    clients = []
    for number in range(rng.randint(0, 2)):
        place = rng.choice(places)
        clients.append(
            {
                "name": f"clients{number}",
                "addresses": [f"10.{BASE[place]}.{64 + 4 * number}.0/22"],
                "location": place,
                "updatesFrom": rng.choice(["microsoft-update", *(s["name"] for s in servers)]),
            }
        )
    for number, party in enumerate([*servers, *clients]):
        if rng.random() < 0.15:
            peer = rng.choice(["securityGroupId", "prefixListId"])
            prefix = "sg" if peer == "securityGroupId" else "pl"
            party["awsPeer"] = {peer: f"{prefix}-0a1b2c3{number}"}
            if prefix == "pl":
                party["awsPeer"]["maxEntries"] = 2
    found: dict[str, Any] = {
        "mode": rng.choice(["restricted", "restricted", "restricted", "open"]),
        "lists": ["generated"],
        "schemes": rng.choice(["both", "as-listed"]),
        "servers": servers,
        "clients": clients,
        "ipv6": ipv6,
        "extraEndpoints": [
            {"pattern": f"*.x{host(rng)}", "schemes": ["https"], "owner": "o", "reason": "r"}
        ][: rng.randint(0, 1)],
    }
    if "aws" in clouds:
        found["aws"] = aws(rng)
        if ipv6:
            found["aws"]["ownRanges"] = [OWN_RANGE]
    if "azure" in clouds:
        found["azure"] = azure(rng, [p["name"] for p in (*servers, *clients) if p["location"] == "azure"])  # fmt: skip
    return found


def aws(rng: random.Random) -> dict[str, Any]:
    """Settings of a VPC."""
    found: dict[str, Any] = {"vpcId": "vpc-0a1b2c3d"}
    if rng.random() < 0.8:
        mode = rng.choice(["policy", "rules-only"])
        found["networkFirewall"] = {
            "mode": mode,
        }
        if mode == "policy":
            exception = rng.choice(["REJECT", "DROP", "CONTINUE"])
            found["networkFirewall"]["streamExceptionPolicy"] = exception
        if mode == "policy" and rng.random() < 0.2:
            found["networkFirewall"]["defaultAction"] = "alert"
        if mode == "policy" and rng.random() < 0.3:
            found["networkFirewall"]["homeNetworks"] = ["10.0.0.0/8"]
    if rng.random() < 0.4:
        found["dnsFirewall"] = {"alsoResolve": rng.choice([[], ["*.amazonaws.com"]])}
    return found


def azure(rng: random.Random, parties: Sequence[str]) -> dict[str, Any]:
    """Settings of a virtual network."""
    found: dict[str, Any] = {
        "resourceGroup": "rg",
        "location": "westeurope",
        "addressSpace": ["10.20.0.0/16"],
        "destinations": rng.choice(["tag", "list", "list", "tag+list"]),
        "ipGroups": False,
        "networkSecurityGroup": {
            "destinations": rng.choice(["internet", "internet", "internet", "service-tags"]),
            "lateralMovement": rng.choice(["deny", "allow"]),
        },
    }
    deny_rest = rng.choice(["address-space", "servers", "nobody"])
    if parties and rng.random() < 0.3:
        groups = {name: f"{ARM}/applicationSecurityGroups/{name}" for name in parties}
        found["networkSecurityGroup"]["applicationSecurityGroups"] = groups
    if rng.random() < 0.85:
        found["firewallPolicy"] = {"name": "afwp", "groups": rng.choice([1, 1, 1, 2, 3])}
        found["denyRest"] = deny_rest
        found["ipGroups"] = rng.random() < 0.3
        if rng.random() < 0.3:
            found["firewallPolicy"]["rules"] = [foreign(rng, number) for number in range(2)]
            found["firewallPolicy"]["basePolicy"] = f"{ARM}/firewallPolicies/base"
        if rng.random() < 0.3:
            found["networkRules"] = [
                {
                    "name": "kms",
                    "protocol": rng.choice(["tcp", "udp"]),
                    "destinationPorts": [1688],
                    "destinations": ["198.51.100.0/24"],
                    "reason": "r",
                }
            ]
        if rng.random() < 0.6:
            found["routeTable"] = {"firewallAddress": "10.20.255.4"}
            if rng.random() < 0.4:
                found["routeTable"]["direct"] = [
                    {
                        "name": "ntp",
                        "addressPrefix": "198.51.100.0/24",
                        "protocol": rng.choice(["tcp", "udp"]),
                        "destinationPorts": [123],
                        "reason": "r",
                    }
                ]
            if rng.random() < 0.5:
                found["routeTable"]["bgpPropagation"] = rng.random() < 0.3
                ranges = {"aws": "10.10.0.0/16", "branches": "10.30.0.0/16", "one": "10.10.1.0/24"}
                found["routeTable"]["private"] = [
                    {"name": name, "addressPrefix": prefix, "via": via}
                    for name, prefix in ranges.items()
                    if (via := rng.choice(["gateway", "peering", "firewall", None]))
                ]
    return found


def foreign(rng: random.Random, number: int) -> dict[str, Any]:
    """A rule that somebody else keeps, in a group before or behind the package's own."""
    found: dict[str, Any] = {
        "name": f"theirs{number}",
        "inherited": rng.random() < 0.5,
        "groupPriority": 150 + number if rng.random() < 0.5 else 700 + number,
        "action": rng.choice(["allow", "deny"]),
        "sources": rng.choice([[], ["10.20.0.0/24"], ["10.20.64.0/18"]]),
    }
    if rng.random() < 0.5:
        names = rng.choice([["*"], ["*.evil.com"], ["*.a.com", "b.com"]])
        return {**found, "fqdns": names, "httpPorts": [80], "httpsPorts": [443]}
    return {
        **found,
        "destinations": rng.choice([[], ["198.51.100.0/24"]]),
        "destinationPorts": rng.choice([[], [443], [1688]]),
        "protocol": rng.choice(["tcp", "udp", "any"]),
    }


def foreign_group(rule: Any) -> dict[str, Any]:
    """The rule collection group that such a rule stands in, as its document would have it."""
    sources = [str(network) for network in rule.sources] or ["0.0.0.0/0"]
    own: dict[str, Any] = {"name": rule.name, "sourceAddresses": sources}
    if rule.fqdns:
        own |= {
            "ruleType": "ApplicationRule",
            "targetFqdns": list(rule.fqdns),
            "protocols": [{"protocolType": word, "port": port} for word, port in rule.protocols],
        }
    else:
        own |= {
            "ruleType": "NetworkRule",
            "destinationAddresses": [str(network) for network in rule.destinations] or ["*"],
            "destinationPorts": [str(port) for port in rule.destination_ports] or ["*"],
            "ipProtocols": ["Any" if rule.protocol == "any" else rule.protocol.upper()],
        }
    collection = {
        "action": {"type": rule.action.capitalize()},
        "priority": rule.priority,
        "rules": [own],
    }
    return {"priority": rule.group_priority, "ruleCollections": [collection]}


def endpoints(rng: random.Random) -> list[Endpoint]:
    """One to five endpoints."""
    patterns = {Pattern(host(rng), rng.random() < 0.5) for _ in range(rng.randint(1, 5))}
    choices = (frozenset(Scheme), frozenset({Scheme.HTTP}), frozenset({Scheme.HTTPS}))
    return [
        Endpoint(pattern, rng.choice(choices), "x", "x", "2026-11-01", "generated")
        for pattern in sorted(patterns)
    ]


def environment(seed: int) -> tuple[Environment, dict[str, Any]] | None:
    """The environment of a seed and its settings; None where the package refuses it."""
    rng = random.Random(seed)  # noqa: S311 - a seed that is printed
    data, listed = settings(rng), endpoints(rng)
    lists = {"generated": EndpointList("generated", "x", (), tuple(listed))}
    try:
        made = build_environment("test", data, lists, lambda _: None)
        for target in made.targets:
            compile_target(made, target)
    except PolicyErrors:
        return None
    shown = [(e.pattern.text, sorted(e.schemes)) for e in listed]
    return made, {**data, "endpoints": shown}


# --- flows ---------------------------------------------------------------------------------------
