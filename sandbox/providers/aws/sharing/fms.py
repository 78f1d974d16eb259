"""`aws.fms.Policy`: Firewall Manager deploys rule groups to the accounts of an organization."""

from __future__ import annotations

import json
import uuid
from typing import Any, ClassVar, Final

from providers.aws.account import NamedKind, all_tags, region, tag_problems
from providers.aws.networkfirewall.common import MANAGER_POLICY, mapping
from providers.aws.networkfirewall.stateful import check_references, stateful_problems
from providers.aws.registry import check_schema, properties
from providers.aws.service import FMS
from providers.errors import Problem, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Naming, Session, is_a, items, known
from providers.store import Records

_DATA: Final = "securityServicePolicyData"
_TEXT: Final = f"{_DATA}.managedServiceData"
_KIND: Final = "NETWORK_FIREWALL"
_PREFIX: Final = "networkFirewall"
# "SecurityServicePolicyData" (Firewall Manager API reference, read 2026-11).
_REQUIRED: Final = (
    "networkFirewallStatelessRuleGroupReferences",
    "networkFirewallStatelessDefaultActions",
    "networkFirewallStatelessFragmentDefaultActions",
    "networkFirewallStatefulRuleGroupReferences",
    "networkFirewallOrchestrationConfig",
)
_OPTIONAL: Final = (
    "type",
    "networkFirewallStatelessCustomActions",
    "networkFirewallStatefulDefaultActions",
    "networkFirewallStatefulEngineOptions",
    "networkFirewallLoggingConfiguration",
)
_VPC: Final = "AWS::EC2::VPC"


