"""`aws.route53.ResolverFirewallRuleGroupAssociation`: a rule group at work in a VPC."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from providers.aws.account import all_tags, arn, region, unknown_vpc
from providers.aws.dnsfirewall.common import (
    ASSOCIATION,
    RULE_GROUP,
    ResolverKind,
    conflict,
    enum,
    missing,
)
from providers.aws.registry import check_schema, properties, tags
from providers.aws.service import RESOLVER
from providers.errors import Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records

# AssociateFirewallRuleGroup answers so to 100 and to 9900 themselves (terraform-provider-aws,
# 2025-08): both ends are reserved.
_RESERVED: Final = (
    '[RSLVR-00000] The priority value you provided is reserved. Provide a number between "100" and '
    '"9900".'
)
_MOST_GROUPS: Final = 5  # Rule groups of a VPC (Route 53 quotas, 2023-06).


@believed("group and VPC are for life, the rest changes in place")
class DnsAssociation(ResolverKind):
    """An association; the VPC and the group are for life."""

    type_name, prefix = ASSOCIATION, "rslvr-frgassoc"
    inputs: ClassVar = {
        "firewallRuleGroupId": str,
        "mutationProtection": str,
        "name": str,
        "priority": int,
        "region": str,
        "tags": dict,
        "vpcId": str,
    }
    required: ClassVar = ("firewallRuleGroupId", "priority", "vpcId")
    replaced_by: ClassVar = frozenset({"firewallRuleGroupId", "region", "vpcId"})
    computed: ClassVar = ("arn", "mutationProtection", "region", "tagsAll")

    @written(
        "both ends of 100 to 9900 are reserved, in these words",
        "terraform-provider-aws",
        "2025-08",
    )
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        yield from self.common_problems(inputs)
        priority = known(inputs, "priority", int)
        if priority is not None and not 100 < priority < 9900:
            yield RESOLVER.problem("priority", _RESERVED)
        protection = known(inputs, "mutationProtection")
        yield from enum("mutationProtection", protection, ("ENABLED", "DISABLED"))

    @believed("the wording where the VPC is not there")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """The VPC must be one that `world.yaml` lists in this region."""
        if lacking := unknown_vpc(inputs, session):
            raise missing("AssociateFirewallRuleGroup", f"VPC ({lacking})", inputs["vpcId"])

    @written("five rule groups a VPC", "Route 53 quotas", "2023-06")
    @believed("a priority or a group twice is a conflict, in these words")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema, the group, and what the VPC has already."""
        held = records.get(ASSOCIATION, {})
        new = id_ not in held
        operation = "AssociateFirewallRuleGroup" if new else "UpdateFirewallRuleGroupAssociation"
        fields = ("firewallRuleGroupId", "mutationProtection", "name", "priority", "vpcId")
        given = {field: inputs[field] for field in fields if field in inputs}
        check_schema(
            operation,
            "AWS::Route53Resolver::FirewallRuleGroupAssociation",
            {**properties(given), "Tags": tags(inputs)},
            region(inputs, session),
            RESOLVER,
        )
        group, vpc = str(inputs["firewallRuleGroupId"]), inputs["vpcId"]
        if group not in records.get(RULE_GROUP, {}):
            raise missing(operation, "rule group", group)
        beside = [row for key, row in held.items() if key != id_ and row.get("vpcId") == vpc]
        if any(row.get("firewallRuleGroupId") == group for row in beside):
            raise conflict(operation, f"The rule group '{group}' is associated with {vpc} already")
        for row in beside:
            if row.get("priority") == inputs["priority"]:
                raise conflict(
                    operation,
                    f"The priority {inputs['priority']} is in use on {vpc} by the association "
                    f"'{row.get('name')}'",
                )
        if len(beside) >= _MOST_GROUPS:
            raise RESOLVER.refusal(
                operation,
                f"{vpc} has {_MOST_GROUPS} rule groups, the most it can have",
                "LimitExceededException",
            )

    @written(
        "a protected association cannot be removed",
        "botocore 1.44.5, MutationProtectionStatus",
        "2026-11",
    )
    @believed("the wording of that")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while it is protected."""
        if records[ASSOCIATION][id_].get("mutationProtection") == "ENABLED":
            raise conflict(
                "DisassociateFirewallRuleGroup",
                f"The association '{id_}' has mutation protection: set mutationProtection to "
                "DISABLED first",
            )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that the service and the provider add."""
        return {
            "arn": arn(
                "route53resolver", f"firewall-rule-group-association/{id_}", inputs, session
            ),
            "mutationProtection": inputs.get("mutationProtection", "DISABLED"),
            "region": region(inputs, session),
            "tagsAll": all_tags(inputs, session),
        }
