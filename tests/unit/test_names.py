"""Host names, patterns and sets of names."""

from __future__ import annotations

import pytest

from wsus_egress import names
from wsus_egress.names import (
    ALL_NAMES,
    NO_NAMES,
    InvalidName,
    NameSet,
    Pattern,
    PatternIndex,
    host_name,
    minimal_cover,
)

REFERENCE = (
    "windowsupdate.microsoft.com",
    "*.windowsupdate.microsoft.com",
    "*.update.microsoft.com",
    "*.windowsupdate.com",
    "download.windowsupdate.com",
    "download.microsoft.com",
    "*.download.windowsupdate.com",
    "wustat.windows.com",
    "ntservicepack.microsoft.com",
)
LONG_LABEL = "a" * 63
LONGEST = ".".join([LONG_LABEL, LONG_LABEL, LONG_LABEL, "a" * 61])


def patterns(*texts: str) -> list[Pattern]:
    """Patterns of texts."""
    return [Pattern.parse(text) for text in texts]


def name_set(*texts: str) -> NameSet:
    """The names that patterns match."""
    return NameSet.of(patterns(*texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("download.microsoft.com", "download.microsoft.com"),
        ("Download.Microsoft.COM", "download.microsoft.com"),
        ("download.microsoft.com.", "download.microsoft.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example.", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("localhost", "localhost"),
        (LONGEST, LONGEST),
    ],
)
def test_host_name_is_normalised(text: str, expected: str) -> None:
    """Case, a trailing dot and international letters do not make another name."""
    assert expected == host_name(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("a..example.com", "empty label"),
        (f"a{LONG_LABEL}.com", "label of 64 octets"),
        (f"a{LONGEST}", "label of 64 octets"),
        (f"a.{LONGEST}", "255 octets"),
        ("-a.example.com", "has the label '-a'"),
        ("a-.example.com", "has the label 'a-'"),
        ("1.2.3.4", "is an address"),
        ("0x7f.1", "is an address"),
        ("a.0x7f", "is an address"),
        ("2001:db8::1", "is an address"),
        ("[2001:db8::1]", "is an address"),
        ("http://example.com/path", "is a URL"),
        ("example.com/path", "has a path"),
        ("user@example.com", "user information"),
        ("example.com:443", "has a port"),
        ("exa mple.com", "has the character ' '"),
        ("exa'mple.com", "has the character"),
        ("exa;mple.com", "has the character ';'"),
        ("exa\x00mple.com", "has the character '\\x00'"),
        ("xn--a.com", "is no international name"),
    ],
)
def test_host_name_refuses(text: str, reason: str) -> None:
    """What is no host name is refused with its reason."""
    with pytest.raises(InvalidName) as caught:
        host_name(text)

    assert reason in f"{caught.value.reason}"


def test_long_text_is_shortened() -> None:
    """A message stays readable, whatever was given."""
    with pytest.raises(InvalidName) as caught:
        host_name("a b" * 100)

    assert len(caught.value.text) <= 81


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Download.Microsoft.com", "download.microsoft.com"),
        ("*.WindowsUpdate.com.", "*.windowsupdate.com"),
        ("*.windowsupdate.com", "*.windowsupdate.com"),
    ],
)
def test_pattern_is_normalised(text: str, expected: str) -> None:
    """Patterns are compared in their normal form."""
    assert expected == str(Pattern.parse(text))


@pytest.mark.parametrize(
    ("text", "reason", "instead"),
    [
        ("*", "is every name", "mode: open"),
        ("*x.com", "only end alike, such as evilx.com", "'*.x.com'"),
        ("a.*.com", "not its first label", "'*.' and a domain"),
        ("a.*.b.com", "not its first label", "'*.b.com'"),
        ("*.*.com", "not its first label", ""),
        ("a.*", "not its first label", "'*.' and a domain"),
        ("*.com", "whole top-level domain", "name the domain"),
        ("localhost", "not fully qualified", "with its domain"),
        ("a_b.example.com", "underscore", ""),
        (f"*.{LONGEST}", "matches nothing", ""),
        ("*.a..com", "empty label", "extra dot"),
    ],
)
def test_pattern_refuses(text: str, reason: str, instead: str) -> None:
    """Nothing but a host or `*.` and a domain is a pattern."""
    with pytest.raises(InvalidName) as caught:
        Pattern.parse(text)

    assert reason in caught.value.reason
    assert instead in caught.value.instead