@written(
    "every change is a PutPolicy",
    "terraform-provider-aws internal/service/fms/policy.go, commit 0593466",
    "2026-11",
)
class FirewallManagerPolicy(NamedKind):
    """A Firewall Manager policy of the type NETWORK_FIREWALL; the stand-in has no other."""

    type_name = MANAGER_POLICY
    inputs: ClassVar = {
        "deleteAllPolicyResources": bool,
        "deleteUnusedFmManagedResources": bool,
        "description": str,
        "excludeMap": dict,
        "excludeResourceTags": bool,
        "includeMap": dict,
        "name": str,
        "region": str,
        "remediationEnabled": bool,
        "resourceSetIds": list,
        "resourceTagLogicalOperator": str,
        "resourceTags": dict,
        "resourceType": str,
        "resourceTypeLists": list,
        "securityServicePolicyData": dict,
        "tags": dict,
    }
    required: ClassVar = ("excludeResourceTags", "securityServicePolicyData")
    replaced_by: ClassVar = frozenset({"region"})
    local: ClassVar = frozenset({"deleteAllPolicyResources"})
    sets: ClassVar = ("includeMap.accounts", "includeMap.orgunits", "excludeMap.accounts",
                      "excludeMap.orgunits")  # fmt: skip
    computed: ClassVar = ("arn", "policyUpdateToken", "region", "resourceType",
                          "resourceTypeLists", "tagsAll")  # fmt: skip

    def defaults(self, inputs: Inputs, session: Session, naming: Naming) -> dict[str, Any]:
        """The defaults that pulumi-aws fills in."""
        return {
            **super().defaults(inputs, session, naming),
            "deleteAllPolicyResources": True,
            "deleteUnusedFmManagedResources": False,
        }

    @believed("the stand-in has policies of Network Firewall alone")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        data = mapping(inputs, _DATA)
        kind = known(data, "type")
        if kind is not None and kind != _KIND:
            yield Problem(f"{_DATA}.type", f"the stand-in has {_KIND} alone, not {kind}")
        wanted = known(inputs, "resourceType")
        if wanted is not None and wanted != _VPC:
            yield FMS.problem("resourceType", f"a {_KIND} policy is about {_VPC}, not {wanted}")
        text = known(data, "managedServiceData")
        if text is not None:
            yield from _text_problems(text)
        elif is_a(inputs.get(_DATA), dict) and "managedServiceData" not in data:
            yield FMS.problem(_TEXT, f"managedServiceData is required with {_KIND}")
        yield from tag_problems(inputs)

    @believed("accounts and units that are not the organization's are refused, in these words")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """Accounts and units must be those that `world.yaml` lists."""
        organization = session.world.organization
        for field in ("includeMap", "excludeMap"):
            for names, there in (
                ("accounts", organization.accounts),
                ("orgunits", organization.units),
            ):
                for name in items(mapping(inputs, field), names):
                    if isinstance(name, str) and name not in there:
                        raise FMS.refusal(
                            "PutPolicy",
                            f"{field}.{names}: {name} is not in the organization {organization.id}",
                        )

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """A UUID, as the service gives."""
        return str(uuid.uuid4())

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:  # noqa: ARG002
        """Check the registry schema, then the rule groups."""
        data = mapping(inputs, _DATA)
        check_schema(
            "PutPolicy",
            "AWS::FMS::Policy",
            {
                "PolicyName": inputs.get("name"),
                "PolicyDescription": inputs.get("description"),
                "ExcludeResourceTags": inputs.get("excludeResourceTags"),
                "RemediationEnabled": inputs.get("remediationEnabled", False),
                "ResourceType": inputs.get("resourceType"),
                "ResourceTags": [
                    {"Key": key, "Value": value}
                    for key, value in (inputs.get("resourceTags") or {}).items()
                ],
                "IncludeMap": _accounts(inputs, "includeMap"),
                "ExcludeMap": _accounts(inputs, "excludeMap"),
                "SecurityServicePolicyData": properties(data),
            },
            region(inputs, session),
            FMS,
        )
        policy = _policy(json.loads(str(data["managedServiceData"])))
        check_references("PutPolicy", policy, inputs, records, session)

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that the service and the provider add."""
        where = region(inputs, session)
        return {
            "arn": f"arn:aws:fms:{where}:policy/{id_}",
            "policyUpdateToken": "1",
            "region": where,
            "resourceType": inputs.get("resourceType", _VPC),
            "resourceTypeLists": inputs.get("resourceTypeLists", []),
            "tagsAll": all_tags(inputs, session),
        }


@written(
    "the fields of managedServiceData",
    "Firewall Manager API reference, SecurityServicePolicyData",
    "2026-11",
)
@believed("the wording, and that a field that is not listed is refused")
def _text_problems(text: str) -> Problems:
    try:
        data = json.loads(text)
    except ValueError as error:
        yield Problem(_TEXT, f'"managed_service_data" contains an invalid JSON: {error}')
        return
    if not isinstance(data, dict):
        yield FMS.problem(_TEXT, "ManagedServiceData must be a JSON object")
        return
    if data.get("type", _KIND) != _KIND:
        yield FMS.problem(_TEXT, f"type is {data['type']}, the policy's is {_KIND}")
    for name in sorted({*data} - {*_REQUIRED, *_OPTIONAL}):
        yield FMS.problem(_TEXT, f"ManagedServiceData has no field {name}")
    for name in _REQUIRED:
        if name not in data:
            yield FMS.problem(_TEXT, f"ManagedServiceData needs the field {name}")
    # Not the service's own codes: Firewall Manager's answers to these are not known.
    for problem in stateful_problems(_policy(data), "managedServiceData"):
        yield Problem(_TEXT, f"{FMS.bad_request}: {problem.path}: {problem.reason}")


def _policy(data: Inputs) -> dict[str, Any]:
    """The stateful side in Pulumi's names."""
    plain = {name.removeprefix(_PREFIX): value for name, value in data.items()}
    policy = {name[:1].lower() + name[1:]: value for name, value in plain.items()}
    policy["statefulRuleGroupReferences"] = [
        {("resourceArn" if key == "resourceARN" else key): value for key, value in row.items()}
        for row in items(policy, "statefulRuleGroupReferences")
        if isinstance(row, dict)
    ]
    return policy


def _accounts(inputs: Inputs, field: str) -> dict[str, Any]:
    given = mapping(inputs, field)
    return {
        theirs: given[ours]
        for theirs, ours in (("ACCOUNT", "accounts"), ("ORGUNIT", "orgunits"))
        if ours in given
    }
