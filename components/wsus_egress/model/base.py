"""What every setting is made of: a type with its check and its description, which is also its value.

A check that fails says what is wrong and what to write instead (`refused`); the setting's place is
added where the data is read. An example is `AddressBlock` below: text in a file, an address in code.
"""

from __future__ import annotations

import datetime
import ipaddress
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeAlias, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    GetPydanticSchema,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from wsus_egress.model.addresses import network_of
from wsus_egress.model.flows import Address, Network, Scheme
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.problems import Problem

FIXED_PORTS = (
    "the ports to Microsoft Update are TCP 80 (HTTP) and TCP 443 (HTTPS) and cannot be configured"
)

MICROSOFT_UPDATE = "microsoft-update"


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(value: Any) -> Any:
    """The Pulumi engine reads an unquoted day as a point in time and passes it on in words."""
    return value.removesuffix(" 00:00:00 +0000 UTC") if isinstance(value, str) else value


REFUSED: Final = "refused"
"""The type of the errors that say themselves what is wrong, and what to write instead."""
UNLIKE: Final = "unlike"
"""The type of the errors that say it of the text: `'x' is not a VPC id`."""


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
class Matching:
    """A text of one form, such as a VPC's id.

    Attributes:
        pattern: What the whole text matches.
        what: What another text is, as `is not a VPC id`.
        instead: What to write in its place.
    """

    pattern: str
    what: str
    instead: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the text once it is known to be one; a call of Python would be felt in long lists."""
        matching = core_schema.custom_error_schema(
            core_schema.str_schema(pattern=self.pattern),
            UNLIKE,
            custom_error_message="{what}",
            custom_error_context={"what": self.what, "instead": self.instead},
        )
        return core_schema.chain_schema([handler(source), matching])

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """What editors check too."""
        return {**handler(schema), "pattern": self.pattern}


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


def network(text: str) -> Network:
    """An address block of a file."""
    try:
        return network_of(text)
    except ValueError as error:
        raise refused(*error.args) from None


def each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same in order, whatever the order in a file."""
    return tuple(sorted(set(values)))


def _address(text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise refused(f"{text!r} is not an IP address", "write one like 10.20.1.4") from None


# Numbers that crossed a Pulumi language boundary arrive as floats: 8531.0 means 8531. It stands behind
# a range, which the JSON Schema then has too.
WHOLE: Final = BeforeValidator(_whole)
Number = Annotated[int, WHOLE]
Name = Annotated[
    str,
    Matching(
        r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$",
        "is not a usable name",
        "write 2 to 32 lower-case letters, digits and hyphens, a letter first",
    ),
]
# A terminal obeys control characters, XML cannot have them, and a new line could forge one of ours.
Text = Annotated[
    str,
    Field(min_length=1, max_length=500),
    Matching(
        r"^[^\x00-\x1f\x7f-\x9f]*$",
        "has a control character in it",
        "write it on one line, without them",
    ),
]
Date = Annotated[
    str,
    Matching(
        r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "is not a day",
        "write it as YYYY-MM-DD",
    ),
    Field(description="A day, as YYYY-MM-DD."),
    BeforeValidator(_day),
]


def _of_the_calendar(text: str) -> str:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise refused(f"{text} is not a day of the calendar", "write it as YYYY-MM-DD") from None
    return text


PastDate = Annotated[Date, AfterValidator(_of_the_calendar)]
"""A day that is reckoned with as it is; one until which something holds is checked with its entry."""
Port = Annotated[int, Field(ge=1, le=65535), WHOLE]
SchemeName = Literal["http", "https"]
Location_ = Literal["aws", "azure", "elsewhere"]
T = TypeVar("T")
Items = Annotated[tuple[T, ...], GetPydanticSchema(_items)]
"""A list of a file, as a value that cannot change."""
SomeItems = Annotated[tuple[T, ...], GetPydanticSchema(_some)]
"""The same, of at least one entry."""
AddressBlock: TypeAlias = Annotated[Network, WrittenAs(str, network, str)]
SingleAddress: TypeAlias = Annotated[Address, WrittenAs(str, _address, str)]
Ports: TypeAlias = Annotated[
    SomeItems[Port],
    AfterValidator(each_once),
]
"""At least one port; sorted, each once."""


# The three sets there are, each kept once however long a list is: whether http, whether https.
_SCHEMES: Final = {
    (True, False): frozenset({Scheme.HTTP}),
    (False, True): frozenset({Scheme.HTTPS}),
    (True, True): frozenset(Scheme),
}
Schemes: TypeAlias = Annotated[
    frozenset[Scheme],
    WrittenAs(
        Annotated[list[SchemeName], Field(min_length=1)],
        lambda names: _SCHEMES["http" in names, "https" in names],
        sorted,
    ),
    Field(description="http: TCP 80; https: 443."),
]


def by_key(kind: Any) -> WrittenAs:
    """A mapping of a file whose keys the user chooses, as sorted pairs.

    Args:
        kind: The mapping, as `dict[str, str]`.
    """
    return WrittenAs(kind, lambda given: tuple(sorted(given.items())), dict)


Tags: TypeAlias = Annotated[tuple[tuple[str, str], ...], by_key(dict[str, str])]


def _pattern(text: str) -> Pattern:
    try:
        return Pattern.parse(text)
    except InvalidName as error:
        raise refused(f"{error.text} {error.reason}", error.instead) from None


def _by_text(patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    return tuple(sorted(set(patterns), key=lambda pattern: pattern.text))


NamePatterns: TypeAlias = Annotated[
    Items[Annotated[Pattern, WrittenAs(str, _pattern, str)]], AfterValidator(_by_text)
]
"""Patterns of host names; sorted, each once."""


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


class Checked(Settings):
    """Settings that are checked together too, once each of them can be read.

    For example `FirewallPolicy` refuses `existing: true` beside `mode: full`.
    """

    @abstractmethod
    def refusals(self) -> Iterator[Problem]:
        """What is wrong with the settings together; the problems' keys start below this value."""

    @model_validator(mode="wrap")
    @classmethod
    def _together(
        cls, data: Any, read: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        value = read(data)
        if info.context is not None and (found := tuple(value.refusals())):
            # Noted, not raised: what stands beside and around it is checked all the same. Where it
            # stands in the whole, only who has the whole can tell.
            info.context[id(data)] = found
        return value


def models(annotation: Any) -> Iterator[type[Settings]]:
    """The settings types that an annotation names: `list[ServerSettings]` names one."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, WrittenAs):
            yield from models(mark.kind)
    for argument in getattr(annotation, "__args__", ()):
        yield from models(argument)
