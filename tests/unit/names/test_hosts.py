"""Host names and patterns."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wsus_egress.names.hosts import InvalidName, Pattern, host_name, stand_in

LONG_LABEL = "a" * 63
LONGEST = ".".join([LONG_LABEL, LONG_LABEL, LONG_LABEL, "a" * 61])


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
        ("_a.r3---b.bücher.example", "_a.r3---b.xn--bcher-kva.example"),
        ("ｗｗｗ．example。com", "www.example.com"),  # noqa: RUF001 - what the test is about
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
        ("127.0.0.0x1", "is an address"),
        ("１27.0.0.1", "is an address"),  # noqa: RUF001 - what the test is about
        ("10.0.0.0/8", "is an address range"),
        ("2001:DB8::/32", "is an address range"),
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
        ("xn--a.com", "is not a valid international name"),
    ],
)
def test_host_name_refuses(text: str, reason: str) -> None:
    """A text that is not a host name is refused with the reason."""
    with pytest.raises(InvalidName) as caught:
        host_name(text)

    assert reason in f"{caught.value.reason}"


def test_url_with_a_port_is_told_its_host() -> None:
    """What the message says to write would itself be taken."""
    with pytest.raises(InvalidName) as caught:
        host_name("https://user@download.microsoft.com:443/path")

    assert "write only the host: 'download.microsoft.com'" == caught.value.instead


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
        ("a.*.com", "not its first label", "name the hosts"),
        ("a.*.b.com", "not its first label", "'*.b.com' would open"),
        ("*.*.com", "not its first label", ""),
        ("a.*", "not its first label", "name the hosts"),
        ("*-api.b.com", "inside a label", "'*.b.com' would open"),
        ("a*", "inside a label", "name the hosts"),
        (".b.com", "leading dot", "'*.b.com', and 'b.com' too"),
        (".com", "empty label", "extra dot"),
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


@pytest.mark.parametrize(
    "text", ["bücher.example..", "xn--bcher-kva.example..", "bücher.example。."]
)
def test_an_international_name_has_one_last_dot_at_most(text: str) -> None:
    """As with ASCII: a second one is an empty label, whichever full stop it is."""
    assert "xn--bcher-kva.example" == host_name(text[:-1])
    with pytest.raises(InvalidName, match="has an empty label"):
        host_name(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.example.com", "a.example.com"),
        ("A.Example.COM.", "a.example.com"),
        ("xn--dl.example.com", "xn--dl.example.com"),
        ("a b.example.com", "a_b.example.com"),
        ("*.example.com", "_.example.com"),
        ("-a-.example.com", "_a_.example.com"),
        ("--", "__"),
        (".example.com", "_example.com"),
        ("..example.com", "_.example.com"),
        ("a..example.com", "a_.example.com"),
        ("a.example.com..", "a.example.com_"),
        (".", "_"),
        ("\u2615.example.com", "_.example.com"),
        ("a,b.b\u00fccher.example", "a_b.xn--bcher-kva.example"),
        ("\uff0a\uff0eexample\u3002com", "_.example.com"),
        (f"a{LONG_LABEL}.example.com", f"{'a' * 62}_.example.com"),
    ],
)
def test_what_stands_in_for_no_host_name(text: str, expected: str) -> None:
    """What is odd becomes an underscore; a name that is sound but for its A-label stays as it is."""
    assert expected == stand_in(text)


@given(st.text(st.sampled_from("ab.-_ ,\u2615*"), max_size=12).map(lambda text: f"{text}w.com"))
@example("..w.com")
@example(".a.w.com")
@example("-w.com")
def test_a_stand_in_is_where_its_text_is(text: str) -> None:
    """It is a sound name; it is below a domain, or is a host, exactly where its text ends so, or is it."""
    name = stand_in(text)
    assert name == host_name(name)
    for host in ("w.com", "a.w.com", "com", "b.a.w.com"):
        below = text.endswith(f".{host}") and len(text) > len(host) + 1
        assert below == name.endswith(f".{host}")
        assert (text == host) == (name == host)
