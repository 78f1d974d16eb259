"""Which resources keep a name that they have in AWS, and which settings name nothing that is made.

For example the rule group `wsus-network-firewall-rules-1` is `rules-1` of `networkFirewall.existingNames`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from wsus_egress.controls.base import Document
from wsus_egress.problems import Keys, Problem, choices

_RULE_GROUP: Final = "aws:networkfirewall/ruleGroup:RuleGroup"
# Those for which Pulumi makes up a name; of the others the documents say one.
GENERATED: Final = frozenset({
    _RULE_GROUP,
    "aws:fms/policy:Policy",
    "aws:networkfirewall/firewall:Firewall",
    "aws:networkfirewall/firewallPolicy:FirewallPolicy",
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """What one control's setting `existingNames` says.

    Attributes:
        setting: `networkFirewall` or `dnsFirewall`.
        suffix: What the control adds to a component's name for its own resources.
        whole: The key of the resource that is called exactly so.
        names: The setting.
    """

    setting: str
    suffix: str
    whole: str
    names: tuple[tuple[str, str], ...]

    def key(self, document: Document, prefix: str) -> str:
        """By which key the setting names a resource; empty where it names none of its type."""
        if document.type not in GENERATED:
            return ""
        own = f"{prefix}{self.suffix}"
        return self.whole if document.name == own else document.name.removeprefix(f"{own}-")

    def applied(self, documents: Iterable[Document], prefix: str) -> Iterator[Document]:
        """The documents with the names that the setting gives."""
        known = dict(self.names)
        for document in documents:
            name = known.get(self.key(document, prefix))
            given = {**document.properties, "name": name} if name else document.properties
            yield replace(document, properties=given)

    def problems(self, documents: Iterable[Document], prefix: str) -> Iterator[Problem]:
        """Names for what is not made, and one name for two rule groups."""
        keys: Keys = ("aws", self.setting, "existingNames")
        kinds = {key: each.type for each in documents if (key := self.key(each, prefix))}
        taken = set[str]()
        for key, name in self.names:
            if key not in kinds:
                what = f"{key} is not made with these settings, and so has no name"
                yield Problem(None, (*keys, key), what, choices(kinds))
            elif kinds[key] == _RULE_GROUP and name in taken:
                what = f"{name} is the name of two rule groups, and AWS takes it once"
                yield Problem(None, (*keys, key), what, "give each the name that it has")
            elif kinds[key] == _RULE_GROUP:
                taken.add(name)
