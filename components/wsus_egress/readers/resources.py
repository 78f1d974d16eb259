"""A stack's resources as plain data, some of it not known yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final


class Unknown(Enum):
    """The one value that stands for a property that only the update will know."""

    VALUE = "unknown"

    def __str__(self) -> str:
        """As a message says it."""
        return "that is not known"


UNKNOWN: Final = Unknown.VALUE
# A type of one API version: `azure-native:network/v20240501:RouteTable`, or that of a local package,
# `azure-native_network_v20250701:network:RouteTable`.
_VERSION: Final = re.compile(
    r"/v20\d{6}(?:preview)?(?=:)|(?<=^azure-native)_[a-z]+_v20\d{6}(?:preview)?(?=:)"
)


def plain_type(type_: str) -> str:
    """A type without the API version that it may be of."""
    return _VERSION.sub("", type_)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a stack.

    For example a security group in a first preview, `Resource("aws:ec2/securityGroup:SecurityGroup",
    "web", "urn:...", {"id": UNKNOWN, "vpcId": "vpc-1a2b3c4d"})`.

    Attributes:
        type: Pulumi's type token.
        name: Its name in the program.
        urn: Empty for a resource of another stack.
        properties: camelCase, as the provider has them; UNKNOWN for what is not known yet.
        refers: URNs of the resources that a property is made from, by the property's name.
    """

    type: str
    name: str
    urn: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    refers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def unknowns(value: Any, path: str = "") -> Iterator[str]:
    """Paths of what is not known inside a value, such as `rules[2].fromPort`."""
    if value is UNKNOWN:
        yield path
    elif isinstance(value, Mapping):
        for key in value:
            yield from unknowns(value[key], f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from unknowns(part, f"{path}[{index}]")
