"""Where a firewall rule's traffic comes from, and addresses as Azure Firewall writes them."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

from providers.errors import Problem, Problems, azure_text
from providers.evidence import believed, written
from providers.kind import items, known
from providers.wire import UNKNOWN

_IP_GROUP: Final = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/ipGroups/[^/]+",
    re.IGNORECASE,
)


@written(
    "a rule has addresses or IP groups, IPv4 only",
    '"Azure Firewall known issues", 2023-10',
    "2026-11",
)
def source_problems(path: str, rule: dict[str, Any]) -> Problems:
    """Addresses or IP groups, one of the two; IPv4 alone ("known issues", 2023)."""
    if not rule.get("sourceAddresses") and not rule.get("sourceIpGroups"):
        yield bad(
            f"{path}.sourceAddresses",
            f"Rule {rule.get('name')} must have one of sourceAddresses or sourceIpGroups specified",
        )
    for index, address in enumerate(items(rule, "sourceAddresses")):
        if isinstance(address, str) and not is_ipv4(address):
            yield bad(
                f"{path}.sourceAddresses[{index}]",
                f"Invalid address '{address}': an IPv4 address, prefix, a-b range, or *.",
            )
    for index, group in enumerate(items(rule, "sourceIpGroups")):
        if group is not UNKNOWN and not _IP_GROUP.fullmatch(str(group)):
            yield bad(
                f"{path}.sourceIpGroups[{index}]", f"Invalid IP Group '{group}': write its ARM id."
            )


def is_ipv4(text: str) -> bool:
    """`10.0.0.4`, `10.0.0.0/24`, `10.0.0.4-10.0.0.9` or `*`."""
    if text == "*":
        return True
    try:
        if "-" in text:
            low, high = map(ipaddress.IPv4Address, text.split("-", 1))
            return low <= high
        ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return False
    return True


@believed("an unknown member of a rule is refused, where the service may leave it out of account")
def unknown_key_problems(path: str, rule: dict[str, Any], keys: frozenset[str]) -> Problems:
    """A key that the API would ignore: `target_fqdns` for `targetFqdns`."""
    for key in sorted(set(rule) - keys):
        yield bad(f"{path}.{key}", f"Could not find member '{key}' on object of a rule.")


def one_kind(rule: dict[str, Any], fields: tuple[str, ...]) -> list[str]:
    """Those of the fields that say something: set and not empty."""
    return [field for field in fields if field in rule and rule[field] != []]


def text(rule: dict[str, Any], field: str) -> str | None:
    """A string where it is known."""
    value = known(rule, field)
    return None if value is None else str(value)


def bad(path: str, message: str, code: str = "InvalidRequest") -> Problem:
    """A problem in Azure's words."""
    return Problem(path, azure_text(code, message))
