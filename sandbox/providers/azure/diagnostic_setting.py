"""`azure-native.monitor.DiagnosticSetting`: which logs of a resource go where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from providers.azure.azure_firewall import FIREWALL_TYPE
from providers.azure.permissions import calls
from providers.azure.references import require, require_workspace
from providers.azure.resource import AzureKind
from providers.azure.sources import bad
from providers.errors import Problems, azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known, row_problems
from providers.store import Records

# "Supported logs for Microsoft.Network/azureFirewalls" (2026-11).
_CATEGORIES: Final = frozenset(
    {
        "AZFWApplicationRule", "AZFWApplicationRuleAggregation", "AZFWDnsQuery", "AZFWFatFlow",
        "AZFWFlowTrace", "AZFWFqdnResolveFailure", "AZFWIdpsSignature", "AZFWNatRule",
        "AZFWNatRuleAggregation", "AZFWNetworkRule", "AZFWNetworkRuleAggregation",
        "AZFWThreatIntel", "AzureFirewallApplicationRule", "AzureFirewallDnsProxy",
        "AzureFirewallNetworkRule",
    }
)  # fmt: skip


@written(
    "its id's parts replace it; whatever else changes is sent",
    "pulumi-azure-native provider/pkg/provider/diff.go and gen/replacement.go",
    "2026-11",
)
class DiagnosticSetting(AzureKind):
    """The logs of a firewall, to a Log Analytics workspace."""

    type_name = "azure-native:monitor:DiagnosticSetting"
    name_input = "name"
    collection = "diagnosticSettings"
    model = ""
    located = False
    api_version = "2021-05-01-preview"
    inputs: ClassVar = {
        "id": str,
        "logAnalyticsDestinationType": str,
        "logs": list,
        "metrics": list,
        "name": str,
        "resourceUri": str,
        "storageAccountId": str,
        "workspaceId": str,
    }
    required: ClassVar = ("resourceUri",)
    replaced_by: ClassVar = frozenset({"name", "resourceUri"})
    computed: ClassVar = ("azureApiVersion", "type")

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """Everything inside `properties`."""
        return {"properties": {n: v for n, v in inputs.items() if n not in ("name", "resourceUri")}}

    @written(
        "a workspace is asked for its keys: LinkedAuthorizationFailed without",
        "JimGBritt/AzurePolicy issue 17; MicrosoftDocs/azure-docs issue 80159",
        "2026-11",
    )
    def permissions(self, operation: str, inputs: Inputs) -> Iterator[str]:
        """Those of Azure Monitor, and of the workspace that gets the logs."""
        yield from calls("Microsoft.Insights/diagnosticSettings", operation, {})
        if operation == "write" and "workspaceId" in inputs:
            yield "Microsoft.OperationalInsights/workspaces/read"
            yield "Microsoft.OperationalInsights/workspaces/sharedKeys/action"

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """What Azure Monitor adds: no etag, for it keeps none."""
        return {
            "azureApiVersion": self.api_version,
            "type": "Microsoft.Insights/diagnosticSettings",
        }

    @written(
        "a firewall has these categories",
        '"Supported logs for Microsoft.Network/azureFirewalls"',
        "2026-11",
    )
    @believed("the wording where a setting has no sink")
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Categories that a firewall has not, and a setting that sends nothing anywhere."""
        yield from row_problems(inputs, "logs")
        for index, log in enumerate(items(inputs, "logs")):
            category = known(log, "category") if is_a(log, dict) else None
            if category is not None and category not in _CATEGORIES:
                yield bad(
                    f"logs[{index}].category",
                    f"Category '{category}' is not supported.",
                    "BadRequest",
                )
        if "workspaceId" not in inputs and "storageAccountId" not in inputs:
            yield bad("workspaceId", "At least one data sink needs to be specified.", "BadRequest")

    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """The workspace must be one that `world.yaml` lists."""
        workspace = known(inputs, "workspaceId")
        if workspace is not None:
            require_workspace(session, workspace)

    @written(
        "each log comes back with a retention of no days, which nobody sent",
        "Azure/azure-rest-api-specs issue 22400, 2023-01",
        "2026-11-30",
    )
    @believed(
        "the destination type of a firewall's setting comes back as it was sent, unlike that of a key vault's "
        "(Azure/azure-rest-api-specs issue 22400)"
    )
    def enriched(self, inputs: Inputs, session: Session, *, preview: bool) -> dict[str, Any]:  # noqa: ARG002
        """What Azure Monitor fills in. azure-native keeps it as an output alone, and so sees no change."""
        retention = {"retentionPolicy": {"days": 0, "enabled": False}}
        logs = [{**retention, **log} for log in items(inputs, "logs") if is_a(log, dict)]
        return {"logs": logs} if logs else {}

    @written(
        "the id comes back with the fixed parts of the resource's in lower case, and is kept so",
        "Azure/azure-rest-api-specs issue 22400, 2023-01; pulumi-azure-native "
        "provider/pkg/provider/provider.go, defaultCreate",
        "2026-11-30",
    )
    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """An id behind that of the resource."""
        parts = inputs["resourceUri"].split("/")
        # /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network/azureFirewalls/NAME
        fixed = [part.lower() if at in (1, 3, 5, 6, 7) else part for at, part in enumerate(parts)]
        path = f"providers/microsoft.insights/diagnosticSettings/{inputs['name']}"
        return f"{'/'.join(fixed)}/{path}"

    @believed("two settings of one resource cannot have one workspace")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:  # noqa: ARG002
        """The resource must exist. No model of azure-mgmt-network is about this type."""
        require(records, FIREWALL_TYPE, inputs["resourceUri"], id_)
        workspace = inputs.get("workspaceId")
        for key, row in records.get(self.type_name, {}).items():
            theirs, own = str(row.get("resourceUri")), inputs["resourceUri"]
            same = theirs.casefold() == own.casefold() and key.casefold() != id_.casefold()
            if same and workspace and row.get("workspaceId") == workspace:
                raise azure_error(
                    "Conflict", f"Data sink {workspace} is already used in setting {key}."
                )
