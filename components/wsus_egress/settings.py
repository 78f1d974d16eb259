"""The two files a user writes, as types: an endpoint list and an environment's settings.

The JSON Schemas that editors use are made from these types (`json_schema`), so that an editor and
this program refuse the same things. What only makes sense across settings (a server's upstream, a
pattern's syntax) is checked where the values are built: `endpoints` and `environment`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from wsus_egress.problems import Location, Problem
from wsus_egress.yamlfile import Key, Keys

FIXED_PORTS = (
    "the ports to Microsoft Update are TCP 80 (HTTP) and TCP 443 (HTTPS) and cannot be configured"
)

MICROSOFT_UPDATE = "microsoft-update"
DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


def _integral(value: Any) -> Any:
    """Numbers that crossed a Pulumi language boundary arrive as floats: 8531.0 means 8531."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(value: Any) -> Any:
    """The Pulumi engine reads an unquoted day as a point in time and passes it on in words."""
    return value.removesuffix(" 00:00:00 +0000 UTC") if isinstance(value, str) else value


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Date = Annotated[
    str, Field(pattern=DATE, description="A day, as YYYY-MM-DD."), BeforeValidator(_day)
]
Port = Annotated[int, Field(ge=1, le=65535), BeforeValidator(_integral)]
SchemeName = Literal["http", "https"]
Schemes = Annotated[list[SchemeName], Field(min_length=1, description="http: TCP 80; https: 443.")]
Location_ = Literal["aws", "azure", "elsewhere"]
Tags = dict[str, str]


class _Settings(BaseModel):
    """Strict: unknown keys and wrong types are refused; camelCase in files, snake_case in code."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        defer_build=True,  # Only the two files are ever checked: their parts need no validators.
    )


class EndpointSettings(_Settings):
    """One name pattern that may be reached."""

    pattern: Annotated[
        str,
        Field(
            description="A host name, or `*.` and a domain: every name below it, never the domain itself."
        ),
    ]
    schemes: Schemes
    purpose: Text
    source: Annotated[
        Text, Field(description="Where the entry comes from: a page's address or title.")
    ]
    date: Annotated[Date, Field(description="The day of the source.")]


class EndpointListSettings(_Settings):
    """An endpoint list: a named set of patterns, its file's name being the list's name."""

    title: Text
    includes: Annotated[
        list[str],
        Field(description="Further lists, by name, whose endpoints belong to this one too."),
    ] = []
    endpoints: list[EndpointSettings] = []


class ExtraEndpointSettings(_Settings):
    """An endpoint that no list has, with someone who answers for it."""

    pattern: Annotated[
        str,
        Field(
            description="A host name, or `*.` and a domain: every name below it, never the domain itself."
        ),
    ]
    schemes: Schemes
    owner: Annotated[Text, Field(description="Who answers for this entry: a team or a mailbox.")]
    reason: Text


class SynchronizationPortSettings(_Settings):
    """The ports on which a server is synchronized from and serves its clients."""

    http: Annotated[
        Port, Field(description="The HTTP port: content, and everything where TLS is off.")
    ]
    https: Annotated[
        Port | None,
        Field(
            description="The HTTPS port, where TLS is on: always the HTTP port + 1. Leave out where TLS is off."
        ),
    ] = None


class ServerSettings(_Settings):
    """A WSUS server, or several that are configured alike."""

    name: Name
    addresses: Annotated[
        list[str],
        Field(min_length=1),
        Field(description="Its private addresses: single addresses or CIDR blocks."),
    ]
    location: Annotated[
        Location_ | None,
        Field(
            description="Which target it stands in; needed only where an environment has both clouds."
        ),
    ] = None
    synchronizes_from: Annotated[
        str,
        Field(
            description="`microsoft-update` (an upstream server), or the name of the server it synchronizes from."
        ),
    ] = MICROSOFT_UPDATE
    content_from: Annotated[
        Literal["upstream", "microsoft-update"],
        Field(
            description="Where a downstream server downloads update files: its upstream, or Microsoft directly."
        ),
    ] = "upstream"
    synchronization_ports: SynchronizationPortSettings = SynchronizationPortSettings(
        http=8530, https=8531
    )


class ClientSettings(_Settings):
    """Computers whose Automatic Updates ask a WSUS server, or Microsoft Update directly."""

    name: Name
    addresses: Annotated[
        list[str],
        Field(min_length=1),
        Field(description="Their private addresses: single addresses or CIDR blocks."),
    ]
    location: Annotated[
        Location_ | None,
        Field(
            description="Which target they stand in; needed only where an environment has both clouds."
        ),
    ] = None
    updates_from: Annotated[str, Field(description="The name of a server, or `microsoft-update`.")]


class AwsSettings(_Settings):
    """The AWS target: one VPC."""

    vpc_id: Annotated[str, Field(pattern=r"^vpc-[0-9a-f]{8,17}$")]
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = {}


class FirewallPolicySettings(_Settings):
    """The Azure Firewall policy that carries the rules."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$")]
    existing: Annotated[
        bool,
        Field(
            description="true: the policy exists and only a rule collection group is added to it."
        ),
    ] = False
    sku: Literal["Basic", "Standard", "Premium"] = "Standard"
    threat_intel_mode: Literal["Off", "Alert", "Deny"] = "Alert"


