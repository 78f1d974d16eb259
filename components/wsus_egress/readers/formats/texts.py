"""Plain texts: files of Suricata rules, and lists of names such as a proxy has."""

from __future__ import annotations

import re
from typing import Final

from wsus_egress.readers.formats.things import Contents, NotReadable, Thing

ACTIONS: Final = ("pass", "drop", "reject", "rejectsrc", "rejectdst", "rejectboth", "alert")
_RULE: Final = re.compile(
    rf"^\s*#?\s*({'|'.join(ACTIONS)})\s+\S+\s+.*(->|<>).*\(.*(;\s*\)|\\)\s*$", re.MULTILINE
)
_ENTRY: Final = re.compile(
    r"(?:[a-z]+://)?(?:\*\.|\.|\+\.|\*)?[a-z0-9_*](?:[a-z0-9_.*-]*[a-z0-9_*])?\.?(?::\d+)?(?:/\S*)?",
    re.IGNORECASE,
)
_SQUID: Final = re.compile(r"\bdstdomain\b|squid", re.IGNORECASE)


def is_suricata(text: str) -> bool:
    """Whether a text has a Suricata rule, even one that is commented out."""
    return _RULE.search(text) is not None


def suricata(found: Contents, text: str) -> None:
    """A file of rules."""
    found.things.append(
        Thing(
            "suricata", found.file, {"text": text}, found.file, (), frozenset((found.file.lower(),))
        )
    )


def names(found: Contents, text: str) -> None:
    """A list of names, one a line.

    Raises:
        NotReadable: A line is something else.
    """
    entries: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        entry = re.split(r"\s+#|\s+//", line.strip())[0].strip()
        if not entry or entry.startswith(("#", "//", ";", "!")):
            continue
        if not _ENTRY.fullmatch(entry) or "." not in entry.strip("."):
            raise NotReadable(
                f"line {number}: {entry[:60]!r} is neither a Suricata rule nor a name; what is read is JSON "
                "or YAML that a tool printed, Suricata rules, and lists of names, one a line"
            )
        entries.append((number, entry))
    if not entries:
        raise NotReadable("the list has no name")
    squid = bool(_SQUID.search(text))
    found.things.append(
        Thing("names", found.file, {"entries": entries, "squid": squid}, found.file, (),
              frozenset((found.file.lower(),)))
    )  # fmt: skip
