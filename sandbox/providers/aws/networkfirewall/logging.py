"""`aws.networkfirewall.LoggingConfiguration`: where a firewall's logs go."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from providers.aws.account import AwsKind, region
from providers.aws.log_group import LOG_GROUP
from providers.aws.networkfirewall.common import LOGGING, mapping
from providers.aws.networkfirewall.endpoints import FIREWALL
from providers.aws.registry import check_schema, properties
from providers.aws.service import NETWORK_FIREWALL
from providers.errors import CloudError, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known, row_problems
from providers.store import Records
from providers.wire import is_known

_KEYS: Final = {
    "S3": "bucketName",
    "CloudWatchLogs": "logGroup",
    "KinesisDataFirehose": "deliveryStream",
}
_TYPES: Final = ("ALERT", "FLOW", "TLS")
_PATH: Final = "loggingConfiguration.logDestinationConfigs"


@written(
    "the firewall is ForceNew",
    "terraform-provider-aws internal/service/networkfirewall/logging_configuration.go, commit 0336cf8",
    "2026-11",
)
@believed(
    "a configuration is set in one request, where the provider adds one destination after the other"
)
class LoggingConfiguration(AwsKind):
    """A firewall's logging; its id is the firewall's ARN."""

    type_name = LOGGING
    inputs: ClassVar = {
        "enableMonitoringDashboard": bool,
        "firewallArn": str,
        "loggingConfiguration": dict,
        "region": str,
    }
    required: ClassVar = ("firewallArn", "loggingConfiguration")
    replaced_by: ClassVar = frozenset({"firewallArn", "region"})
    sets: ClassVar = (_PATH,)
    computed: ClassVar = ("region",)

    @written(
        "kinds of logs and destinations",
        "botocore 1.44.5, network-firewall LogType, LogDestinationType",
        "2026-11",
    )
    @believed("the wording of a missing or second destination")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        configuration = mapping(inputs, "loggingConfiguration")
        yield from row_problems(configuration, "logDestinationConfigs", "loggingConfiguration.")
        seen: set[str] = set()
        for index, config in enumerate(_configs(inputs)):
            if not is_a(config, dict):
                continue
            path = f"{_PATH}[{index}]"
            kind, type_ = known(config, "logDestinationType"), known(config, "logType")
            for field, value, allowed in (
                ("logDestinationType", kind, tuple(_KEYS)),
                ("logType", type_, _TYPES),
            ):
                if value is not None and value not in allowed:
                    yield NETWORK_FIREWALL.constraint(
                        f"{path}.{field}", value, f"satisfy enum value set: [{', '.join(allowed)}]"
                    )
            if type_ in seen:
                yield NETWORK_FIREWALL.problem(
                    f"{path}.logType",
                    f"LogType has duplicate values, parameter: [{type_}], "
                    "context: LoggingConfiguration.LogDestinationConfigs",
                )
            if type_ is not None:
                seen.add(type_)
            destination = config.get("logDestination")
            if kind in _KEYS and is_known(destination) and _KEYS[kind] not in (destination or {}):
                yield NETWORK_FIREWALL.problem(
                    f"{path}.logDestination",
                    f"{_KEYS[kind]} cannot be null or empty, context: LogDestination ({kind})",
                )

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """The firewall's ARN."""
        return str(inputs["firewallArn"])

    @believed("a second configuration of a firewall is refused, in these words")
    def taken(self, id_: str) -> CloudError:
        """A firewall has one."""
        return NETWORK_FIREWALL.refusal(
            "UpdateLoggingConfiguration",
            f"{id_} has a logging configuration already: one change a request",
        )

    @written(
        "a destination that is not there is refused: LogDestinationPermissionException",
        "terraform-provider-aws issue 36000",
        "2026-11",
    )
    @believed("the wording of that")
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema, the firewall, and the log groups."""
        operation = "UpdateLoggingConfiguration"
        check_schema(
            operation,
            "AWS::NetworkFirewall::LoggingConfiguration",
            {
                "FirewallArn": inputs.get("firewallArn"),
                "LoggingConfiguration": {
                    "LogDestinationConfigs": [
                        # The keys of a destination stay as they are.
                        {**properties(config), "LogDestination": config.get("logDestination")}
                        for config in _configs(inputs)
                    ]
                },
            },
            region(inputs, session),
            NETWORK_FIREWALL,
        )
        if id_ not in records.get(FIREWALL, {}):
            raise NETWORK_FIREWALL.refusal(
                operation, f"firewall ARN does not exist: {id_}", "ResourceNotFoundException"
            )
        for config in _configs(inputs):
            group = mapping(config, "logDestination").get("logGroup")
            if group is not None and group not in records.get(LOG_GROUP, {}):
                raise NETWORK_FIREWALL.refusal(
                    operation,
                    f"log group {group} does not exist",
                    "LogDestinationPermissionException",
                )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """Add only the region."""
        return {"region": region(inputs, session)}


def _configs(inputs: Inputs) -> list[Any]:
    return items(mapping(inputs, "loggingConfiguration"), "logDestinationConfigs")
