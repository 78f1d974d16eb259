"""The JSON Schemas of what the commands print, made of the types that `cli/as_json` fills.

For example `output_schema(Explanation | Refusal, "WSUS egress explanation")`.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema


class _Closed(GenerateJsonSchema):
    """Objects take no other keys, so that a new key without a type fails a test."""

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        return {**super().typed_dict_schema(schema), "additionalProperties": False}

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A title would only repeat the key."""
        del schema
        return False


def output_schema(output: Any, title: str) -> dict[str, Any]:
    """The schema (2020-12) of a `TypedDict`, or of a union of them."""
    schema = TypeAdapter(output).json_schema(schema_generator=_Closed)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
