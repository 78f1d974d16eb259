"""`aws.route53.ResolverFirewallRuleGroup`: rules under one id, to be associated with VPCs."""

from __future__ import annotations

from typing import Any, ClassVar

from providers.aws.account import ACCOUNT, all_tags, arn, region
from providers.aws.dnsfirewall.common import (
    ASSOCIATION,
    RULE,
    RULE_GROUP,
    ResolverKind,
    conflict,
)
from providers.aws.registry import check_schema, tags
from providers.aws.service import RESOLVER
from providers.errors import Problems
from providers.evidence import believed
from providers.kind import Inputs, Session
from providers.store import Records


@believed("the name is for life")
class DnsRuleGroup(ResolverKind):
    """A rule group; its rules name it."""

    type_name, prefix = RULE_GROUP, "rslvr-frg"
    inputs: ClassVar = {"name": str, "region": str, "tags": dict}
    replaced_by: ClassVar = frozenset({"name", "region"})
    computed: ClassVar = ("arn", "ownerId", "region", "shareStatus", "tagsAll")

    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        yield from self.common_problems(inputs)

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:  # noqa: ARG002
        """Check the registry schema; two groups may have one name."""
        check_schema(
            "CreateFirewallRuleGroup",
            "AWS::Route53Resolver::FirewallRuleGroup",
            {"Name": inputs.get("name"), "Tags": tags(inputs)},
            region(inputs, session),
            RESOLVER,
        )

    @believed("an associated group cannot be deleted, and its rules go with it")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while it is associated; its rules go with it."""
        users = sorted(
            row["vpcId"]
            for row in records.get(ASSOCIATION, {}).values()
            if row.get("firewallRuleGroupId") == id_
        )
        if users:
            raise conflict(
                "DeleteFirewallRuleGroup",
                f"The rule group '{id_}' is associated with {', '.join(users)}: "
                "disassociate it first",
            )
        rules = records.get(RULE, {})
        for key in [key for key, row in rules.items() if row.get("firewallRuleGroupId") == id_]:
            del rules[key]

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that the service and the provider add."""
        return {
            "arn": arn("route53resolver", f"firewall-rule-group/{id_}", inputs, session),
            "ownerId": ACCOUNT,
            "region": region(inputs, session),
            "shareStatus": "NOT_SHARED",
            "tagsAll": all_tags(inputs, session),
        }