class AzureSettings(_Settings):
    """The Azure target: one virtual network behind an Azure Firewall."""

    resource_group: Annotated[str, Field(min_length=1, max_length=90)]
    location: Annotated[
        str,
        Field(pattern=r"^[a-z0-9]+$"),
        Field(description="The region, as Azure writes it: westeurope."),
    ]
    address_space: Annotated[
        list[str], Field(min_length=1), Field(description="The virtual network's address blocks.")
    ]
    destinations: Annotated[
        Literal["tag", "list", "tag+list"],
        Field(
            description="What the application rules name: the FQDN tags, the endpoint list, or both."
        ),
    ] = "tag+list"
    fqdn_tags: Annotated[
        list[str],
        Field(min_length=1),
        Field(description="Azure's FQDN tags, whose content Microsoft keeps and does not publish."),
    ] = ["WindowsUpdate"]
    firewall_policy: FirewallPolicySettings
    rule_collection_group_priority: Annotated[
        int,
        BeforeValidator(_integral),
        Field(description="100 (first) to 65000 (last) among the policy's groups."),
    ] = 300
    tags: Annotated[Tags, Field(description="Tags for every resource.")] = {}


class AcceptSettings(_Settings):
    """A deviation that the proof names and the owner accepts, for a time."""

    what: Annotated[Text, Field(description="The deviation, as `check` writes it.")]
    reason: Text
    expires: Date


class EnvironmentSettings(_Settings):
    """An environment: what is allowed, for which servers, enforced on which targets."""

    mode: Annotated[
        Literal["open", "restricted"],
        Field(
            description="restricted: only the endpoint lists' names; open: TCP 80 and 443 to any address."
        ),
    ] = "restricted"
    lists: Annotated[
        list[str], Field(description="Endpoint lists, by name, from config/endpoints/.")
    ] = []
    schemes: Annotated[
        Literal["both", "as-listed"],
        Field(
            description="both: TCP 80 and 443 for every endpoint; as-listed: each endpoint's own schemes."
        ),
    ] = "both"
    extra_endpoints: list[ExtraEndpointSettings] = []
    servers: list[ServerSettings] = []
    clients: list[ClientSettings] = []
    ipv6: Annotated[bool, Field(description="Rules for IPv6 too, where a control can.")] = False
    aws: AwsSettings | None = None
    azure: AzureSettings | None = None
    accept: list[AcceptSettings] = []


S = TypeVar("S", bound=_Settings)
Locate = Callable[[Keys], Location | None]


