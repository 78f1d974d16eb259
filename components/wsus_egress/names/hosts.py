"""Host names, and patterns of them.

A pattern is a host, `host.example.com`, or every name below one at any depth and never that one
itself, `*.example.com`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Self

MAX_NAME: Final = 253
MAX_LABEL: Final = 63

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# A name that needs no further look: lower case, at least two labels, the last one starts with a letter
# and so is not a number, neither `1` nor `0x7f`.
_NORMAL: Final = re.compile(rf"(\*\.)?((?:{_LABEL}\.)+(?=[a-z]){_LABEL})")
_QUERIED_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
# What no host name has: other characters, an empty label or one that is too long, a hyphen at its edge.
_ODD_CHARACTER: Final = re.compile(r"[^a-z0-9_.-]")
_ODD_DOT: Final = re.compile(r"^\.|\.(?=\.)|\.$")
_ODD_HYPHEN: Final = re.compile(r"(^|\.)-|-(?=\.|$)")
_LONG_LABEL: Final = re.compile(r"([^.]{62})[^.]{2,}")


class InvalidName(ValueError):  # noqa: N818 - it reads as what it is: an invalid name
    """A text that is neither a host name nor a pattern.

    Attributes:
        text: The text, quoted and shortened.
        reason: What is wrong with it, as a clause that follows the text.
        instead: What to write instead; empty where nothing can be said.
    """

    def __init__(self, text: str, reason: str, instead: str = "") -> None:
        """Quote the text so that control characters cannot disturb a terminal or a log."""
        quoted = ascii(text)
        self.text = quoted if len(quoted) <= 80 else f"{quoted[:76]}...'"
        self.reason = reason
        self.instead = instead
        super().__init__(f"{self.text} {reason}" + (f"; {instead}" if instead else ""))


def host_name(text: str) -> str:
    """The normal form of a host name: lower case, no trailing dot, A-labels.

    Args:
        text: A name as clients send it. Underscores are taken: real traffic has them.

    Raises:
        InvalidName: When it is not a host name, for example an IP address.
    """
    found = _NORMAL.fullmatch(text)
    if found and found[1] is None and len(text) <= MAX_NAME and "xn--" not in text:
        return text
    _refuse_foreign_parts(text)
    name = text.removesuffix(".").lower()
    if not name.isascii() or "xn--" in name:
        # With its last dot, if it has one: the mapping makes dots of other characters, and just one
        # may stand at the end.
        name = _to_ascii(text, text.lower())
    labels = name.split(".")
    for label in labels:
        if not label:
            raise InvalidName(text, "has an empty label", "remove the extra dot")
        if len(label) > MAX_LABEL:
            raise InvalidName(text, f"has a label of {len(label)} octets; the most is {MAX_LABEL}")
        if not _QUERIED_LABEL.fullmatch(label):
            raise InvalidName(
                text,
                f"has the label {ascii(label)}",
                "use letters, digits and inner hyphens only",
            )
    if len(name) > MAX_NAME:
        raise InvalidName(text, f"has {len(name)} octets; the most is {MAX_NAME}")
    if _NUMBER.fullmatch(labels[-1]):
        raise InvalidName(text, "is an address, and only names can be listed", "write a host name")
    return name


def stand_in(text: str) -> str:
    """A host name of which every rule says the same as of a text that is not one.

    Firewalls compare the ends of names, whatever stands before: `a b.example.com` is below
    `example.com`. What is odd becomes `_`, which no pattern has, and so no other name is met. An empty
    first label is not a label, so `.example.com` is beside `example.com`, not below.

    Args:
        text: What a client sends as a name, at most 253 octets; of one last dot it means the same.
    """
    whole = unicodedata.normalize("NFKC", text.lower()).replace("\u3002", ".").lower()
    labels = whole.removesuffix(".").split(".")
    plain = _ODD_CHARACTER.sub("_", ".".join(map(_label_sent, labels)))
    plain = _ODD_HYPHEN.sub(r"\1_", _ODD_DOT.sub("_", plain))
    return _LONG_LABEL.sub(r"\1_", plain) or "_"


def _label_sent(label: str) -> str:
    """The A-label of an international label that has one."""
    if label.isascii():
        return label
    try:
        return host_name(label)
    except InvalidName:
        return label


def _refuse_foreign_parts(text: str) -> None:
    if not text:
        raise InvalidName(text, "is empty", "write a host name")
    if "://" in text:
        host = re.split(r"[/?#]", text.partition("://")[2])[0].rpartition("@")[2]
        host = re.sub(r":[0-9]*$", "", host)
        raise InvalidName(text, "is a URL", _only_host(host))
    if re.fullmatch(r"[0-9a-f.:]*[.:][0-9a-f.:]*/[0-9]+", text, re.IGNORECASE):
        raise InvalidName(
            text, "is an address range, and only names can be listed", "write a host name"
        )
    if "/" in text:
        raise InvalidName(text, "has a path", "write only the host: names are all firewalls see")
    if "@" in text:
        raise InvalidName(text, "has user information", "write only the host")
    if text.count(":") > 1 or text.startswith("["):
        raise InvalidName(text, "is an address, and only names can be listed", "write a host name")
    if ":" in text:
        raise InvalidName(
            text,
            "has a port: the ports are TCP 80 and TCP 443 and cannot be configured",
            _only_host(text.partition(":")[0], "write "),
        )
    for character in text:
        if character in "'\"`;,\\|%" or character.isspace() or not character.isprintable():
            raise InvalidName(text, f"has the character {ascii(character)}", "remove it")


def _only_host(host: str, advice: str = "write only the host: ") -> str:
    """Advice to write what is left of a text; where that has a wildcard, advice that ends in a pattern."""
    if "*" in host:
        try:
            Pattern.parse(host)
        except InvalidName as error:
            said = "; ".join(part for part in (error.reason, error.instead) if part)
            return f"write only the host, but {error.text} {said}"
    return f"{advice}{ascii(host)}"


def _to_ascii(text: str, name: str) -> str:
    import idna  # noqa: PLC0415 - 20 ms that only international names need

    try:
        mapped = idna.uts46_remap(name, std3_rules=False)
        # Only what is international is held to IDNA: hosts beside it may have underscores, and
        # hyphens wherever DNS takes them.
        return ".".join(
            label
            if label.isascii() and not label.startswith("xn--")
            else idna.alabel(label).decode("ascii")
            for label in mapped.removesuffix(".").split(".")
        )
    except idna.IDNAError as error:
        reason = str(error).lower().rstrip(".")
        raise InvalidName(text, f"is not a valid international name: {reason}") from error


@dataclass(frozen=True, slots=True, order=True)
class Pattern:
    """A host, or every name below one at any depth and never that one itself.

    Attributes:
        host: The normal form of the name, without `*.`.
        wildcard: Whether it means the names below instead of the host.
    """

    host: str
    wildcard: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `host.example.com` or `*.example.com`. Nothing else is a pattern.

        Raises:
            InvalidName: When it is neither.
        """
        found = _NORMAL.fullmatch(text)
        if found and len(text) <= MAX_NAME and "xn--" not in text:
            # The text itself where it is the host: a long list is kept once, not twice.
            return cls(text, wildcard=False) if found[1] is None else cls(found[2], wildcard=True)
        return cls._parse_slowly(text)

    @classmethod
    def _parse_slowly(cls, text: str) -> Self:
        wildcard = text.startswith("*.")
        rest = text[2:] if wildcard else text
        if "*" in text and set("/:@").intersection(text):
            _refuse_foreign_parts(text)
        if "*" in rest:
            _refuse_wildcard(text)
        if text.startswith(".") and not wildcard:
            _refuse_leading_dot(text)
        try:
            host = host_name(rest)
        except InvalidName as error:
            raise InvalidName(text, error.reason, error.instead) from None
        if "_" in host:
            raise InvalidName(text, "has an underscore, which no host name has")
        if "." not in host:
            if wildcard:
                raise InvalidName(text, "would admit a whole top-level domain", "name the domain")
            raise InvalidName(text, "is not fully qualified", "write the name with its domain")
        if wildcard and len(host) > MAX_NAME - 2:
            raise InvalidName(text, f"matches nothing: a name has at most {MAX_NAME} octets")
        return cls(host, wildcard)

    @property
    def text(self) -> str:
        """The pattern as it is written."""
        return f"*.{self.host}" if self.wildcard else self.host

    def __str__(self) -> str:
        """The pattern as it is written."""
        return self.text


