"""Where a firewall's logs go, and how long they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from wsus_egress.model.aws_forms import BucketName, KmsKeyArn, LogGroupName
from wsus_egress.model.base import (
    WHOLE,
    Checked,
    Matching,
    MayBeOutput,
    SomeItems,
    each_once,
    refused,
)
from wsus_egress.problems import Problem

# PutRetentionPolicy (CloudWatch Logs API reference, read 2026-11); the provider takes no other.
RETENTION_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def _retention(days: int) -> int:
    if days in RETENTION_DAYS:
        return days
    longer = next((each for each in RETENTION_DAYS if each > days), RETENTION_DAYS[-1])
    raise refused(f"CloudWatch does not keep logs for {days} days", f"write {longer}")


class FirewallLogging(Checked):
    """Where the firewall's logs go: exactly one of a log group, a bucket and a delivery stream."""

    log_group: Annotated[
        LogGroupName | None,
        Field(
            description="Prefix of the CloudWatch log group names; one group is created per log type."
        ),
    ] = None
    existing_log_group: Annotated[
        LogGroupName | None,
        MayBeOutput("unknown-log-group"),
        Field(description="The name of a CloudWatch log group that exists, for every log type."),
    ] = None
    delivery_stream: Annotated[
        Annotated[
            str,
            Matching(
                # CreateDeliveryStream (botocore 1.44.5).
                r"^[a-zA-Z0-9_.-]{1,64}$",
                "is not a delivery stream's name",
                "write 1 to 64 letters, digits, underscores, dots and hyphens",
            ),
        ]
        | None,
        MayBeOutput("unknown-delivery-stream"),
        Field(description="The name of an Amazon Data Firehose stream that exists."),
    ] = None
    kms_key: Annotated[
        KmsKeyArn | None,
        Field(description="Your KMS key for the log groups that are created."),
    ] = None
    retention_days: Annotated[
        int,
        WHOLE,
        AfterValidator(_retention),
        Field(
            description="How long CloudWatch keeps them: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
        ),
    ] = 365
    bucket: Annotated[
        BucketName | None,
        Field(description="An S3 bucket that exists."),
        MayBeOutput("unknown-bucket"),
    ] = None
    prefix: Annotated[str, Field(max_length=200, description="Key prefix in the bucket.")] = ""
    types: Annotated[
        SomeItems[Literal["ALERT", "FLOW"]],
        AfterValidator(each_once),
        Field(description="`ALERT`, `FLOW`: both by default."),
    ] = ("ALERT", "FLOW")

    def refusals(self) -> Iterator[Problem]:
        """One place, and no setting of the other."""
        places = (self.log_group, self.existing_log_group, self.bucket, self.delivery_stream)
        if len([place for place in places if place is not None]) != 1:
            what = "logs go to one CloudWatch log group, S3 bucket or Firehose stream"
            instead = "give exactly one of logGroup, existingLogGroup, bucket and deliveryStream"
            yield Problem(None, (), what, instead)
            return
        given = self.model_fields_set
        if self.bucket is None and "prefix" in given:
            what = "a prefix is for a bucket, and the logs go elsewhere"
            yield Problem(None, ("prefix",), what, "write it into logGroup, or remove it")
        if self.log_group is None and "retention_days" in given:
            what = "how long logs are kept is set here only for log groups that are created here"
            instead = "set it where they go: for a bucket with a lifecycle rule"
            yield Problem(None, ("retentionDays",), what, instead)
        if self.log_group is None and self.kms_key is not None:
            what = "a key is set here only for log groups that are created here"
            yield Problem(None, ("kmsKey",), what, "set it where the logs go, and remove it")
