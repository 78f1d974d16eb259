"""Mutants of compiled rules: one rule dropped, widened, turned or moved."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from wsus_egress.names.hosts import Pattern

EVERYWHERE = ipaddress.ip_network("0.0.0.0/0")
_TURNED = {"Inbound": "Outbound", "Outbound": "Inbound"}


def mutated(rule: Any, rng: random.Random) -> Any:
    """The rule with one thing changed; None where it is dropped."""
    options: list[dict[str, Any]] = []
    if hasattr(rule, "sid"):  # Suricata
        options.append({"port": rng.choice([80, 443, 8443])})
        options.append({"protocol": "tcp", "pattern": None})
        if rule.pattern is not None:
            own = rule.pattern
            options += [
                {"protocol": "tls" if rule.protocol == "http" else "http"},
                {"pattern": Pattern(own.host, not own.wildcard)},
                {"pattern": Pattern(f"x{own.host}", own.wildcard)},
                {"pattern": Pattern(own.host.partition(".")[2], wildcard=True)},
                {"pattern": Pattern("evil.com", wildcard=True)},
            ]
    elif hasattr(rule, "from_port"):  # of an AWS security group
        cidr = {"prefix_list": "", "made": False, "group": ""}
        options += [
            {"networks": (EVERYWHERE,), **cidr},
            {"networks": (ipaddress.ip_network("10.0.0.0/8"),), **cidr},
            {"from_port": 22, "to_port": 22},
            {"to_port": 65535},
            {"from_port": 0},
            {"protocol": "udp"},
            {"direction": "ingress" if rule.direction == "egress" else "egress"},
        ]
    elif hasattr(rule, "access"):  # of an Azure network security group
        options += [
            {"access": "Deny" if rule.access == "Allow" else "Allow"},
            {"ports": ()},
            {"ports": (*rule.ports, 22)},
            {"ports": (rng.choice([80, 443, 8530]),)},
            {"protocol": rng.choice(["Tcp", "Udp", "*"])},
            {"sources": rng.choice(["*", "Internet", (EVERYWHERE,)]), "source_group": None},
            {"direction": _TURNED[rule.direction], "priority": rng.randint(100, 4096)},
            {"priority": rng.randint(100, 4096)},
        ]
        if rule.service_tag is None:
            where = rng.choice(["*", "Internet", "VirtualNetwork", (EVERYWHERE,)])
            options.append({"destinations": where, "destination_group": None})
    elif hasattr(rule, "next_hop"):
        options += [
            {"next_hop": rng.choice(["Internet", "None"]), "address": None},
            {"prefix": ipaddress.ip_network(rng.choice(["128.0.0.0/1", "198.51.100.0/25"]))},
        ]
    elif hasattr(rule, "patterns"):  # of DNS Firewall
        options.append({"action": "BLOCK" if rule.action == "ALLOW" else "ALLOW"})
        options.append({"patterns": None})
        options.append({"priority": rng.randint(1, 9999)})
        if rule.patterns is not None:
            options.append({"patterns": (*rule.patterns, Pattern("evil.com", wildcard=True))})
            options.append({"patterns": rule.patterns[1:] or (Pattern("b.org", wildcard=False),)})
    elif hasattr(rule, "fqdn_tags"):  # an application rule
        turned = "deny" if rule.collection == "allow" else "allow"
        options += [
            {"collection": turned},
            {"sources": (EVERYWHERE,), "parties": ()},
            {"sources": rule.sources[:1], "parties": ()},
            {"protocols": (("Http", 443), ("Https", 80))},
            {"protocols": rule.protocols[:1]},
            {"protocols": (*rule.protocols, ("Https", 8443))},
        ]
        if rule.fqdns:
            options += [{"fqdns": ("*",)}, {"fqdns": ("*.a.com",)}, {"fqdns": rule.fqdns[:1]}]
    elif hasattr(rule, "collection"):  # a network rule
        options += [
            {"sources": (EVERYWHERE,), "parties": ()},
            {"ports": (80, 443)},
            {"protocol": "udp" if rule.protocol == "tcp" else "tcp"},
            {"destinations": (EVERYWHERE,)},
        ]
    if not options or rng.random() < 0.15:
        return None
    return replace(rule, **rng.choice(options))


def of_rules(rules: Sequence[Any], rng: random.Random) -> tuple[Any, ...] | None:
    """The rules with one of them changed; None where two would be taken for one."""
    if not rules:
        return None
    index = rng.randrange(len(rules))
    if getattr(rules[index], "owner", ""):
        return None  # It is in no document.
    new = mutated(rules[index], rng)
    if new == rules[index]:
        return None
    found = [*rules[:index], *([] if new is None else [new]), *rules[index + 1 :]]
    if new is not None and hasattr(new, "priority"):
        taken = [(getattr(r, "direction", ""), r.priority) for r in found]
        if len(taken) != len({*taken}):
            return None
    if new is not None and hasattr(new, "fqdn_tags"):
        # Documents have a turned rule in the other collection, so in that one's place.
        places = {"allow": 200, "deny": 65000}
        new_place = (new.place[0], places[new.collection])
        found[index] = replace(new, place=new_place)
        found.sort(
            key=lambda rule: (hasattr(rule, "fqdn_tags"), rule.owner != "base policy", rule.place)
        )
    return tuple(found)


def mutants(controls: Sequence[Any], rng: random.Random) -> Iterator[tuple[str, list[Any]]]:
    """Controls with one rule of one of them changed, and which."""
    while True:
        control = rng.choice(controls)
        if hasattr(control, "groups"):
            if not control.groups:
                if len(controls) == 1:
                    return
                continue
            index = rng.randrange(len(control.groups))
            group = control.groups[index]
            rules = of_rules(group.rules, rng)
            if rules is None:
                if len(controls) == 1 and not any(g.rules for g in control.groups):
                    return
                continue
            new_group = replace(group, rules=rules)
            groups = (*control.groups[:index], new_group, *control.groups[index + 1 :])
            mutant, before, after = replace(control, groups=groups), group.rules, rules
        else:
            rules = of_rules(control.rules, rng)
            if rules is None:
                continue
            mutant, before, after = replace(control, rules=rules), control.rules, rules
        gone = [rule for rule in before if rule not in after]
        come = [rule for rule in after if rule not in before]
        label = f"{control.name}: {gone or 'order'} -> {come or 'dropped'}"
        yield label, [mutant if each is control else each for each in controls]