def test_reference_list_has_a_cover_of_seven() -> None:
    """Two of the reference list's nine are inside *.windowsupdate.com."""
    cover = minimal_cover(patterns(*REFERENCE))

    assert 7 == len(cover.patterns)
    assert [
        ("download.windowsupdate.com", "*.windowsupdate.com"),
        ("*.download.windowsupdate.com", "*.windowsupdate.com"),
    ] == [(dropped.text, by.text) for dropped, by in cover.redundant]


def test_duplicates_are_redundant() -> None:
    """A pattern given twice is kept once."""
    (pattern,) = patterns("a.example.com")

    assert ((pattern, pattern),) == minimal_cover([pattern, pattern]).redundant


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("windowsupdate.com", False),
        ("a.windowsupdate.com", True),
        ("a.b.c.windowsupdate.com", True),
        ("evilwindowsupdate.com", False),
        ("windowsupdate.com.evil.com", False),
        ("download.microsoft.com", True),
        ("x.download.microsoft.com", False),
        ("microsoft.com", False),
    ],
)
def test_membership(host: str, expected: bool) -> None:
    """A wildcard has every name below its domain, and never the domain."""
    assert expected is (host in name_set(*REFERENCE))


def test_operators() -> None:
    """Union, intersection, difference, symmetric difference, inclusion, complement."""
    left, right = name_set("*.a.com", "b.com"), name_set("x.a.com", "c.com")

    assert name_set("*.a.com", "b.com", "c.com") == left | right
    assert name_set("x.a.com") == left & right
    assert "x.a.com" not in left - right
    assert "y.a.com" in left - right
    assert (left - right) | (right - left) == left ^ right
    assert left & right <= left
    assert not left <= right
    assert left.complement().complement() == left
    assert not NO_NAMES
    assert ALL_NAMES
    assert hash(left | right) == hash(right | left)
    assert left != "a.com"


def test_witness_is_readable() -> None:
    """A witness reads like a name that a person might have written."""
    assert "host.a.com" == name_set("*.a.com").witness()
    assert "a.com" == name_set("a.com").witness()
    assert "example.com" == ALL_NAMES.witness()
    assert None is NO_NAMES.witness()
    assert "host.0.a.com" == (name_set("*.a.com") - name_set("0.a.com")).witness()


def test_witness_in_a_narrow_gap() -> None:
    """Where no readable name fits, the smallest one does."""
    narrow = NameSet(("com!a!0!", "com!a!0!b"))

    assert "0.0.a.com" == narrow.witness()


def test_gap_without_a_name_is_no_gap() -> None:
    """0 is the smallest label: nothing lies between a wildcard's beginning and it."""
    below_zero = NameSet(("com!a!", "com!a!0"))

    assert NO_NAMES == below_zero & ALL_NAMES
    assert NO_NAMES == ALL_NAMES - ALL_NAMES


@pytest.mark.parametrize(
    ("label", "room", "expected"),
    [
        ("a", 3, "a-0"),
        ("a", 2, "a0"),
        ("ab", 2, "ac"),
        ("az", 2, "b"),
        ("zz", 2, None),
        ("9", 1, "_"),
    ],
)
def test_next_label(label: str, room: int, expected: str | None) -> None:
    """The label after another one and all that begin with it and a hyphen."""
    assert expected == names._next_label(label, room)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("", "0"),
        ("com", "com"),
        ("com!", "com!0"),
        ('com!a"', "com!a" + "-" * 61 + "0"),
        ("com!" + "z" * 63 + '"', "com" + "-" * 59 + "0"),
        ("z" * 63 + '"', None),
    ],
)
def test_first_key(start: str, expected: str | None) -> None:
    """The first name from a boundary on."""
    assert expected == names._first_key(start)


def test_first_key_where_names_end() -> None:
    """Below a name that is as long as names get there is nothing; the search goes on after it."""
    key = "!".join(reversed(LONGEST.split(".")))

    found = names._first_key(key + "!")

    assert found is not None
    assert found > key


def test_index_prefers_the_closest() -> None:
    """The host itself decides before a wildcard, a longer wildcard before a shorter one."""
    index = PatternIndex(patterns("*.com.example", "*.a.com.example", "x.a.com.example"))

    found = {
        host: str(index.match(host))
        for host in ("x.a.com.example", "y.a.com.example", "b.com.example", "com.example")
    }

    assert {
        "x.a.com.example": "x.a.com.example",
        "y.a.com.example": "*.a.com.example",
        "b.com.example": "*.com.example",
        "com.example": "None",
    } == found
