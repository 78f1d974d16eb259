"""Pulumi's property values on the wire, as plain Python values and back.

Two kinds of value are marked rather than plain: one not known yet (only in a preview) becomes
`UNKNOWN`, and a secret becomes its plain value, its top-level property's name being remembered so
that the answer can mark it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value

# The marks of Pulumi's wire format (`pulumi.runtime.rpc`, SDK 3.272.0). Written out here because
# importing that module starts the whole SDK: see `proto`.
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the format's mark, not a secret.
RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Unknown:
    """A value that the engine does not know yet."""

    def __repr__(self) -> str:
        """`UNKNOWN`."""
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def is_known(value: object) -> bool:
    """Whether a value holds no unknown, at any depth."""
    if isinstance(value, Mapping):
        return all(map(is_known, value.values()))
    if isinstance(value, list):
        return all(map(is_known, value))
    return value is not UNKNOWN


def decode(struct: Struct) -> dict[str, Any]:
    """The properties as plain values; a null property counts as absent."""
    plain = {name: _decode(value) for name, value in struct.fields.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _decode(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_STRING else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_struct(value.struct_value)
    return None


def _decode_struct(struct: Struct) -> Any:
    mark = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else ""
    if mark in (SECRET, OUTPUT):
        return _decode(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
    if mark == RESOURCE:
        return _decode(struct.fields["id"]) if "id" in struct.fields else UNKNOWN
    return decode(struct)


def secret_names(struct: Struct) -> frozenset[str]:
    """The properties that hold a secret, at any depth."""
    return frozenset(name for name, value in struct.fields.items() if _has_secret(value))


def _has_secret(value: Value) -> bool:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return any(map(_has_secret, value.list_value.values))
    if kind != "struct_value":
        return False
    fields = value.struct_value.fields
    if SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET:
        return True
    return any(map(_has_secret, fields.values()))


def encode(properties: Mapping[str, Any], secrets: Collection[str] = ()) -> Struct:
    """The properties on the wire, those named in `secrets` marked."""
    struct = Struct()
    for name, plain in properties.items():
        value = to_value(plain)
        if name in secrets:
            marked = {SIGNATURE: Value(string_value=SECRET), "value": value}
            value = Value(struct_value=Struct(fields=marked))
        struct.fields[name].CopyFrom(value)
    return struct


def to_value(plain: object) -> Value:
    """One value on the wire."""
    if plain is UNKNOWN:
        return Value(string_value=UNKNOWN_STRING)
    if isinstance(plain, bool):  # Before numbers: a bool is an int.
        return Value(bool_value=plain)
    if isinstance(plain, int | float):
        return Value(number_value=plain)
    if isinstance(plain, str):
        return Value(string_value=plain)
    if isinstance(plain, Mapping):
        return Value(struct_value=encode(plain))
    if isinstance(plain, list | tuple):
        return Value(list_value=ListValue(values=[to_value(item) for item in plain]))
    return Value(null_value=NULL_VALUE)
