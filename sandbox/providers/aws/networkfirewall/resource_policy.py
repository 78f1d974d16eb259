"""`aws.networkfirewall.ResourcePolicy`: which other accounts may use a rule group or a policy."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Final

from providers.aws.account import AwsKind, region
from providers.aws.networkfirewall.common import POLICY, RESOURCE_POLICY, RULE_GROUP
from providers.aws.service import NETWORK_FIREWALL
from providers.errors import Problem, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records

_LONGEST: Final = 395_000  # PutResourcePolicy's own model (botocore 1.44.5).


@believed("the resource is for life")
class ResourcePolicy(AwsKind):
    """A resource's IAM policy; its id is the resource's ARN. The registry has no schema of it."""

    type_name = RESOURCE_POLICY
    inputs: ClassVar = {"policy": str, "region": str, "resourceArn": str}
    required: ClassVar = ("policy", "resourceArn")
    replaced_by: ClassVar = frozenset({"resourceArn", "region"})
    computed: ClassVar = ("region",)

    @written(
        "395,000 characters of JSON", "botocore 1.44.5, network-firewall PolicyString", "2026-11"
    )
    @believed("the wording of a policy without a statement")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        text = known(inputs, "policy")
        if text is None:
            return
        if len(text) > _LONGEST:
            yield NETWORK_FIREWALL.constraint(
                "policy", text, f"have length less than or equal to {_LONGEST}"
            )
        try:
            policy = json.loads(text)
        except ValueError as error:
            yield Problem("policy", f'"policy" contains an invalid JSON policy: {error}')
            return
        if not isinstance(policy, dict) or not policy.get("Statement"):
            yield Problem("policy", "InvalidResourcePolicyException: the policy has no Statement")

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """The resource's ARN."""
        return str(inputs["resourceArn"])

    def taken(self, id_: str) -> None:
        """Nothing is refused: PutResourcePolicy writes over what is there."""

    @believed("the resource must be there, in these words")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:  # noqa: ARG002
        """The resource must exist."""
        if not any(id_ in records.get(kind, {}) for kind in (RULE_GROUP, POLICY)):
            raise NETWORK_FIREWALL.refusal(
                "PutResourcePolicy", f"{id_} does not exist", "ResourceNotFoundException"
            )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """Add only the region."""
        return {"region": region(inputs, session)}
