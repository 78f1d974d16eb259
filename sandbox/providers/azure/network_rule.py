"""What Azure Firewall refuses in one network rule: nothing here sees a name, save by DNS."""

from __future__ import annotations

from typing import Any, Final

from providers.azure.sources import (
    bad,
    is_ipv4,
    one_kind,
    source_problems,
    unknown_key_problems,
)
from providers.errors import Problems
from providers.evidence import written
from providers.kind import items

_DESTINATIONS: Final = ("destinationAddresses", "destinationIpGroups", "destinationFqdns")
_PROTOCOLS: Final = ("TCP", "UDP", "ICMP", "Any")
_KEYS: Final = frozenset(
    {
        "description", "destinationAddresses", "destinationFqdns", "destinationIpGroups",
        "destinationPorts", "ipProtocols", "name", "ruleType", "sourceAddresses", "sourceIpGroups",
    }
)  # fmt: skip


@written(
    "a rule has destinations of one kind, in these words",
    "Azure/azure-cli issue 18932",
    "2026-11",
)
@written(
    "names are without wildcards",
    "azure-docs articles/firewall/fqdn-filtering-network-rules.md",
    "2026-11",
)
def rule_problems(path: str, rule: dict[str, Any]) -> Problems:
    """Every problem of one rule's own values."""
    yield from unknown_key_problems(path, rule, _KEYS)
    if not one_kind(rule, _DESTINATIONS):
        # The service's words (Azure/azure-cli#18932).
        yield bad(
            f"{path}.destinationAddresses",
            f"Firewall Policy Network Rule {rule.get('name')} must have one of "
            "destinationAddresses, destinationIpGroups or destinationFqdns specified",
        )
    yield from source_problems(path, rule)
    for field in ("ipProtocols", "destinationPorts"):
        if not rule.get(field):
            yield bad(f"{path}.{field}", f"Required property '{field}' not found in JSON.")
    protocols = items(rule, "ipProtocols")
    for index, protocol in enumerate(protocols):
        if isinstance(protocol, str) and protocol not in _PROTOCOLS:
            yield bad(
                f"{path}.ipProtocols[{index}]",
                f"Invalid protocol '{protocol}': {', '.join(_PROTOCOLS)}.",
            )
    names = items(rule, "destinationFqdns")
    for index, name in enumerate(names):
        if isinstance(name, str) and "*" in name:
            yield bad(
                f"{path}.destinationFqdns[{index}]",
                f"Invalid Fqdn '{name}': no * in network rules.",
            )
    for index, address in enumerate(items(rule, "destinationAddresses")):
        # A service tag starts with a letter.
        if isinstance(address, str) and not address[:1].isalpha() and not is_ipv4(address):
            yield bad(
                f"{path}.destinationAddresses[{index}]",
                f"Invalid address '{address}': an IPv4 address, prefix, a-b range, tag, or *.",
            )
