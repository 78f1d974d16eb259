"""What documents write for a value that only a deployed resource has, taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.problems import Keys

_REFERENCE: Final = re.compile(r"\$\{([^.}]+)\.([^}]+)\}")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Settings whose keys the user chooses.
OWN_KEYS: Final = frozenset(
    {"application_security_groups", "existing_names", "ip_group_ids", "resource_tags", "tags"}
)
_UNDERSCORE: Final = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")


@dataclass(frozen=True, slots=True)
class Reference:
    """`${name.path}`: a property of the resource that another document makes."""

    name: str
    path: str

    @property
    def keys(self) -> tuple[str | int, ...]:
        """`ipConfigurations[0].id` as its keys, names in snake_case."""
        parts = self.path.replace("[", ".").replace("]", "").split(".")
        return tuple(int(part) if part.isdigit() else snake(part) for part in parts)


def pieces(text: str) -> tuple[str | Reference, ...]:
    """A text as the references in it and what stands between them; no piece is empty."""
    found: list[str | Reference] = []
    end = 0
    for match in _REFERENCE.finditer(text):
        found += [text[end : match.start()], Reference(match[1], match[2])]
        end = match.end()
    return tuple(piece for piece in (*found, text[end:]) if piece)


def snake(name: str) -> str:
    """A camelCase name as Pulumi's Python SDKs write it: `publicIPAddress` is `public_ip_address`."""
    return _HUMP.sub("_", name).lower()


def camel(name: str) -> str:
    """A snake_case name as Pulumi's other languages write it."""
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def plain(value: Any) -> Any:
    """What an SDK answers as plain data, its types as mappings with camelCase keys."""
    if isinstance(value, Mapping):
        return {camel(str(key)): plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list) else value


def renamed(keys: Keys, rename: Callable[[str], str]) -> Keys:
    """A setting's keys with each of its names renamed: `snake` and `camel` are such ways.

    The user's own keys, as a tag's, stay: `("tags", "costCenter")` is the same in both styles.
    """
    owners = ("", *keys)
    return tuple(
        key if isinstance(key, int) or snake(str(owner)) in OWN_KEYS else rename(key)
        for owner, key in zip(owners, keys, strict=False)
    )
