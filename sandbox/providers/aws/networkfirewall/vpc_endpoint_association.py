"""`aws.networkfirewall.VpcEndpointAssociation`: a further endpoint of a firewall, often in another VPC."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final

from providers.aws.account import AwsKind, all_tags, arn, region, tag_problems, unknown_vpc
from providers.aws.ec2.networks import subnets
from providers.aws.networkfirewall.endpoints import (
    ASSOCIATION,
    FIREWALL,
    endpoint_id,
    led_to,
    own_endpoints,
)
from providers.aws.registry import check_schema, properties, tags
from providers.aws.service import NETWORK_FIREWALL
from providers.errors import Problem, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records
from providers.world import WORLD_NAME

_CREATE: Final = "CreateVpcEndpointAssociation"


@written(
    "firewall, VPC, subnet and description are for life",
    "terraform-provider-aws internal/service/networkfirewall/vpc_endpoint_association.go, commit 0723ad0",
    "2026-11",
)
class VpcEndpointAssociation(AwsKind):
    """A further endpoint. Everything of it but the tags is for life."""

    type_name = ASSOCIATION
    inputs: ClassVar = {
        "description": str,
        "firewallArn": str,
        "region": str,
        "subnetMapping": dict,
        "tags": dict,
        "timeouts": dict,
        "vpcId": str,
    }
    required: ClassVar = ("firewallArn", "subnetMapping", "vpcId")
    replaced_by: ClassVar = frozenset(
        {"description", "firewallArn", "region", "subnetMapping", "vpcId"}
    )
    computed: ClassVar = (
        "region", "tagsAll", "vpcEndpointAssociationArn", "vpcEndpointAssociationId",
        "vpcEndpointAssociationStatuses",
    )  # fmt: skip

    @written(
        "a subnet mapping names its subnet",
        "terraform-provider-aws internal/service/networkfirewall/vpc_endpoint_association.go, commit 0723ad0",
        "2026-11",
    )
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the provider refuses in the inputs alone."""
        mapping = inputs.get("subnetMapping")
        if isinstance(mapping, dict) and "subnetId" not in mapping:
            yield Problem("subnetMapping.subnetId", "missing required property 'subnetId'")
        yield from tag_problems(inputs)

    @believed("VPC and subnet must be there, the subnet in the VPC, in these words")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """VPC and subnet must exist, the subnet in the VPC."""
        where, vpc = region(inputs, session), known(inputs, "vpcId")
        if lacking := unknown_vpc(inputs, session):
            raise NETWORK_FIREWALL.refusal(
                _CREATE, f"VPC ID is invalid, parameter: [{vpc}], context: VpcId ({lacking})"
            )
        subnet = known(inputs.get("subnetMapping") or {}, "subnetId")
        if subnet is None:
            return
        row = subnets(session).get((where, subnet))
        problem = "" if row else f"{WORLD_NAME} has none of that id in {where}"
        if row and vpc is not None and row["vpc"] != vpc:
            problem = f"it is in {row['vpc']}, the endpoint in {vpc}"
        if problem:
            raise NETWORK_FIREWALL.refusal(
                _CREATE,
                f"subnet ID is invalid, parameter: [{subnet}], context: SubnetMapping.SubnetId ({problem})",
            )

    @believed("the ARN ends in the association's id, which is a UUID")
    def identify(self, inputs: Inputs, session: Session) -> str:
        """The ARN."""
        place = f"{inputs['firewallArn']} {inputs['subnetMapping']['subnetId']}"
        own = hashlib.sha256(place.encode()).hexdigest()
        number = "-".join((own[:8], own[8:12], own[12:16], own[16:20], own[20:32]))
        return arn("network-firewall", f"vpc-endpoint-association/{number}", inputs, session)

    @written(
        "only in a zone in which the firewall has a subnet itself",
        "botocore 1.44.5, network-firewall VpcEndpointAssociation",
        "2026-11",
    )
    @believed("the wording of that; a subnet has one endpoint; the firewall must be there")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:  # noqa: ARG002
        """Check the registry schema, the firewall and its zones."""
        where = region(inputs, session)
        given = {key: value for key, value in inputs.items() if key in self.inputs}
        for field in ("region", "tags", "timeouts", "subnetMapping"):
            given.pop(field, None)
        mapping = inputs["subnetMapping"]
        kind = mapping.get("ipAddressType")
        document = {
            **properties(given),
            "SubnetMapping": {
                "SubnetId": mapping["subnetId"],
                **({"IPAddressType": kind} if kind else {}),
            },
            "Tags": tags(inputs),
        }
        check_schema(
            _CREATE,
            "AWS::NetworkFirewall::VpcEndpointAssociation",
            document,
            where,
            NETWORK_FIREWALL,
        )
        firewall = records.get(FIREWALL, {}).get(str(inputs["firewallArn"]))
        if firewall is None:
            what = f"firewall ARN does not exist, parameter: [{inputs['firewallArn']}]"
            raise NETWORK_FIREWALL.refusal(_CREATE, what, "ResourceNotFoundException")
        there = subnets(session, records)
        zones = {
            there.get((where, each), {}).get("zone")
            for each in own_endpoints(str(inputs["firewallArn"]), firewall)
        }
        own = there.get((where, mapping["subnetId"]), {}).get("zone")
        if own not in zones:
            raise NETWORK_FIREWALL.refusal(
                _CREATE,
                f"the firewall has no endpoint in the Availability Zone, parameter: [{own}]",
            )

    @believed("an endpoint where a route leads cannot be deleted, in these words")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:
        """Refuse to delete it while a route leads to it."""
        own = endpoint_id(id_, str(inputs["subnetMapping"]["subnetId"]))
        if route := led_to(records, {own}):
            raise NETWORK_FIREWALL.refusal(
                "DeleteVpcEndpointAssociation",
                f"Unable to delete {id_}: Endpoint must be removed from route table before deletion: {route}",
                "InvalidOperationException",
            )

    @written(
        "the endpoint's id is in the status, by zone",
        "terraform-provider-aws internal/service/networkfirewall/vpc_endpoint_association.go, commit 0723ad0",
        "2026-11",
    )
    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """Add the ids, and the endpoint as the provider's status lists it."""
        where, subnet = region(inputs, session), str(inputs["subnetMapping"]["subnetId"])
        attachment = {
            "endpointId": endpoint_id(id_, subnet), "subnetId": subnet, "status": "READY", "statusMessage": "",
        }  # fmt: skip
        state = {
            "attachments": [attachment],
            "availabilityZone": subnets(session).get((where, subnet), {}).get("zone", ""),
        }
        return {
            "region": where,
            "tagsAll": all_tags(inputs, session),
            "vpcEndpointAssociationArn": id_,
            "vpcEndpointAssociationId": id_.rpartition("/")[2],
            "vpcEndpointAssociationStatuses": [{"associationSyncStates": [state]}],
        }
