"""`aws.networkfirewall.Firewall`: a policy at work in a VPC, an endpoint a zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from providers.aws.account import ACCOUNT, region, unknown_vpc
from providers.aws.ec2.networks import subnets
from providers.aws.networkfirewall.common import LOGGING, POLICY, FirewallKind
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
from providers.kind import Inputs, Naming, Session, is_a, items, known, row_problems
from providers.store import Record, Records
from providers.world import WORLD_NAME

_ADDRESS_TYPES: Final = ("IPV4", "DUALSTACK", "IPV6")
_ANALYSES: Final = ("TLS_SNI", "HTTP_HOST")
_PROTECTED: Final = (
    ("subnetChangeProtection", "subnetMappings", "UpdateSubnetMappings"),
    ("availabilityZoneChangeProtection", "availabilityZoneMappings", "AssociateAvailabilityZones"),
    ("firewallPolicyChangeProtection", "firewallPolicyArn", "AssociateFirewallPolicy"),
)


@written(
    "name, VPC and transit gateway are ForceNew, and one of the last two is given; policy, subnets, zones "
    "and protections change in place",
    "terraform-provider-aws internal/service/networkfirewall/firewall.go, of 2026",
    "2026-11",
)
class Firewall(FirewallKind):
    """A firewall. Its name and VPC are for life; its policy and subnets change in place."""

    type_name = FIREWALL
    resource, create = "firewall", "CreateFirewall"
    inputs: ClassVar = {
        "availabilityZoneChangeProtection": bool,
        "availabilityZoneMappings": list,
        "deleteProtection": bool,
        "description": str,
        "enabledAnalysisTypes": list,
        "encryptionConfiguration": dict,
        "firewallPolicyArn": str,
        "firewallPolicyChangeProtection": bool,
        "name": str,
        "region": str,
        "subnetChangeProtection": bool,
        "subnetMappings": list,
        "tags": dict,
        "transitGatewayId": str,
        "vpcId": str,
    }
    required: ClassVar = ("firewallPolicyArn",)
    replaced_by: ClassVar = frozenset({"name", "region", "transitGatewayId", "vpcId"})
    sets: ClassVar = ("availabilityZoneMappings", "subnetMappings", "enabledAnalysisTypes")
    computed: ClassVar = (
        "arn", "firewallStatuses", "region", "tagsAll", "transitGatewayOwnerAccountId",
        "updateToken",
    )  # fmt: skip

    def defaults(self, inputs: Inputs, session: Session, naming: Naming) -> dict[str, Any]:
        """A name; protections are off where the program says nothing."""
        return {**super().defaults(inputs, session, naming), "deleteProtection": False}

    @written(
        "kinds of analysis", "botocore 1.44.5, network-firewall EnabledAnalysisType", "2026-11"
    )
    @written(
        "a zone's mapping is one text of 128 characters",
        "botocore 1.44.5, AvailabilityZoneMapping",
        "2026-11",
    )
    @believed("a firewall without subnets or zones is refused, in these words")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        yield from self.common_problems(inputs)
        places = [field for field in ("transitGatewayId", "vpcId") if field in inputs]
        if len(places) != 1:
            yield Problem(
                "vpcId",
                "Invalid combination of arguments: one of `transit_gateway_id,vpc_id` must be specified",
            )
        field = "availabilityZoneMappings" if "transitGatewayId" in inputs else "subnetMappings"
        if field not in inputs or inputs[field] == []:
            title = field[0].upper() + field[1:]
            yield NETWORK_FIREWALL.problem(
                field, f"{title} cannot be null or empty, context: {title}"
            )
        yield from row_problems(inputs, "subnetMappings")
        yield from row_problems(inputs, "availabilityZoneMappings")
        for index, zone in enumerate(items(inputs, "availabilityZoneMappings")):
            if is_a(zone, dict) and "availabilityZoneId" not in zone:
                path = f"availabilityZoneMappings[{index}].availabilityZoneId"
                yield Problem(path, "missing required property 'availabilityZoneId'")
        seen: set[str] = set()
        for index, mapping in enumerate(items(inputs, "subnetMappings")):
            if is_a(mapping, dict):
                yield from _mapping_problems(mapping, index, seen)
        for kind in items(inputs, "enabledAnalysisTypes"):
            if isinstance(kind, str) and kind not in _ANALYSES:
                yield NETWORK_FIREWALL.constraint(
                    "enabledAnalysisTypes",
                    kind,
                    f"satisfy enum value set: [{', '.join(_ANALYSES)}]",
                )

    @believed(
        "subnets are in the VPC, one a zone, and the transit gateway is there, in these words"
    )
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """VPC and subnets must exist, the subnets in the VPC, one a zone."""
        where, vpc = region(inputs, session), known(inputs, "vpcId")
        if lacking := unknown_vpc(inputs, session):
            raise NETWORK_FIREWALL.refusal(
                self.create, f"VPC ID is invalid, parameter: [{vpc}], context: VpcId ({lacking})"
            )
        gateway = known(inputs, "transitGatewayId")
        if gateway is not None and gateway not in session.world.gateways:
            raise NETWORK_FIREWALL.refusal(
                self.create,
                f"transit gateway ID is invalid, parameter: [{gateway}], context: TransitGatewayId "
                f"({WORLD_NAME} has none of that id)",
            )
        zones: dict[str, str] = {}
        there = subnets(session)
        for index, mapping in enumerate(items(inputs, "subnetMappings")):
            subnet = known(mapping, "subnetId") if is_a(mapping, dict) else None
            if subnet is None:
                continue
            row = there.get((where, subnet))
            problem = "" if row else f"{WORLD_NAME} has none of that id in {where}"
            if row and vpc is not None and row["vpc"] != vpc:
                problem = f"it is in {row['vpc']}, the firewall in {vpc}"
            elif row and row["zone"] in zones:
                problem = f"{zones[row['zone']]} is in {row['zone']} too: one subnet a zone"
            if problem or row is None:
                raise NETWORK_FIREWALL.refusal(
                    self.create,
                    f"subnet ID is invalid, parameter: [{subnet}], "
                    f"context: SubnetMappings[{index}].SubnetId ({problem})",
                )
            zones[row["zone"]] = subnet

    @believed("the policy must be there, in these words")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema, the policy, and what is protected."""
        old = records.get(FIREWALL, {}).get(id_)
        operation = "AssociateFirewallPolicy" if old else self.create
        given = {key: value for key, value in inputs.items() if key in self.inputs}
        for field in ("name", "region", "tags", "encryptionConfiguration"):
            given.pop(field, None)
        document = {
            **properties(given),
            "FirewallName": inputs.get("name"),
            "SubnetMappings": [
                {"SubnetId": mapping["subnetId"], "IPAddressType": mapping.get("ipAddressType")}
                if mapping.get("ipAddressType")
                else {"SubnetId": mapping["subnetId"]}
                for mapping in items(inputs, "subnetMappings")
            ],
            "AvailabilityZoneMappings": [
                {"AvailabilityZone": zone["availabilityZoneId"]}
                for zone in items(inputs, "availabilityZoneMappings")
            ],
            "Tags": tags(inputs),
        }
        where = region(inputs, session)
        check_schema(operation, "AWS::NetworkFirewall::Firewall", document, where, NETWORK_FIREWALL)
        policy = str(inputs["firewallPolicyArn"])
        if policy not in records.get(POLICY, {}):
            raise NETWORK_FIREWALL.refusal(
                operation, f"firewall policy ARN does not exist, parameter: [{policy}]"
            )
        if old is not None:
            _check_protection(old, inputs, self.in_order)

    @believed(
        "a firewall that is protected, logs, has further endpoints, or is where a route leads cannot be deleted"
    )
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while it is protected, logs, has further endpoints, or is where a route leads."""
        held = records[FIREWALL][id_]
        reason = ""
        if held.get("deleteProtection"):
            reason = "delete protection is on: set deleteProtection to false first"
        elif id_ in records.get(LOGGING, {}):
            reason = "its logging configuration must be removed first"
        more = sorted(
            key for key, row in records.get(ASSOCIATION, {}).items() if row["firewallArn"] == id_
        )
        route = led_to(records, set(own_endpoints(id_, held).values()))
        if route and not reason:
            reason = f"Endpoint must be removed from route table before deletion: {route}"
        if more and not reason:
            reason = f"its VPC endpoint associations must be removed first: {more[0]}"
        if reason:
            raise NETWORK_FIREWALL.refusal(
                "DeleteFirewall", f"Unable to delete {id_}: {reason}", "InvalidOperationException"
            )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """Add the endpoints, as the provider's `firewallStatuses` lists them."""
        where, there = region(inputs, session), subnets(session)
        states = [
            {
                "availabilityZone": there.get((where, subnet), {}).get("zone", ""),
                "attachments": [{"endpointId": endpoint, "subnetId": subnet}],
            }
            for subnet, endpoint in sorted(own_endpoints(id_, inputs).items())
        ]
        attached = known(inputs, "transitGatewayId") is not None
        at = [{"attachmentId": f"tgw-attach-{endpoint_id(id_, '')[5:]}"}] if attached else []
        return {
            **super().outputs(id_, inputs, session),
            "firewallStatuses": [{"syncStates": states, "transitGatewayAttachmentSyncStates": at}],
            "transitGatewayOwnerAccountId": ACCOUNT if attached else "",
        }

    def unsettled(self, old: Inputs, new: Inputs) -> Sequence[str]:
        """The endpoints, where the subnets change."""
        before, after = (self.in_order(inputs) for inputs in (old, new))
        return () if before == after else ("firewallStatuses",)

    @staticmethod
    def in_order(inputs: Inputs, field: str = "subnetMappings") -> list[str]:
        """The subnets or zones, whose order means nothing."""
        return sorted(repr(mapping) for mapping in items(inputs, field))


