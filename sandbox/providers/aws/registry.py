"""The resource registry's own schemas, from cfn-lint (1.58.0): an independent judge of every type.

Its import takes 1.1 s, so nothing here is loaded before a create or an update. What the schemas
miss is in the types' own rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from providers.aws.service import EC2, Service
from providers.evidence import believed, written

# Names that are more than a capital letter away from Pulumi's.
_RENAMED: Final = {
    "enableTlsSessionHolding": "EnableTLSSessionHolding",
    "tlsInspectionConfigurationArn": "TLSInspectionConfigurationArn",
}


@written("what a type's registry schema refuses", "cfn-lint 1.58.0", "2026-11")
@believed("a service words it as ValidationException")
def check_schema(
    operation: str,
    type_name: str,
    given: Mapping[str, Any],
    where: str,
    service: Service = EC2,
) -> None:
    """Raise for the first thing that the type's registry schema refuses.

    Args:
        operation: The call that the answer is given to.
        type_name: The type, as CloudFormation names it.
        given: The properties, as CloudFormation names them; what is empty counts as absent.
        where: The region.
        service: Whose answer it is.
    """
    properties = {name: value for name, value in given.items() if value not in (None, [], {})}
    for error in _validator(type_name, where).iter_errors(properties):
        path = "/".join(map(str, error.path))
        raise service.refusal(
            operation, f"{type_name} #/{path}: {error.message}", "ValidationException"
        )


def properties(value: Any) -> Any:
    """Pulumi's `ruleOrder` as CloudFormation's `RuleOrder`, at every depth."""
    if isinstance(value, Mapping):
        return {_RENAMED.get(name, name[:1].upper() + name[1:]): properties(inner)
                for name, inner in value.items()}  # fmt: skip
    return [properties(item) for item in value] if isinstance(value, list) else value


def tags(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A resource's own tags as CloudFormation lists them."""
    return [{"Key": key, "Value": value} for key, value in (inputs.get("tags") or {}).items()]


@cache
def _validator(type_name: str, where: str) -> Any:
    from cfnlint.jsonschema import CfnTemplateValidator  # noqa: PLC0415 - 1.1 s.
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(where, type_name).schema
    return CfnTemplateValidator(schema=schema).evolve(schema=schema)