def _refuse_leading_dot(text: str) -> None:
    """Proxies and AWS' domain lists write so what is here two patterns; without the dot it would be one host alone."""
    try:
        below = Pattern.parse(f"*{text}")
    except InvalidName:
        return
    raise InvalidName(
        text,
        "has a leading dot, which elsewhere means the domain and every name below it",
        f"write {ascii(below.text)}, and {ascii(below.host)} too if the domain itself is meant",
    )


def _refuse_wildcard(text: str) -> None:
    if text == "*":
        raise InvalidName(text, "is every name", "use `mode: open` if that is meant")
    before, _, tail = text.rpartition("*")
    below = _below(tail.lstrip("."))
    if not before and below:
        raise InvalidName(
            text,
            f"also matches names that only end alike, such as evil{tail}",
            f"write '*.{below}', and '{below}' if the domain itself is meant",
        )
    inside = tail[:1] not in {"", "."} or before[-1:] not in {"", "."}
    # Of a star inside a label, the names below the next dot are the least that a pattern can have.
    wider = below if tail.startswith(".") else _below(tail.partition(".")[2])
    cost = f"; '*.{wider}' would open every name below {wider}, whoever has them" if wider else ""
    raise InvalidName(
        text,
        "has a wildcard inside a label" if inside else "has a wildcard that is not its first label",
        f"name the hosts that are meant{cost}",
    )


def _below(host: str) -> str:
    """The host, where all names below it can be a pattern; else nothing."""
    try:
        return "" if "*" in host else Pattern.parse(f"*.{host}").host
    except InvalidName:
        return ""
