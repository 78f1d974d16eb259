"""Resource Access Manager: a share, what it shares, and with whom."""

from __future__ import annotations

import re
import uuid
from typing import Any, ClassVar, Final

from providers.aws.account import ACCOUNT, AwsKind, NamedKind, all_tags, arn, region, tag_problems
from providers.aws.dnsfirewall.common import RULE_GROUP as DNS_RULE_GROUP
from providers.aws.ec2.prefix_list import PREFIX_LIST
from providers.aws.networkfirewall.common import POLICY, RULE_GROUP
from providers.aws.networkfirewall.endpoints import FIREWALL
from providers.aws.registry import check_schema, tags
from providers.aws.service import RAM
from providers.errors import CloudError, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Naming, Session, known
from providers.store import Records

SHARE: Final = "aws:ram/resourceShare:ResourceShare"
RESOURCE_ASSOCIATION: Final = "aws:ram/resourceAssociation:ResourceAssociation"
PRINCIPAL_ASSOCIATION: Final = "aws:ram/principalAssociation:PrincipalAssociation"

# What can be shared ("Shareable AWS resources", RAM user guide, read 2026-11), of what the stand-in
# has: by the part of the ARN that says its type.
_SHAREABLE: Final = {
    "network-firewall:stateful-rulegroup": RULE_GROUP,
    "network-firewall:firewall-policy": POLICY,
    "network-firewall:firewall": FIREWALL,
    "ec2:prefix-list": PREFIX_LIST,
    "route53resolver:firewall-rule-group": DNS_RULE_GROUP,
}
_ARN: Final = re.compile(r"arn:aws:([a-z0-9-]+):([a-z0-9-]*):(\d{12}):([a-z-]+)/(.+)")
_PRINCIPAL: Final = re.compile(
    r"(?P<account>\d{12})|arn:aws:organizations::\d{12}:"
    r"(?:organization/(?P<organization>o-[a-z0-9]+)|ou/o-[a-z0-9]+/(?P<unit>ou-[a-z0-9-]+))|"
    r"arn:aws:iam::(?P<owner>\d{12}):(?:role|user)/.+"
)


@written(
    "permissions are ForceNew",
    "terraform-provider-aws internal/service/ram/resource_share.go, commit 01f4311",
    "2026-11",
)
class ResourceShare(NamedKind):
    """A share; its associations name it."""

    type_name = SHARE
    inputs: ClassVar = {
        "allowExternalPrincipals": bool,
        "name": str,
        "permissionArns": list,
        "region": str,
        "resourceShareConfiguration": dict,
        "tags": dict,
    }
    replaced_by: ClassVar = frozenset({"permissionArns", "region"})
    computed: ClassVar = ("arn", "permissionArns", "region", "tagsAll")

    def defaults(self, inputs: Inputs, session: Session, naming: Naming) -> dict[str, Any]:
        """The defaults that pulumi-aws fills in."""
        return {**super().defaults(inputs, session, naming), "allowExternalPrincipals": False}

    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        yield from tag_problems(inputs)

    def identify(self, inputs: Inputs, session: Session) -> str:
        """The ARN, with an id that RAM makes up."""
        return arn("ram", f"resource-share/{uuid.uuid4()}", inputs, session)

    @believed("the share must be there")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema; two shares may have one name."""
        new = id_ not in records.get(SHARE, {})
        check_schema(
            "CreateResourceShare" if new else "UpdateResourceShare",
            "AWS::RAM::ResourceShare",
            {
                "Name": inputs.get("name"),
                "AllowExternalPrincipals": inputs.get("allowExternalPrincipals"),
                "PermissionArns": inputs.get("permissionArns"),
                "Tags": tags(inputs),
            },
            region(inputs, session),
            RAM,
        )

    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """What is associated goes with the share."""
        for kind in (RESOURCE_ASSOCIATION, PRINCIPAL_ASSOCIATION):
            held = records.get(kind, {})
            for key in [key for key, row in held.items() if row.get("resourceShareArn") == id_]:
                del held[key]

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that the service and the provider add."""
        return {
            "arn": id_,
            "permissionArns": inputs.get("permissionArns", []),
            "region": region(inputs, session),
            "tagsAll": all_tags(inputs, session),
        }


