"""Endpoint lists for other programs: JSON with where each entry comes from, and what firewalls and proxies read.

Each form says what the list says, no more: a form that would also admit the domain itself is not used for `*.example.com`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field
from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from wsus_egress.cli.json_types import Schemes, Version
from wsus_egress.cli.output import cell
from wsus_egress.model.flows import Scheme
from wsus_egress.model.policy import Endpoint

if TYPE_CHECKING:
    from wsus_egress.config.lists import EndpointList

Contents = Mapping[str, tuple[Endpoint, ...]]
"""By list the endpoints of it and of all that it includes."""


class ListEntry(TypedDict):
    """An endpoint, and where it comes from."""

    pattern: str
    schemes: Schemes
    purpose: str
    source: str
    date: Annotated[str, Field(description="The day of the source, YYYY-MM-DD.")]
    list: Annotated[
        str, Field(description="The list that has it: this one, or one that it includes.")
    ]


class OneList(TypedDict):
    """An endpoint list with all that it includes."""

    name: str
    title: str
    includes: list[str]
    endpoints: list[ListEntry]


class Lists(TypedDict):
    """What `lists export --format json` prints."""

    version: Version
    lists: list[OneList]


def as_json(lists: Mapping[str, EndpointList], contents: Contents) -> str:
    """All lists with the provenance of each entry."""
    page: Lists = {
        "version": 1,
        "lists": [
            {
                "name": name,
                "title": lists[name].title,
                "includes": [include for include, _ in lists[name].includes],
                "endpoints": [
                    {
                        "pattern": each.pattern.text,
                        "schemes": sorted(each.schemes),
                        "purpose": each.purpose,
                        "source": each.source,
                        "date": each.date,
                        "list": each.list,
                    }
                    for each in endpoints
                ],
            }
            for name, endpoints in contents.items()
        ],
    }
    return json.dumps(page, indent=2) + "\n"


def as_csv(_: Mapping[str, EndpointList], contents: Contents) -> str:
    """A row for each list, pattern and scheme."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("list", "pattern", "protocol", "port", "scheme", "purpose", "source", "date"))
    for name, endpoints in contents.items():
        for each in endpoints:
            for scheme in sorted(each.schemes):
                rows.writerow(map(cell, (
                    name, each.pattern.text, "tcp", scheme.port, scheme.value,
                    each.purpose, each.source, each.date,
                )))  # fmt: skip
    return text.getvalue()


def as_text(_: Mapping[str, EndpointList], contents: Contents) -> str:
    """A pattern a line, as these lists write it."""
    return _lines(_patterns(contents))


def as_edl(_: Mapping[str, EndpointList], contents: Contents) -> str:
    """An external dynamic list of the type URL (believed: PAN-OS guide, "Formatting Guidelines for an External Dynamic List").

    The slash ends the host, so that `example.com.evil.test` does not match; a `*.` stands for one label or more.
    """
    return _lines(f"{pattern}/" for pattern in _patterns(contents))


def as_squid(_: Mapping[str, EndpointList], contents: Contents) -> str:
    """ACLs for squid.conf, by scheme. A `dstdomain` with a leading dot would admit the domain itself; a regex does not.

    squid.conf documented, `acl` (squid 6): `dstdomain` without a dot is the host alone.
    """
    lines = ["# Allow http_... on port 80, and CONNECT to https_... on port 443; deny the rest."]
    for name, endpoints in contents.items():
        for scheme in Scheme:
            chosen = sorted({each.pattern for each in endpoints if scheme in each.schemes})
            acl = f"{scheme.value}_{name.replace('-', '_')}"
            lines += [f"acl {acl} dstdomain {each.host}" for each in chosen if not each.wildcard]
            lines += [
                rf"acl {acl}_below dstdom_regex -i \.{re.escape(each.host)}$"
                for each in chosen if each.wildcard
            ]  # fmt: skip
    return _lines(lines)


def _patterns(contents: Contents) -> list[str]:
    found = {each.pattern for endpoints in contents.values() for each in endpoints}
    return [pattern.text for pattern in sorted(found)]


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


FORMATS: Final[Mapping[str, Callable[[Mapping[str, EndpointList], Contents], str]]] = {
    "json": as_json,
    "text": as_text,
    "edl": as_edl,
    "squid": as_squid,
    "csv": as_csv,
}
