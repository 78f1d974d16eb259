"""`aws.vpc.SecurityGroupEgressRule` and `SecurityGroupIngressRule`: one port range, one peer."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar, Final

from providers.aws.account import ACCOUNT, AwsKind, all_tags, region, tag_problems
from providers.aws.ec2 import mirror
from providers.aws.ec2.prefix_list import found
from providers.aws.ec2.rule_checks import PEERS, rule_problems
from providers.aws.registry import check_schema
from providers.compare import Change
from providers.errors import Problems, aws_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session
from providers.store import Record, Records

RULE_TYPES: Final = tuple(
    f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule"
    for direction in ("Egress", "Ingress")
)


@written(
    "group is replaced, and with another kind of peer the rule; all else is modified by its id",
    "terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
@believed(
    "a failed update leaves the old values in the state, as Terraform's newer framework has it"
)
class _Rule(AwsKind):
    """What the two directions share."""

    framework = True
    direction: ClassVar[str]
    peer_word: ClassVar[str]
    """What CloudFormation calls the other end: Destination or Source."""
    inputs: ClassVar = {
        "cidrIpv4": str,
        "cidrIpv6": str,
        "description": str,
        "fromPort": int,
        "ipProtocol": str,
        "prefixListId": str,
        "referencedSecurityGroupId": str,
        "region": str,
        "securityGroupId": str,
        "tags": dict,
        "toPort": int,
    }
    required: ClassVar = ("ipProtocol", "securityGroupId")
    # The provider changes everything else with ModifySecurityGroupRules, the rule keeping its id.
    replaced_by: ClassVar = frozenset({"securityGroupId", "region"})
    computed: ClassVar = ("arn", "region", "securityGroupRuleId", "tagsAll")

    def replaces(self, change: Change) -> bool:
        """Also a peer of another kind: one property goes, and another comes."""
        return super().replaces(change) or (change.top in PEERS and change.kind != "update")

    @property
    def _authorize(self) -> str:
        return f"AuthorizeSecurityGroup{self.direction}"

    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what EC2, or the provider before it, refuses in the inputs alone."""
        yield from rule_problems(inputs)
        yield from tag_problems(inputs)

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """`sgr-` and 17 hexadecimal digits, as EC2 gives."""
        return f"sgr-{secrets.token_hex(9)[:17]}"

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema, the prefix list, then moto on what the account holds."""
        names = {
            "GroupId": "securityGroupId",
            "IpProtocol": "ipProtocol",
            "FromPort": "fromPort",
            "ToPort": "toPort",
            "CidrIp": "cidrIpv4",
            "CidrIpv6": "cidrIpv6",
            f"{self.peer_word}PrefixListId": "prefixListId",
            f"{self.peer_word}SecurityGroupId": "referencedSecurityGroupId",
            "Description": "description",
        }
        check_schema(
            self._authorize,
            f"AWS::EC2::SecurityGroup{self.direction}",
            {theirs: inputs.get(ours) for theirs, ours in names.items()},
            region(inputs, session),
        )
        record = self.record(inputs, session)
        self._count(id_, record, records, session)
        mirror.admit_rule(id_, self.type_name, record, records, session)

    @written(
        "60 rules for each direction and family unless AWS raised that, a prefix list as its largest size",
        '"Amazon VPC quotas"',
        "2023-06",
    )
    @believed("the wording of the limit")
    def _count(self, id_: str, record: Record, records: Records, session: Session) -> None:
        # moto counts a prefix list as one rule; for EC2 it is its largest possible size ("Amazon
        # VPC quotas", 2023-06).
        family, total = self._weight(record, records, session)
        for key, rule in records.get(self.type_name, {}).items():
            if key != id_ and rule.get("securityGroupId") == record.get("securityGroupId"):
                theirs, weight = self._weight(rule, records, session)
                total += weight if theirs == family else 0
        if total > session.world.rules_per_group:
            raise aws_error(
                self._authorize,
                "RulesPerSecurityGroupLimitExceeded",
                "The maximum number of rules per security group has been reached. "
                f"({total} {family} rules; a prefix list counts as its maxEntries)",
            )

    @believed("the wording of InvalidPrefixListID.NotFound")
    def _weight(self, rule: Record, records: Records, session: Session) -> tuple[str, int]:
        listed = rule.get("prefixListId")
        if listed is None:
            return "IPv6" if "cidrIpv6" in rule else "IPv4", 1
        row = found(str(listed), rule, records, session)
        if row is None:
            raise aws_error(
                self._authorize,
                "InvalidPrefixListID.NotFound",
                f"The prefix list ID '{listed}' does not exist",
            )
        return str(row["addressFamily"]), int(row["maxEntries"])

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that EC2 and the provider add."""
        where = region(inputs, session)
        return {
            "arn": f"arn:aws:ec2:{where}:{ACCOUNT}:security-group-rule/{id_}",
            "region": where,
            "securityGroupRuleId": id_,
            "tagsAll": all_tags(inputs, session),
        }


@written(
    "as the other direction",
    "terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
class EgressRule(_Rule):
    """What a group's members may reach."""

    type_name = RULE_TYPES[0]
    direction, peer_word = "Egress", "Destination"


@written(
    "as the other direction",
    "terraform-provider-aws internal/service/ec2/vpc_security_group_ingress_rule.go, commit 00a3220",
    "2026-11",
)
class IngressRule(_Rule):
    """What may reach a group's members."""

    type_name = RULE_TYPES[1]
    direction, peer_word = "Ingress", "Source"