class _Association(AwsKind):
    """One thing that a share is about; its id is the share and that thing."""

    member: ClassVar[str]
    computed: ClassVar = ("region",)

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """The share's ARN, a comma, and what is associated."""
        return f"{inputs['resourceShareArn']},{inputs[self.member]}"

    @believed("what is shared twice is refused, in these words")
    def taken(self, id_: str) -> CloudError:
        """A share has each thing once."""
        return RAM.refusal("AssociateResourceShare", f"{id_.partition(',')[2]} is shared already")

    @believed("the share must be there")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:  # noqa: ARG002
        """The share must exist, and what is associated."""
        share = str(inputs["resourceShareArn"])
        held = records.get(SHARE, {}).get(share)
        if held is None:
            raise _unknown(f"ResourceShare {share}")
        self.check(str(inputs[self.member]), held, records, session)

    def check(self, member: str, share: Inputs, records: Records, session: Session) -> None:
        """Raise what RAM answers to this member."""
        raise NotImplementedError

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """Add only the region."""
        return {"region": region(inputs, session)}


@written(
    "both ends are ForceNew",
    "terraform-provider-aws internal/service/ram/resource_association.go, commit 04bea1b",
    "2026-11",
)
class ResourceAssociation(_Association):
    """A resource that a share holds."""

    type_name, member = RESOURCE_ASSOCIATION, "resourceArn"
    inputs: ClassVar = {"region": str, "resourceArn": str, "resourceShareArn": str}
    required: ClassVar = ("resourceArn", "resourceShareArn")
    replaced_by: ClassVar = frozenset({"region", "resourceArn", "resourceShareArn"})

    @written(
        "types of resources that are shared", 'RAM user guide, "Shareable AWS resources"', "2026-11"
    )
    @believed("the wording of that")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """An ARN of a type that RAM shares."""
        text = known(inputs, "resourceArn")
        if text is None:
            return
        found = _ARN.fullmatch(text)
        if found is None or f"{found[1]}:{found[4]}" not in _SHAREABLE:
            yield RAM.problem("resourceArn", f"You cannot share the selected resource type: {text}")

    @believed("the resource must be there")
    def check(self, member: str, share: Inputs, records: Records, session: Session) -> None:  # noqa: ARG002
        """The resource must exist."""
        found = _ARN.fullmatch(member)
        kind = _SHAREABLE[f"{found[1]}:{found[4]}"] if found else ""
        # An id is the whole ARN in one service, and its last part in another.
        if found is None or not {member, found[5]} & records.get(kind, {}).keys():
            raise _unknown(f"Resource {member}")


@believed("both ends are for life")
class PrincipalAssociation(_Association):
    """An account, an organization or a unit of it, that a share is for."""

    type_name, member = PRINCIPAL_ASSOCIATION, "principal"
    inputs: ClassVar = {"principal": str, "region": str, "resourceShareArn": str}
    required: ClassVar = ("principal", "resourceShareArn")
    replaced_by: ClassVar = frozenset({"principal", "region", "resourceShareArn"})

    @believed("the forms of principals, in these words")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """An account number, or the ARN of an organization, a unit, a role or a user."""
        text = known(inputs, "principal")
        if text is not None and not _PRINCIPAL.fullmatch(text):
            yield RAM.problem("principal", f"The principal {text} is malformed")

    @believed("outside of the organization a share needs allowExternalPrincipals, in these words")
    def check(self, member: str, share: Inputs, records: Records, session: Session) -> None:  # noqa: ARG002
        """The principal must be in the organization, unless the share admits others."""
        found = _PRINCIPAL.fullmatch(member)
        named = found.groupdict() if found else {}
        organization = session.world.organization
        if named.get("organization") not in (None, organization.id):
            raise _unknown(f"Organization {named['organization']}")
        if named.get("unit") and named["unit"] not in organization.units:
            raise _unknown(f"OrganizationalUnit {named['unit']}")
        account = named.get("account") or named.get("owner")
        inside = account in (None, ACCOUNT, *sorted(organization.accounts))
        if not inside and not share.get("allowExternalPrincipals"):
            raise RAM.refusal(
                "AssociateResourceShare",
                "The resource you are attempting to share can only be shared within your AWS "
                f"Organization ({account} is not in {organization.id})",
                "OperationNotPermittedException",
            )


@believed("the wording of UnknownResourceException")
def _unknown(what: str) -> CloudError:
    return RAM.refusal(
        "AssociateResourceShare", f"{what} could not be found.", "UnknownResourceException"
    )
