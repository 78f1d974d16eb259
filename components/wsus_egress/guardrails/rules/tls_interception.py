"""No firewall of the stack intercepts TLS, which Microsoft Update refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wsus_egress.guardrails.model import Context, Finding, Guardrail, NotApplicable, Outcome
from wsus_egress.readers.resources import UNKNOWN, Resource

_AWS_POLICY: Final = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
_AZURE_POLICY: Final = "azure-native:network:FirewallPolicy"
_AZURE_GROUP: Final = "azure-native:network:FirewallPolicyRuleCollectionGroup"
_FIX: Final = "leave TLS to Microsoft Update alone: its certificates are pinned"


def judge(resources: tuple[Resource, ...], _: Context) -> Outcome:
    """Look at every firewall policy and application rule."""
    firewalls = [r for r in resources if r.type in (_AWS_POLICY, _AZURE_POLICY, _AZURE_GROUP)]
    if not firewalls:
        return NotApplicable("the stack has no firewall policy")
    return tuple(finding for resource in firewalls for finding in _of(resource))


def _of(resource: Resource) -> Iterator[Finding]:
    properties = resource.properties
    if resource.type == _AWS_POLICY:
        inside = properties.get("firewallPolicy")
        yield from _set(resource, inside, "tlsInspectionConfigurationArn")
    elif resource.type == _AZURE_POLICY:
        yield from _set(resource, properties, "transportSecurity")
    else:
        collections = properties.get("ruleCollections") or []
        for collection in [UNKNOWN] if collections is UNKNOWN else collections:
            rules = collection if collection is UNKNOWN else collection.get("rules") or []
            for rule in [UNKNOWN] if rules is UNKNOWN else rules:
                yield from _set(resource, rule, "terminateTLS")


def _set(resource: Resource, value: Any, key: str) -> Iterator[Finding]:
    found = value if value is UNKNOWN else (value or {}).get(key)
    if found is UNKNOWN or (isinstance(found, Mapping) and UNKNOWN in found.values()):
        yield Finding(resource.urn, resource.name, f"{key} is not known", _FIX, False)
    elif found:
        yield Finding(resource.urn, resource.name, f"{key} is set", _FIX)


GUARDRAIL = Guardrail(
    id="wsus-tls-interception",
    title="A firewall intercepts TLS",
    why="Windows Update pins Microsoft's certificates and stops working where a firewall intercepts TLS.",
    severity="high",
    judge=judge,
    needs_policy=False,
)
