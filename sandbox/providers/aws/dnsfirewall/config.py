"""`aws.route53.ResolverFirewallConfig`: what a VPC does when DNS Firewall does not answer."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final

from providers.aws.account import ACCOUNT, AwsKind, region, unknown_vpc
from providers.aws.dnsfirewall.common import CONFIG, enum, missing
from providers.errors import Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records

_MODES: Final = ("ENABLED", "DISABLED", "USE_LOCAL_RESOURCE_SETTING")


@written(
    "a create is an update of what every VPC has",
    "terraform-provider-aws internal/service/route53resolver/firewall_config.go, commit 0ebc7ee",
    "2026-11",
)
@believed("the stand-in forgets the mode at a delete, where the provider sets DISABLED")
class DnsConfig(AwsKind):
    """A VPC's fail mode. The registry has no schema of it."""

    type_name = CONFIG
    inputs: ClassVar = {"firewallFailOpen": str, "region": str, "resourceId": str}
    required: ClassVar = ("resourceId",)
    replaced_by: ClassVar = frozenset({"region", "resourceId"})
    computed: ClassVar = ("firewallFailOpen", "ownerId", "region")

    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        yield from enum("firewallFailOpen", known(inputs, "firewallFailOpen"), _MODES)

    @believed("the wording where the VPC is not there")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """The VPC must be one that `world.yaml` lists in this region."""
        if lacking := unknown_vpc(inputs, session, "resourceId"):
            raise missing("UpdateFirewallConfig", f"VPC ({lacking})", inputs["resourceId"])

    def identify(self, inputs: Inputs, session: Session) -> str:
        """Every VPC has one, always the same."""
        vpc = f"{region(inputs, session)} {inputs['resourceId']}"
        return f"rslvr-fc-{hashlib.sha256(vpc.encode()).hexdigest()[:16]}"

    def taken(self, id_: str) -> None:
        """Nothing is refused: UpdateFirewallConfig writes over another stack's mode."""

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Nothing else is refused."""

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """The outputs that the service adds."""
        return {
            "firewallFailOpen": inputs.get("firewallFailOpen", "DISABLED"),
            "ownerId": ACCOUNT,
            "region": region(inputs, session),
        }
