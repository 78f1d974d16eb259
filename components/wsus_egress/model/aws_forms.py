"""How AWS writes ids, names and ARNs, and what stands for those that only the deployment knows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from wsus_egress.model.base import Matching, MayBeOutput


def resource_id(kind: str, called: str) -> Matching:
    """The form of one kind of resource's ids: `vpc-` and hex digits."""
    return Matching(
        f"^{kind}-[0-9a-f]{{8,17}}$",
        f"is not {called} id",
        f"write it as {kind}- and 8 or 17 hex digits",
    )


# The patterns are those of the services' models (botocore 1.44.5), unless a comment says another source.
LogGroupName = Annotated[
    str,
    Field(min_length=1, max_length=500),  # 512, less the type of the logs.
    Matching(
        r"^[\.\-_/#A-Za-z0-9]+$",
        "is not a log group's name",
        "write letters, digits and . - _ / #",
    ),
]
BucketName = Annotated[
    str,
    # "General purpose bucket naming rules", S3 user guide, read 2026-11.
    Matching(
        r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        "is not a bucket's name",
        "write 3 to 63 lower-case letters, digits, dots and hyphens",
    ),
]
AccountId = Annotated[
    str, Matching(r"^[0-9]{12}$", "is not an account id", "write its 12 digits, in quotes")
]
UnitId = Annotated[
    str,
    # OrganizationalUnitId of AWS Organizations.
    Matching(
        r"^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$",
        "is not an organizational unit's id",
        "write it like ou-ab12-cdef3456",
    ),
]
Principal = Annotated[
    str,
    # "AssociateResourceShare" of AWS RAM, API reference, read 2026-11.
    Matching(
        r"^([0-9]{12}|arn:aws[a-z-]*:organizations::[0-9]{12}:"
        r"(organization/o-[a-z0-9]{10,32}|ou/o-[a-z0-9]{10,32}/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}))$",
        "is neither an account id nor the ARN of an organization or of a unit of it",
        "write 12 digits, or arn:aws:organizations::111122223333:organization/o-exampleorg",
    ),
]
PolicyArn = Annotated[
    str,
    # ResourceArn and ResourceName of the service's model.
    Matching(
        r"^arn:aws[a-z-]*:network-firewall:[a-z0-9-]+:[0-9]{12}:firewall-policy/[a-zA-Z0-9-]{1,128}$",
        "is not the ARN of a firewall policy",
        "write it like arn:aws:network-firewall:REGION:ACCOUNT:firewall-policy/NAME",
    ),
    MayBeOutput("arn:aws:network-firewall:us-east-1:000000000000:firewall-policy/unknown"),
]
VpcId = Annotated[str, resource_id("vpc", "a VPC"), MayBeOutput("vpc-{n}")]
InspectionVpcId = Annotated[str, resource_id("vpc", "a VPC"), MayBeOutput("vpc-ffffffff")]
SubnetId = Annotated[str, resource_id("subnet", "a subnet"), MayBeOutput("subnet-{n}")]
RouteTableId = Annotated[str, resource_id("rtb", "a route table"), MayBeOutput("rtb-{n}")]
TransitGatewayId = Annotated[
    str, resource_id("tgw", "a transit gateway"), MayBeOutput("tgw-ffffffff")
]
ZoneId = Annotated[
    str,
    # AvailabilityZoneMapping's own pattern takes any text; an id is the same zone in every account
    # ("AZ IDs", RAM user guide, read 2026-11), and a zone's name is not.
    Matching(
        r"^[a-z][a-z0-9-]*-az[0-9]{1,2}$",
        "is not an availability zone's id",
        "write it like euw1-az1, the ZoneId of `aws ec2 describe-availability-zones`",
    ),
]
Zone = Annotated[
    str,
    Matching(
        # The sovereign cloud's regions begin with four letters: eusc-de-east-1.
        r"^[a-z]{2}([a-z]{2})?(-[a-z]+)+-[0-9][a-z]$",
        "is not an availability zone",
        "write it like eu-west-1a",
    ),
]


# Network Firewall takes an id, an alias or an ARN; of a key in another account only the ARN, and
# CloudWatch Logs only an ARN (EncryptionConfiguration and CreateLogGroup, API references, read 2026-11).
KmsKeyArn = Annotated[
    str,
    Matching(
        r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,200}$",
        "is not the ARN of a KMS key",
        "write it like arn:aws:kms:REGION:ACCOUNT:key/ID",
    ),
    MayBeOutput("arn:aws:kms:us-east-1:000000000000:key/unknown-{n}"),
]
