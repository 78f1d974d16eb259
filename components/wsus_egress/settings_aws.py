"""The settings of an AWS target."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from wsus_egress.settings_base import Settings, Tags


class AwsSettings(Settings):
    """The AWS target: one VPC."""

    vpc_id: Annotated[str, Field(pattern=r"^vpc-[0-9a-f]{8,17}$")]
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = {}
