"""The stand-in for the `aws` provider (pulumi-aws 7.51.1): EC2 security groups and their rules."""

from __future__ import annotations

import re
from typing import Any, Final

from providers.aws.account import ACCOUNT, region
from providers.aws.security_group import SecurityGroup
from providers.aws.security_group_rule import EgressRule, IngressRule
from providers.errors import Problem, Problems
from providers.kind import Cloud, Inputs, Session
from providers.wire import UNKNOWN

KINDS: Final = (SecurityGroup(), EgressRule(), IngressRule())
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def _config_problems(config: Inputs) -> Problems:
    where = config.get("region")
    if where is not None and where is not UNKNOWN and not _REGION.fullmatch(str(where)):
        yield Problem("region", f"invalid AWS Region: {where}")


def _get_region(_: Inputs, session: Session) -> dict[str, Any]:
    where = region({}, session)
    return {"id": where, "region": where, "name": where, "description": "the sandbox"}


def _get_caller_identity(_: Inputs, __: Session) -> dict[str, Any]:
    arn = f"arn:aws:iam::{ACCOUNT}:user/sandbox"
    return {"id": ACCOUNT, "accountId": ACCOUNT, "arn": arn, "userId": "sandbox"}


CLOUD: Final = Cloud(
    provider="aws",
    version="7.51.1",  # The installed SDK's, by the launcher.
    kinds={kind.type_name: kind for kind in KINDS},
    invokes={
        "aws:index/getRegion:getRegion": _get_region,
        "aws:index/getCallerIdentity:getCallerIdentity": _get_caller_identity,
    },
    config_problems=_config_problems,
    marks_defaults=True,
    title="AWS",
)
