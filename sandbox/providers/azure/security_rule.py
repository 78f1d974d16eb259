"""What Azure refuses in one rule of a network security group (2024-05-01; codes as users report)."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

from providers.azure.resource import NAME
from providers.azure.sources import bad, unknown_key_problems
from providers.errors import Problems
from providers.evidence import believed, written
from providers.kind import items, known
from providers.wire import UNKNOWN

_ENUMS: Final = {
    "access": ("Allow", "Deny"),
    "direction": ("Inbound", "Outbound"),
    "protocol": ("Tcp", "Udp", "Icmp", "Esp", "Ah", "*"),
}
# The API's description says these in words only, so azure-mgmt-network lets anything through.
_LOWEST: Final = 100
_HIGHEST: Final = 4096
_LONGEST_DESCRIPTION: Final = 140
_SIDES: Final = ("source", "destination")
_SERVICE_TAG: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*")
_KEYS: Final = frozenset(
    {"access", "description", "direction", "etag", "id", "name", "priority", "protocol", "type"}
    | {
        f"{side}{what}"
        for side in _SIDES
        for what in ("AddressPrefix", "AddressPrefixes", "ApplicationSecurityGroups", "PortRange",
                     "PortRanges")
    }
)  # fmt: skip


def rule_problems(path: str, rule: dict[str, Any]) -> Problems:
    """Every problem of one rule's own values."""
    yield from unknown_key_problems(path, rule, _KEYS)
    yield from _scalar_problems(path, rule)
    for side in _SIDES:
        yield from _address_problems(path, rule, side)
        yield from _port_problems(path, rule, side)


@written(
    "priorities are 100 to 4096, descriptions have up to 140 characters",
    "Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it",
    "2026-11",
)
@believed("the codes SecurityRuleInvalid and what follows")
def _scalar_problems(path: str, rule: dict[str, Any]) -> Problems:
    title = rule.get("name")
    name = known(rule, "name")
    if "name" not in rule or (name is not None and not NAME.fullmatch(name)):
        yield bad(
            f"{path}.name",
            f"Resource name {title or ''} is invalid. The name can be up to 80 characters long. It "
            "must begin with a word character, and it must end with a word character or with '_'. "
            "The name may contain word characters or '.', '-', '_'.",
            "InvalidResourceName",
        )
    for field, allowed in _ENUMS.items():
        value = known(rule, field)
        if field not in rule or (value is not None and value not in allowed):
            yield bad(
                f"{path}.{field}",
                f"Security rule has invalid {field.title()}. Value provided: {value}. Allowed "
                f"values: {', '.join(allowed)}.",
                f"SecurityRuleInvalid{field.title()}",
            )
    priority = known(rule, "priority", int)
    if "priority" not in rule or (priority is not None and not _LOWEST <= priority <= _HIGHEST):
        yield bad(
            f"{path}.priority",
            f"Security rule has invalid Priority. Value provided: {priority} Allowed range "
            f"{_LOWEST}-{_HIGHEST}.",
            "SecurityRuleInvalidPriority",
        )
    description = known(rule, "description")
    if description is not None and len(description) > _LONGEST_DESCRIPTION:
        yield bad(
            f"{path}.description",
            f"Security rule {title} has a description of {len(description)} characters; "
            f"{_LONGEST_DESCRIPTION} are allowed.",
        )


@written(
    "a side has one address, several, or groups; a service tag stands alone",
    '"Network security groups"; Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it',
    "2026-11",
)
@believed("the wording of both answers")
def _address_problems(path: str, rule: dict[str, Any], side: str) -> Problems:
    single, many = f"{side}AddressPrefix", f"{side}AddressPrefixes"
    groups = f"{side}ApplicationSecurityGroups"
    given = [field for field in (single, many, groups) if rule.get(field) not in (None, [], "")]
    if len(given) != 1:
        said = f"both {' and '.join(given)}" if given else "none"
        yield bad(
            f"{path}.{given[1] if given else single}",
            f"Security rule {rule.get('name')} must have one of {single}, {many} or {groups}; it "
            f"has {said}.",
        )
    prefixes = [(f"{path}.{single}", rule[single])] if single in rule else []
    listed = items(rule, many)
    for index, prefix in enumerate(listed):
        prefixes.append((f"{path}.{many}[{index}]", prefix))
    for place, prefix in prefixes:
        if isinstance(prefix, str) and not _is_prefix(prefix):
            yield bad(
                place,
                f"Security rule {rule.get('name')} has invalid Address prefix. Value provided: "
                f"{prefix}",
                "SecurityRuleInvalidAddressPrefix",
            )
    tags = [one for one in listed if isinstance(one, str) and _SERVICE_TAG.fullmatch(one)]
    if len(tags) > 1 or (tags and len(listed) > 1):
        yield bad(
            f"{path}.{many}",
            "You can't specify multiple service tags, or a tag beside addresses, in a single rule: "
            f"{', '.join(tags)}. Use a rule each, with {side}AddressPrefix.",
        )


def _is_prefix(prefix: str) -> bool:
    if prefix == "*" or _SERVICE_TAG.fullmatch(prefix):
        return True
    try:
        ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        return False
    return True


@written(
    "ports are 0 to 65535, one range or several",
    "Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it",
    "2026-11",
)
def _port_problems(path: str, rule: dict[str, Any], side: str) -> Problems:
    single, many = f"{side}PortRange", f"{side}PortRanges"
    given = [field for field in (single, many) if rule.get(field) not in (None, [], "")]
    if len(given) != 1:
        said = f"both {' and '.join(given)}" if given else "none"
        yield bad(
            f"{path}.{given[1] if given else single}",
            f"Security rule {rule.get('name')} must have one of {single} or {many}; it has {said}.",
        )
    ranges = [(f"{path}.{single}", rule[single])] if single in rule else []
    listed = items(rule, many)
    for index, ports in enumerate(listed):
        ranges.append((f"{path}.{many}[{index}]", ports))
    for place, ports in ranges:
        if ports is not UNKNOWN and not _is_range(ports):
            yield bad(
                place,
                f"Security rule has invalid Port range. Value provided: {ports}. Value should be "
                "an integer OR integer range with '-' delimiter. Valid range 0-65535.",
                "SecurityRuleInvalidPortRange",
            )


def _is_range(ports: Any) -> bool:
    if ports == "*":
        return True
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", str(ports))
    if match is None:
        return False
    low, high = int(match[1]), int(match[2] or match[1])
    return low <= high <= 65535
