"""`aws.ec2.SecurityGroup`, without rules inside: those are resources of their own."""

from __future__ import annotations

import re
import secrets
from typing import Any, ClassVar, Final

from providers.aws.account import ACCOUNT, NamedKind, all_tags, region, require_vpc, tag_problems
from providers.aws.ec2 import mirror
from providers.aws.ec2.security_group_rule import RULE_TYPES
from providers.aws.registry import check_schema, tags
from providers.errors import Problem, Problems, aws_error
from providers.evidence import believed, written
from providers.kind import Inputs, Naming, Session, known
from providers.store import Record, Records
from providers.world import WORLD_NAME

# Registry schema AWS::EC2::SecurityGroup (cfn-lint 1.58.0) and the EC2 API reference, 2026-11: up to
# 255 characters of this set, and no name of an id's form (which the schema does not say).
ALLOWED_TEXT: Final = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*")
ALLOWED_TEXT_WORDS: Final = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
LONGEST_TEXT: Final = 255
_LONGEST_PREFIX: Final = 229  # The provider adds 26 digits.

_PEERS: Final = {
    "cidrIpv4": "cidrBlocks", "cidrIpv6": "ipv6CidrBlocks", "prefixListId": "prefixListIds",
    "referencedSecurityGroupId": "securityGroups",
}  # fmt: skip


def _nested(rule: Record) -> dict[str, Any]:
    """A rule as an entry of its group's list."""
    peers = {theirs: [rule[ours]] for ours, theirs in _PEERS.items() if rule.get(ours)}
    ports = {key: rule.get(key, 0) for key in ("fromPort", "toPort")}
    return {"protocol": rule["ipProtocol"], "self": False, **ports, **peers}


