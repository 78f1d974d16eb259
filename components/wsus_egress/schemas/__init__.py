"""The JSON Schemas of the files a user writes and of what the commands print, shipped as files."""

from __future__ import annotations

import json
from collections.abc import Mapping

from wsus_egress.cli.as_lists import Lists
from wsus_egress.cli.audit_types import AuditReport
from wsus_egress.cli.drift_types import DriftReport
from wsus_egress.cli.json_types import Check, Explanation, Preview, Refusal
from wsus_egress.cli.log_types import LogLine, LogSummary
from wsus_egress.config.base import json_schema
from wsus_egress.config.settings import EndpointListSettings, EnvironmentSettings, stack_schema
from wsus_egress.config.stacks import NAMESPACE
from wsus_egress.schemas.outputs import output_schema


def render() -> Mapping[str, str]:
    """Every schema's text by its file name."""
    environment = json_schema(EnvironmentSettings, "WSUS egress environment")
    schemas = {
        "preview.json": output_schema(Preview | Refusal, "WSUS egress preview"),
        "check.json": output_schema(Check, "WSUS egress check"),
        "explain.json": output_schema(Explanation | Refusal, "WSUS egress explanation"),
        "lists.json": output_schema(Lists, "WSUS egress endpoint lists"),
        "logs.json": output_schema(LogLine | LogSummary | Refusal, "WSUS egress logs"),
        "audit.json": output_schema(AuditReport, "WSUS egress audit"),
        "drift.json": output_schema(DriftReport | Refusal, "WSUS egress drift"),
        "endpoint-list.json": json_schema(EndpointListSettings, "WSUS egress endpoint list"),
        "environment.json": environment,
        "stack-config.json": stack_schema(environment, NAMESPACE),
    }
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in schemas.items()}
