"""What `logs --format json` prints: one type for each object, of which the JSON Schema is made too."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from wsus_egress.cli.json_types import Count, Schemes, Version
from wsus_egress.review.log_answers import PolicySays, Reason

Time = Annotated[
    str | None, Field(description="As 2026-10-01T09:00:03Z, or without Z in local time.")
]
Port = Annotated[int, Field(ge=1, le=65535)]


class LogLine(TypedDict):
    """What a source asked for alike, what became of it, and what an environment's policy says."""

    version: Version
    source: Annotated[
        str | None, Field(description="Who asked; null in a machine's own log and in a report.")
    ]
    party: Annotated[str | None, Field(description="The server or clients with this address.")]
    environment: Annotated[str | None, Field(description="Null where none has the source.")]
    name: Annotated[str | None, Field(description="Null where the log has none, or an address.")]
    port: Port | None
    scheme: Annotated[
        str | None, WithJsonSchema({"enum": ["http", "https", "dns", "tcp", "udp", "icmp", None]})
    ]
    count: Count
    first: Time
    last: Time
    seen: Annotated[str, WithJsonSchema({"enum": ["blocked", "passed", "seen"]})]
    policy: PolicySays
    reason: Reason
    text: Annotated[str, Field(description="The reason in words.")]
    endpoint: Annotated[str | None, Field(description="The pattern that allows it.")]
    lists: Annotated[
        list[str],
        Field(description="Lists that have the name and that the environment does not use."),
    ]
    control: Annotated[str, Field(description="Whose log this is, as aws-network-firewall.")]


class Extra(TypedDict):
    """An entry for `extraEndpoints`, without an owner and a reason."""

    pattern: str
    schemes: Schemes


class Opened(TypedDict):
    """What an edit opens at a target."""

    target: str
    pattern: str
    schemes: Schemes
    witness: str


class Edit(TypedDict):
    """The smallest edit of an environment that allows what was blocked."""

    environment: str
    lists: Annotated[list[str], Field(description="Lists to add.")]
    extraEndpoints: list[Extra]
    opens: list[Opened]
    fidelities: Annotated[
        dict[str, str], Field(description="What the proof says afterwards, by target.")
    ]
    problems: Annotated[list[str], Field(description="Why the edit cannot be deployed.")]


class LogSummary(TypedDict):
    """The last object: what was never used, and how much was read."""

    version: Version
    unused: Annotated[
        list[str] | None, Field(description="Patterns; null where such logs cannot say.")
    ]
    files: Count
    records: Count
    silent: Annotated[Count, Field(description="Pieces that say nothing of a connection's fate.")]
    unread: Annotated[Count, Field(description="Pieces in no known form, or cut.")]
    earlier: Annotated[Count, Field(description="Records older than asked for.")]
    left_out: Annotated[Count, Field(description="Records of names beyond the most that are kept.")]
    suggestions: NotRequired[list[Edit]]
