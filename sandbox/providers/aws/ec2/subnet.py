"""`aws.ec2.Subnet`: a range of a VPC, in one zone."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Any, ClassVar, Final

from providers.aws.account import ACCOUNT, AwsKind, all_tags, arn, region, require_vpc, tag_problems
from providers.aws.ec2.networks import SUBNET, subnets
from providers.aws.networkfirewall.endpoints import in_subnet
from providers.aws.registry import check_schema, tags
from providers.aws.service import EC2
from providers.errors import Problem, Problems, aws_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records

# "Subnet CIDR blocks" (VPC user guide, read 2026-11).
_SIZES: Final = range(16, 29)
_TEXTS: Final = (
    "availabilityZone", "availabilityZoneId", "cidrBlock", "customerOwnedIpv4Pool",
    "ipv4IpamPoolId", "ipv6CidrBlock", "ipv6IpamPoolId", "outpostArn",
    "privateDnsHostnameTypeOnLaunch", "region", "vpcId",
)  # fmt: skip
_SWITCHES: Final = (
    "assignIpv6AddressOnCreation", "enableDns64", "enableResourceNameDnsARecordOnLaunch",
    "enableResourceNameDnsAaaaRecordOnLaunch", "ipv6Native", "mapCustomerOwnedIpOnLaunch",
    "mapPublicIpOnLaunch",
)  # fmt: skip
_NUMBERS: Final = ("enableLniAtDeviceIndex", "ipv4NetmaskLength", "ipv6NetmaskLength")


@believed("zone, range and VPC are for life")
class Subnet(AwsKind):
    """A subnet of a VPC that the platform team made."""

    type_name = SUBNET
    inputs: ClassVar = {
        **dict.fromkeys(_TEXTS, str),
        **dict.fromkeys(_SWITCHES, bool),
        **dict.fromkeys(_NUMBERS, int),
        "tags": dict,
    }
    required: ClassVar = ("vpcId",)
    replaced_by: ClassVar = frozenset({
        "availabilityZone", "availabilityZoneId", "cidrBlock", "ipv4IpamPoolId",
        "ipv4NetmaskLength", "ipv6Native", "outpostArn", "region", "vpcId",
    })  # fmt: skip
    computed: ClassVar = ("arn", "ipv6CidrBlockAssociationId", "ownerId", "region", "tagsAll")

    @written("/16 to /28", 'VPC user guide, "Subnet CIDR blocks"', "2026-11")
    @believed("the wording of that")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what EC2 refuses in the inputs alone, and what the stand-in does not choose."""
        for field in ("availabilityZone", "cidrBlock"):
            if field not in inputs:
                yield Problem(field, f"the stand-in chooses no {field}: give it")
        block = known(inputs, "cidrBlock")
        if block is not None and not _is_block(block):
            yield EC2.problem(
                "cidrBlock",
                f"Value ({block}) for parameter cidrBlock is invalid. This is not a valid CIDR block "
                f"of /{_SIZES[0]} to /{_SIZES[-1]}.",
            )
        yield from tag_problems(inputs)

    @believed("the wording where the range is outside the VPC, or the zone outside the region")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """The VPC must be one that `world.yaml` lists, the range inside it, the zone in its region."""
        where, vpc = region(inputs, session), known(inputs, "vpcId")
        zone = known(inputs, "availabilityZone")
        if zone is not None and zone[:-1] != where:
            raise aws_error(
                "CreateSubnet",
                "InvalidParameterValue",
                f"Value ({zone}) for parameter availabilityZone is invalid. It is not in {where}.",
            )
        if vpc is None:
            return
        require_vpc(inputs, session, "CreateSubnet")
        row = session.world.vpcs[where, vpc]
        block = known(inputs, "cidrBlock")
        if block is not None and not _network(block).subnet_of(_network(row["cidr"])):
            raise aws_error(
                "CreateSubnet", "InvalidSubnet.Range", f"The CIDR '{block}' is invalid."
            )

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """`subnet-` and 17 hexadecimal digits, as EC2 gives."""
        return f"subnet-{secrets.token_hex(9)[:17]}"

    @believed("ranges do not overlap: InvalidSubnet.Conflict")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema, then the VPC's other subnets."""
        operation = "ModifySubnetAttribute" if id_ in records.get(SUBNET, {}) else "CreateSubnet"
        check_schema(
            operation,
            "AWS::EC2::Subnet",
            {
                "AvailabilityZone": inputs.get("availabilityZone"),
                "CidrBlock": inputs.get("cidrBlock"),
                "MapPublicIpOnLaunch": inputs.get("mapPublicIpOnLaunch"),
                "Tags": tags(inputs),
                "VpcId": inputs.get("vpcId"),
            },
            region(inputs, session),
        )
        own = _network(inputs["cidrBlock"])
        for row in subnets(session, records).values():
            if (
                row["id"] != id_
                and row["vpc"] == inputs["vpcId"]
                and own.overlaps(_network(row["cidr"]))
            ):
                raise aws_error(
                    operation,
                    "InvalidSubnet.Conflict",
                    f"The CIDR '{own}' conflicts with another subnet ({row['id']})",
                )

    @believed("a subnet with an endpoint cannot be deleted, in these words")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a firewall has an endpoint in it."""
        for user in in_subnet(records, id_):
            raise aws_error(
                "DeleteSubnet",
                "DependencyViolation",
                f"The subnet '{id_}' has dependencies and cannot be deleted ({user}).",
            )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that EC2 and the provider add."""
        return {
            "arn": arn("ec2", f"subnet/{id_}", inputs, session),
            "ipv6CidrBlockAssociationId": "",
            "ownerId": ACCOUNT,
            "region": region(inputs, session),
            "tagsAll": all_tags(inputs, session),
        }


def _network(text: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(text)


def _is_block(text: str) -> bool:
    try:
        return _network(text).prefixlen in _SIZES
    except ValueError:
        return False