@written("address types", "botocore 1.44.5, network-firewall IPAddressType", "2026-11")
@believed("a subnet twice is refused, in these words")
def _mapping_problems(mapping: Inputs, index: int, seen: set[str]) -> Problems:
    path = f"subnetMappings[{index}]"
    subnet = known(mapping, "subnetId")
    if "subnetId" not in mapping:
        yield Problem(f"{path}.subnetId", "missing required property 'subnetId'")
    if subnet is not None and subnet in seen:
        yield NETWORK_FIREWALL.problem(
            f"{path}.subnetId",
            f"SubnetMappings has duplicate values, parameter: [{subnet}], context: SubnetMappings",
        )
    seen.add(str(subnet))
    kind = known(mapping, "ipAddressType")
    if kind is not None and kind not in _ADDRESS_TYPES:
        yield NETWORK_FIREWALL.constraint(
            f"{path}.ipAddressType", kind, f"satisfy enum value set: [{', '.join(_ADDRESS_TYPES)}]"
        )


@written(
    "a protection is changed before what it protects",
    "terraform-provider-aws internal/service/networkfirewall/firewall.go, commit 0593466",
    "2026-11",
)
@believed("what is protected is refused, in these words")
def _check_protection(old: Record, new: Inputs, in_order: Any) -> None:
    # The provider changes a protection before what it protects (terraform-provider-aws, firewall.go,
    # read 2026-11): turned off it does not count, and turned on it counts at once.
    for flag, field, operation in _PROTECTED:
        changed = old.get(field) != new.get(field)
        if field.endswith("Mappings"):
            changed = in_order(old, field) != in_order(new, field)
        if changed and new.get(flag):
            raise NETWORK_FIREWALL.refusal(
                operation,
                f"Unable to change {field}: {flag} is on, set it to false first",
                "InvalidOperationException",
            )