@written(
    "name, description and VPC are ForceNew; the default egress is revoked after the create",
    "terraform-provider-aws internal/service/ec2/vpc_security_group.go, commit 0160692",
    "2026-11",
)
class SecurityGroup(NamedKind):
    """A group; its rules name it."""

    type_name = "aws:ec2/securityGroup:SecurityGroup"
    inputs: ClassVar = {
        "description": str,
        "egress": list,
        "ingress": list,
        "name": str,
        "namePrefix": str,
        "region": str,
        "revokeRulesOnDelete": bool,
        "tags": dict,
        "vpcId": str,
    }
    replaced_by: ClassVar = frozenset({"description", "name", "namePrefix", "region", "vpcId"})
    local: ClassVar = frozenset({"revokeRulesOnDelete"})
    computed: ClassVar = (
        "arn",
        "egress",
        "ingress",
        "name",
        "ownerId",
        "region",
        "tagsAll",
        "vpcId",
    )

    def defaults(self, inputs: Inputs, session: Session, naming: Naming) -> dict[str, Any]:  # noqa: ARG002
        """The defaults that pulumi-aws fills in."""
        given = {"description": "Managed by Pulumi", "revokeRulesOnDelete": False}
        if "namePrefix" in inputs:
            return given
        return {**given, "name": naming.pick("name", self, "-", 7)}

    @written(
        "name and prefix conflict",
        "terraform-provider-aws internal/service/ec2/vpc_security_group.go, commit 0160692",
        "2026-11",
    )
    @believed("rules inside a group are not imitated")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what EC2, or the provider before it, refuses in the inputs alone."""
        for inline in ("egress", "ingress"):
            if inline in inputs:
                yield Problem(
                    inline,
                    f"the stand-in has no inline rules: use aws.vpc.SecurityGroup{inline.title()}"
                    "Rule, as pulumi-aws advises, and never both",
                )
        if "name" in inputs and "namePrefix" in inputs:
            yield Problem("namePrefix", '"namePrefix": conflicts with name')
        for field, longest in (("name", LONGEST_TEXT), ("namePrefix", _LONGEST_PREFIX)):
            name = known(inputs, field)
            if name is not None:
                yield from _name_problems(field, name, longest)
        description = known(inputs, "description")
        if description is not None:
            yield from _description_problems(description)
        yield from tag_problems(inputs)

    @believed("the wording of VPCIdNotSpecified")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """The VPC must be one that `world.yaml` lists in this region."""
        where = region(inputs, session)
        require_vpc(inputs, session, "CreateSecurityGroup")
        if "vpcId" not in inputs and session.world.default_vpc(where) is None:
            raise aws_error(
                "CreateSecurityGroup",
                "VPCIdNotSpecified",
                f"No default VPC for this user ({WORLD_NAME} has none in {where}; set vpcId)",
            )

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """`sg-` and 17 hexadecimal digits, as EC2 gives."""
        return f"sg-{secrets.token_hex(9)[:17]}"

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema, then moto on what the account holds."""
        check_schema(
            "CreateSecurityGroup",
            "AWS::EC2::SecurityGroup",
            {
                "GroupDescription": inputs.get("description"),
                "GroupName": inputs.get("name"),
                "VpcId": inputs.get("vpcId"),
                "Tags": tags(inputs),
            },
            region(inputs, session),
        )
        complete = self._complete(id_, inputs, session)
        mirror.admit_group(id_, self.record(complete, session), records, session)

    @believed("a group that another's rule names cannot be deleted; its own rules go with it")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:
        """Refuse to delete it while another group's rule names this one; its own rules go with it."""
        revoked = bool(inputs.get("revokeRulesOnDelete"))
        for token in RULE_TYPES:
            rules = records.get(token, {})
            own = {key for key, rule in rules.items() if rule.get("securityGroupId") == id_}
            others = {
                key for key, rule in rules.items() if rule.get("referencedSecurityGroupId") == id_
            } - own
            if others:
                hint = "" if revoked else " (revokeRulesOnDelete would not help: it is another's)"
                raise aws_error(
                    "DeleteSecurityGroup",
                    "DependencyViolation",
                    f"resource {id_} has a dependent object: {', '.join(sorted(others))}{hint}",
                )
        for token in RULE_TYPES:
            rules = records.get(token, {})
            for key in [key for key, rule in rules.items() if rule.get("securityGroupId") == id_]:
                del rules[key]

    @written(
        "a read gives the group every rule that it has, whoever added it",
        "terraform-provider-aws internal/service/ec2/vpc_security_group.go (resourceSecurityGroupRead), commit 0160692",
        "2026-11",
    )
    @believed(
        "one entry for each rule, where the provider joins those that differ in their peers only"
    )
    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that EC2 and the provider add."""
        complete = self._complete(id_, inputs, session)
        where = region(inputs, session)
        records = session.store.read()
        held = {
            word: [
                _nested(rule)
                for _, rule in sorted(records.get(token, {}).items())
                if rule.get("securityGroupId") == id_
            ]
            for word, token in zip(("egress", "ingress"), RULE_TYPES, strict=True)
        }
        return {
            **held,
            "arn": f"arn:aws:ec2:{where}:{ACCOUNT}:security-group/{id_}",
            "name": complete["name"],
            "ownerId": ACCOUNT,
            "region": where,
            "tagsAll": all_tags(inputs, session),
            "vpcId": complete.get("vpcId"),
        }

    @staticmethod
    def _complete(id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        vpc = inputs.get("vpcId") or session.world.default_vpc(region(inputs, session))
        # The real provider ends a prefix in the time of day; the id's digits are as unique.
        name = inputs.get("name") or f"{inputs.get('namePrefix', '')}{id_.removeprefix('sg-')}"
        return {**inputs, "name": name, "vpcId": vpc}


@written(
    "255 characters of a set, not sg-*",
    "registry schema in cfn-lint 1.58.0, AWS::EC2::SecurityGroup; terraform-provider-aws internal/service/ec2/vpc_security_group.go, commit 0160692",
    "2026-11",
)
def _name_problems(field: str, name: str, longest: int) -> Problems:
    if name.startswith("sg-"):
        yield Problem(
            field,
            f"InvalidParameterValue: Value ({name}) for parameter GroupName is invalid. "
            "Group names may not be in the format sg-*",
        )
    if not 1 <= len(name) <= longest:
        yield Problem(
            field,
            f"InvalidParameterValue: Value ({name}) for parameter GroupName is invalid. "
            f"It must be 1 to {longest} characters, not {len(name)}",
        )
    if not ALLOWED_TEXT.fullmatch(name):
        yield Problem(
            field,
            f"InvalidParameterValue: Value ({name}) for parameter GroupName is invalid. "
            f"Valid characters are {ALLOWED_TEXT_WORDS}",
        )


@written(
    "1 to 255 characters of a set",
    "registry schema in cfn-lint 1.58.0, AWS::EC2::SecurityGroup",
    "2026-11",
)
def _description_problems(description: str) -> Problems:
    if not 1 <= len(description) <= LONGEST_TEXT or not ALLOWED_TEXT.fullmatch(description):
        yield Problem(
            "description",
            f"InvalidParameterValue: Value ({description}) for parameter GroupDescription is "
            f"invalid. Valid descriptions are strings of 1 to {LONGEST_TEXT} characters from the "
            f"following set: {ALLOWED_TEXT_WORDS}",
        )
