"""From an AWS target's settings to the target."""

from __future__ import annotations

from wsus_egress.assembly_base import Refuse
from wsus_egress.environment import AwsTarget
from wsus_egress.settings_aws import AwsSettings


def aws_target(aws: AwsSettings, refuse: Refuse) -> AwsTarget:
    """The target, each problem noted on the way."""
    del refuse
    return AwsTarget(aws.vpc_id, tuple(sorted(aws.tags.items())))