def parse_settings(kind: type[S], data: Any, locate: Locate) -> S | list[Problem]:
    """Check data against its type.

    Args:
        kind: The type.
        data: What a YAML file or a program gave, in camelCase or snake_case.
        locate: Gives the line of a value.

    Returns:
        The settings, or everything that is wrong with the data.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        return [_problem(kind, detail["loc"], detail, locate) for detail in details]


def json_schema(kind: type[_Settings], title: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a settings file, as editors use it."""
    schema = kind.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def stack_schema(environment: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    """The JSON Schema of a stack's configuration file, whose other keys are Pulumi's own."""
    keys = {
        f"{namespace}{key}": {"$ref": f"environment.json#/properties/{key}"}
        for key in environment["properties"]
    }
    return {
        "$schema": environment["$schema"],
        "title": "WSUS egress stack configuration",
        "type": "object",
        "required": ["config"],
        "properties": {"config": {"type": "object", "properties": keys}},
    }


def path_text(keys: Keys) -> str:
    """`('servers', 0, 'addresses')` as `servers[0].addresses`."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def _problem(
    kind: type[_Settings], loc: tuple[Key, ...], detail: Mapping[str, Any], locate: Locate
) -> Problem:
    what, instead = _explain(kind, loc, detail)
    return Problem(locate(loc), path_text(loc), what, instead)


_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_PATTERNS = {
    DATE: ("is not a day", "write it as YYYY-MM-DD"),
    r"^vpc-[0-9a-f]{8,17}$": ("is not a VPC id", "write it as vpc- and 8 or 17 hex digits"),
    r"^[a-z0-9]+$": ("is not an Azure region's name", "write it like westeurope"),
    r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$": (
        "is not a usable name",
        "write 2 to 32 lower-case letters, digits and hyphens, a letter first",
    ),
}


def _explain(
    kind: type[_Settings], loc: tuple[Key, ...], detail: Mapping[str, Any]
) -> tuple[str, str]:
    error, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if error == "extra_forbidden":
        return _unknown_key(kind, loc)
    if error == "missing":
        return "the setting is missing", "add it"
    if error in _KINDS:
        given = "nothing" if value is None else repr(value)
        return f"{_shortened(given)} is not {_KINDS[error]}", f"write {_KINDS[error]}"
    if error == "literal_error":
        return (
            f"{_shortened(repr(value))} is not one of the choices",
            f"write {context['expected']}",
        )
    if error == "string_pattern_mismatch":
        fallback = ("does not fit", f"write what fits {context['pattern']}")
        what, instead = _PATTERNS.get(context["pattern"], fallback)
        return f"{_shortened(repr(value))} {what}", instead
    if error in ("too_short", "string_too_short"):
        return "it is empty", "give at least one entry" if error == "too_short" else "write a text"
    message = detail["msg"][0].lower() + detail["msg"][1:]
    return f"{_shortened(repr(value))} cannot be used", message


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


def _unknown_key(kind: type[_Settings], loc: tuple[Key, ...]) -> tuple[str, str]:
    key = str(loc[-1])
    owner = _model_at(kind, loc[:-1])
    known = sorted(field.alias or name for name, field in owner.model_fields.items())
    if "port" in key.lower() and owner in (
        EnvironmentSettings, EndpointSettings, ExtraEndpointSettings, EndpointListSettings,
    ):  # fmt: skip
        what = f"the key {key!r} is unknown: {FIXED_PORTS}"
        return what, "remove it (servers have synchronizationPorts of their own)"
    import difflib  # noqa: PLC0415 - only a mistake needs it

    close = difflib.get_close_matches(key, known, 1)
    instead = f"did you mean {close[0]!r}?" if close else f"the keys here are {', '.join(known)}"
    return f"the key {key!r} is unknown", instead


def _model_at(kind: type[_Settings], loc: tuple[Key, ...]) -> type[_Settings]:
    """The settings type that stands at a path: what the keys there are checked against."""
    for key in loc:
        if isinstance(key, str):
            fields = kind.model_fields
            field = next((f for name, f in fields.items() if key in (name, f.alias)), None)
            kind = next(_models(field.annotation), kind) if field else kind
    return kind


def _models(annotation: Any) -> Iterator[type[_Settings]]:
    if isinstance(annotation, type) and issubclass(annotation, _Settings):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)
