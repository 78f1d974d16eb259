"""What every setting is made of: a type with its check and its description, which is also its value.

A check that fails says what is wrong and what to write instead (`refused`); the setting's place is
added where the data is read. An example is `AddressBlock` below: text in a file, an address in code.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from wsus_egress.model.addresses import network_of
from wsus_egress.model.flows import Address, Network

FIXED_PORTS = (
    "the ports to Microsoft Update are TCP 80 (HTTP) and TCP 443 (HTTPS) and cannot be configured"
)

MICROSOFT_UPDATE = "microsoft-update"
DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


def integral(value: Any) -> Any:
    """Numbers that crossed a Pulumi language boundary arrive as floats: 8531.0 means 8531."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(value: Any) -> Any:
    """The Pulumi engine reads an unquoted day as a point in time and passes it on in words."""
    return value.removesuffix(" 00:00:00 +0000 UTC") if isinstance(value, str) else value


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$")]
# A terminal obeys control characters, XML cannot have them, and a new line could forge one of ours.
PLAIN = r"^[^\x00-\x1f\x7f-\x9f]*$"
Text = Annotated[str, Field(min_length=1, max_length=500, pattern=PLAIN)]
Date = Annotated[
    str, Field(pattern=DATE, description="A day, as YYYY-MM-DD."), BeforeValidator(_day)
]
Port = Annotated[int, Field(ge=1, le=65535), BeforeValidator(integral)]
SchemeName = Literal["http", "https"]
Schemes = Annotated[list[SchemeName], Field(min_length=1, description="http: TCP 80; https: 443.")]
Location_ = Literal["aws", "azure", "elsewhere"]
Tags = dict[str, str]

REFUSED: Final = "refused"
"""The type of the errors that say themselves what is wrong, and what to write instead."""


def refused(what: str, instead: str) -> PydanticCustomError:
    """What a setting's own check raises: both are clauses, as in `Problem`."""
    return PydanticCustomError(REFUSED, "{what}", {"what": what, "instead": instead})


@dataclass(frozen=True, slots=True)
class WrittenAs:
    """A setting that a file writes as one type, and whose value is of another.

    For example `Annotated[Network, WrittenAs(str, ip_network, str)]` is text in a file.

    Attributes:
        kind: The type in a file, which the JSON Schema and the components' arguments have too.
        make: From what a file has to the value.
        write: From the value to what a file has.
    """

    kind: Any
    make: Callable[[Any], object]
    write: Callable[[Any], object]

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check what a file has, then make the value."""
        return _made(self.kind, self.make, self.write, handler)


@dataclass(frozen=True, slots=True)
class MayBeOutput:
    """Marks a setting that a program may give as a Pulumi output, which only the deployment knows.

    For example `Annotated[str, MayBeOutput("subnet-{n}")]` accepts the id of a subnet that the same
    program makes.

    Attributes:
        form: The text that stands for the output while rules are made; it passes the setting's check.
            `{n}` numbers the outputs below one top-level setting, `{key}` is the last key.
    """

    form: str


def _made(
    kind: Any,
    make: Callable[[Any], object],
    write: Callable[[Any], object],
    handler: GetCoreSchemaHandler,
) -> CoreSchema:
    return core_schema.no_info_after_validator_function(
        make,
        handler.generate_schema(kind),
        serialization=core_schema.plain_serializer_function_ser_schema(write),
    )


def _items(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    # Pydantic's own tuples would call one empty whose entries are all wrong.
    return _made(list[get_args(source)[0]], tuple, list, handler)  # type: ignore[misc]


def _some(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    kind: Any = list[get_args(source)[0]]  # type: ignore[misc]
    return _made(Annotated[kind, Field(min_length=1)], tuple, list, handler)


def _network(text: str) -> Network:
    try:
        return network_of(text)
    except ValueError as error:
        raise refused(*error.args) from None


def _address(text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise refused(f"{text!r} is not an IP address", "write one like 10.20.1.4") from None


T = TypeVar("T")
Items = Annotated[tuple[T, ...], GetPydanticSchema(_items)]
"""A list of a file, as a value that cannot change."""
SomeItems = Annotated[tuple[T, ...], GetPydanticSchema(_some)]
"""The same, of at least one entry."""
AddressBlock: TypeAlias = Annotated[Network, WrittenAs(str, _network, str)]
SingleAddress: TypeAlias = Annotated[Address, WrittenAs(str, _address, str)]
Ports: TypeAlias = Annotated[
    SomeItems[Port],
    AfterValidator(lambda ports: tuple(sorted(set(ports)))),
]
"""At least one port; sorted, each once."""


def by_key(kind: Any) -> WrittenAs:
    """A mapping of a file whose keys the user chooses, as sorted pairs.

    Args:
        kind: The mapping, as `dict[str, str]`.
    """
    return WrittenAs(kind, lambda given: tuple(sorted(given.items())), dict)


class Settings(BaseModel):
    """Strict: unknown keys and wrong types are refused; camelCase in files, snake_case in code."""

    ports_are_fixed: ClassVar[bool] = False
    """Whether a key of ports here would be an attempt to configure what cannot be."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        defer_build=True,  # Only the two files are ever checked: their parts need no validators.
    )


def models(annotation: Any) -> Iterator[type[Settings]]:
    """The settings types that an annotation names: `list[ServerSettings]` names one."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from models(argument)
