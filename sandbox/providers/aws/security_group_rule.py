"""`aws.vpc.SecurityGroupEgressRule` and `SecurityGroupIngressRule`: one port range, one peer."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar, Final

from providers.aws import models
from providers.aws.account import ACCOUNT, AwsKind, all_tags, region, tag_problems
from providers.aws.rule_checks import rule_problems
from providers.errors import Problems, aws_error
from providers.kind import Inputs, Session, known
from providers.store import Records

RULE_TYPES: Final = tuple(
    f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule"
    for direction in ("Egress", "Ingress")
)


class _Rule(AwsKind):
    """What the two directions share."""

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

    @property
    def _authorize(self) -> str:
        return f"AuthorizeSecurityGroup{self.direction}"

    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """What EC2, or the provider before it, refuses in the inputs alone."""
        yield from rule_problems(inputs)
        yield from tag_problems(inputs)

    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """A prefix list must be one that `world.yaml` lists in this region."""
        named = known(inputs, "prefixListId")
        if named and (region(inputs, session), named) not in session.world.prefix_lists:
            raise aws_error(
                self._authorize,
                "InvalidPrefixListID.NotFound",
                f"The prefix list ID '{named}' does not exist (it is not in sandbox/world.yaml)",
            )

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """`sgr-` and 17 hexadecimal digits, as EC2 gives."""
        return f"sgr-{secrets.token_hex(9)[:17]}"

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """The registry schema, then moto on what the account holds."""
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
        models.check_schema(
            self._authorize,
            f"AWS::EC2::SecurityGroup{self.direction}",
            {theirs: inputs.get(ours) for theirs, ours in names.items()},
            region(inputs, session),
        )
        models.admit_rule(id_, self.type_name, self.record(inputs, session), records, session)

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """What EC2 and the provider add."""
        where = region(inputs, session)
        return {
            "arn": f"arn:aws:ec2:{where}:{ACCOUNT}:security-group-rule/{id_}",
            "region": where,
            "securityGroupRuleId": id_,
            "tagsAll": all_tags(inputs, session),
        }


class EgressRule(_Rule):
    """What a group's members may reach."""

    type_name = RULE_TYPES[0]
    direction, peer_word = "Egress", "Destination"


class IngressRule(_Rule):
    """What may reach a group's members."""

    type_name = RULE_TYPES[1]
    direction, peer_word = "Ingress", "Source"
