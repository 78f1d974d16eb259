"""`aws.cloudwatch.LogGroup`: where a firewall may log to."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from providers.aws.account import NamedKind, all_tags, arn, region, tag_problems
from providers.aws.registry import check_schema, tags
from providers.aws.service import LOGS
from providers.errors import CloudError, Problem, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Naming, Session, known
from providers.store import Records

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
# CreateLogGroup and PutRetentionPolicy (CloudWatch Logs API reference, read 2026-11).
_NAME: Final = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
_DAYS: Final = (
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip


@written(
    "class and name are ForceNew",
    "terraform-provider-aws internal/service/logs/group.go, commit 0073593",
    "2026-11",
)
class LogGroup(NamedKind):
    """A log group; its id is its name, which the stand-in has once, whatever the region."""

    type_name = LOG_GROUP
    inputs: ClassVar = {
        "deletionProtectionEnabled": bool,
        "kmsKeyId": str,
        "logGroupClass": str,
        "name": str,
        "namePrefix": str,
        "region": str,
        "retentionInDays": int,
        "skipDestroy": bool,
        "tags": dict,
    }
    replaced_by: ClassVar = frozenset({"logGroupClass", "name", "region"})
    local: ClassVar = frozenset({"skipDestroy"})
    computed: ClassVar = ("arn", "region", "tagsAll")

    def defaults(self, inputs: Inputs, session: Session, naming: Naming) -> dict[str, Any]:
        """The defaults that pulumi-aws fills in."""
        return {**super().defaults(inputs, session, naming), "skipDestroy": False}

    @written("names of 512 characters of a set", "botocore 1.44.5, logs LogGroupName", "2026-11")
    @written(
        "days of retention",
        "terraform-provider-aws internal/service/logs/group.go, commit 0073593",
        "2026-11",
    )
    @believed("names that begin with aws/ are reserved, in these words")
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        name = known(inputs, "name")
        if name is not None and not _NAME.fullmatch(name):
            yield LOGS.constraint(
                "name", name, r"satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+ (1 to 512)"
            )
        elif name is not None and name.startswith("aws/"):
            yield LOGS.problem("name", "Log groups starting with AWS/ are reserved for AWS.")
        days = known(inputs, "retentionInDays", int)
        if days is not None and days not in _DAYS:
            allowed = " ".join(map(str, _DAYS))
            yield Problem(
                "retentionInDays",
                f"expected retention_in_days to be one of [{allowed}], got {days}",
            )
        if "namePrefix" in inputs:
            yield Problem("namePrefix", "the stand-in has no log group prefixes: use name")
        if inputs.get("skipDestroy") is True:
            yield Problem("skipDestroy", "the stand-in keeps no log group behind: leave it out")
        yield from tag_problems(inputs)

    def identify(self, inputs: Inputs, session: Session) -> str:  # noqa: ARG002
        """The name."""
        return str(inputs["name"])

    @believed("the wording of ResourceAlreadyExistsException")
    def taken(self, id_: str) -> CloudError:  # noqa: ARG002
        """The account has one of that name."""
        return LOGS.refusal(
            "CreateLogGroup",
            "The specified log group already exists",
            "ResourceAlreadyExistsException",
        )

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema."""
        operation = "PutRetentionPolicy" if id_ in records.get(LOG_GROUP, {}) else "CreateLogGroup"
        check_schema(
            operation,
            "AWS::Logs::LogGroup",
            {
                "LogGroupName": inputs.get("name"),
                "LogGroupClass": inputs.get("logGroupClass"),
                "KmsKeyId": inputs.get("kmsKeyId"),
                "DeletionProtectionEnabled": inputs.get("deletionProtectionEnabled"),
                "RetentionInDays": inputs.get("retentionInDays") or None,
                "Tags": tags(inputs),
            },
            region(inputs, session),
            LOGS,
        )

    @believed("a protected group cannot be deleted, in these words")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while it is protected."""
        if records[LOG_GROUP][id_].get("deletionProtectionEnabled"):
            raise LOGS.refusal(
                "DeleteLogGroup",
                f"deletion protection is enabled for {id_}: set deletionProtectionEnabled to false "
                "first",
                "ValidationException",
            )

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """The outputs that the service and the provider add."""
        return {
            "arn": arn("logs", f"log-group:{id_}", inputs, session),
            "region": region(inputs, session),
            "tagsAll": all_tags(inputs, session),
        }
