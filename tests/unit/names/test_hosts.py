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
        ("straße.example", "xn--strae-oqa.example"),
        ("localhost", "localhost"),
        (LONGEST, LONGEST),
    ],
)
def test_host_name_is_normalised(text: str, expected: str) -> None:
    """Case, a trailing dot and international letters do not make another name."""
    assert expected == host_name(text)


ADDRESS = "is an address, and only names can be listed; write a host name"
RANGE = "is an address range, and only names can be listed; write a host name"
LETTERS = "use letters, digits and inner hyphens only"
PATH = "has a path; write only the host: names are all firewalls see"
PORT = "has a port: the ports are TCP 80 and TCP 443 and cannot be configured"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; write a host name"),
        ("a..example.com", "has an empty label; remove the extra dot"),
        (f"a{LONG_LABEL}.com", "has a label of 64 octets; the most is 63"),
        ("-a.example.com", f"has the label '-a'; {LETTERS}"),
        ("a-.example.com", f"has the label 'a-'; {LETTERS}"),
        ("a!.example.com", f"has the label 'a!'; {LETTERS}"),
        ("*.example.com", f"has the label '*'; {LETTERS}"),
        ("1.2.3.4", ADDRESS),
        ("0x7f.1", ADDRESS),
        ("a.0x7f", ADDRESS),
        ("127.0.0.0x1", ADDRESS),
        ("１27.0.0.1", ADDRESS),  # noqa: RUF001 - what the test is about
        ("10.0.0.0/8", RANGE),
        ("2001:DB8::/32", RANGE),
        ("2001:db8::1", ADDRESS),
        ("1::", ADDRESS),
        ("[2001:db8]", ADDRESS),
        ("[2001", ADDRESS),
        ("http://example.com/path", "is a URL; write only the host: 'example.com'"),
        ("https://u:p@h.example.com:443/a?b#c", "is a URL; write only the host: 'h.example.com'"),
        ("ftp://a@b@h.example.com/x://y", "is a URL; write only the host: 'h.example.com'"),
        ("example.com/path", PATH),
        ("user@example.com", "has user information; write only the host"),
        ("example.com:443", f"{PORT}; write 'example.com'"),
        ("example.com:", f"{PORT}; write 'example.com'"),
        ("exa mple.com", "has the character ' '; remove it"),
        ("eXa mple.com", "has the character ' '; remove it"),
        ("exa'mple.com", """has the character "'"; remove it"""),
        ('exa"mple.com', """has the character '"'; remove it"""),
        ("exa`mple.com", "has the character '`'; remove it"),
        ("exa;mple.com", "has the character ';'; remove it"),
        ("exa,mple.com", "has the character ','; remove it"),
        ("exa\\mple.com", "has the character '\\\\'; remove it"),
        ("exa|mple.com", "has the character '|'; remove it"),
        ("exa%mple.com", "has the character '%'; remove it"),
        ("exa\x00mple.com", "has the character '\\x00'; remove it"),
        (
            "xn--a.com",
            "is not a valid international name: codepoint u+0080 at position 1 of '\\x80' not allowed",
        ),
    ],
)
def test_host_name_refuses(text: str, message: str) -> None:
    """A text that is not a host name is refused with the reason, and with what to write instead."""
    with pytest.raises(InvalidName) as caught:
        host_name(text)

    assert f"{text!a} {message}" == str(caught.value)


def test_a_name_of_more_octets_than_dns_takes_is_refused() -> None:
    """The message has the beginning of the name."""
    with pytest.raises(InvalidName) as caught:
        host_name(f"a.{LONGEST}")

    shown = f"'a.{LONG_LABEL}.{'a' * 9}...'"
    assert f"{shown} has 255 octets; the most is 253" == str(caught.value)


@pytest.mark.parametrize(("spaces", "shown"), [(78, f"'{' ' * 78}'"), (79, f"'{' ' * 75}...'")])
def test_a_message_shows_at_most_eighty_characters_of_a_text(spaces: int, shown: str) -> None:
    """A message stays readable, whatever was given; the quotation marks count."""
    with pytest.raises(InvalidName) as caught:
        host_name(" " * spaces)

    assert shown == caught.value.text
    assert len(shown) == 80


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


HOSTS = "name the hosts that are meant"
INSIDE = f"has a wildcard inside a label; {HOSTS}"
NOT_FIRST = f"has a wildcard that is not its first label; {HOSTS}"
EMPTY = "has an empty label; remove the extra dot"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("*", "is every name; use `mode: open` if that is meant"),
        (
            "*x.com",
            "also matches names that only end alike, such as evilx.com; "
            "write '*.x.com', and 'x.com' if the domain itself is meant",
        ),
        ("a.*.com", NOT_FIRST),
        (
            "a.*.b.com",
            f"{NOT_FIRST}; '*.b.com' would open every name below b.com, whoever has them",
        ),
        (".*.b.com", f"{NOT_FIRST}; '*.b.com' would open every name below b.com, whoever has them"),
        ("*.*.com", NOT_FIRST),
        ("a.*", NOT_FIRST),
        ("*-api.b.com", f"{INSIDE}; '*.b.com' would open every name below b.com, whoever has them"),
        ("**.b.com", f"{INSIDE}; '*.b.com' would open every name below b.com, whoever has them"),
        ("a.b*.c.com", f"{INSIDE}; '*.c.com' would open every name below c.com, whoever has them"),
        (
            "a.*b.c.d.com",
            f"{INSIDE}; '*.c.d.com' would open every name below c.d.com, whoever has them",
        ),
        ("a*.b*.c.com", f"{INSIDE}; '*.c.com' would open every name below c.com, whoever has them"),
        ("a*", INSIDE),
        (
            ".b.com",
            "has a leading dot, which elsewhere means the domain and every name below it; "
            "write '*.b.com', and 'b.com' too if the domain itself is meant",
        ),
        (".com", EMPTY),
        (".b_c.com", EMPTY),
        ("*.a..com", EMPTY),
        ("*..b.com", EMPTY),
        ("*.com", "would admit a whole top-level domain; name the domain"),
        ("localhost", "is not fully qualified; write the name with its domain"),
        ("a_b.example.com", "has an underscore, which no host name has"),
        ("*.1.2.3.4", ADDRESS),
        ("*.b.com/*", PATH),
        ("*@example.com", "has user information; write only the host"),
        ("https://*.example.com/", "is a URL; write only the host: '*.example.com'"),
        (
            "https://*.com/",
            "is a URL; write only the host, but '*.com' would admit a whole top-level domain; "
            "name the domain",
        ),
        (
            "https://*.b_c.com/",
            "is a URL; write only the host, but '*.b_c.com' has an underscore, which no host name has",
        ),
        ("*.example.com:443", f"{PORT}; write '*.example.com'"),
    ],
)
def test_pattern_refuses(text: str, message: str) -> None:
    """Nothing but a host or `*.` and a domain is a pattern."""
    with pytest.raises(InvalidName) as caught:
        Pattern.parse(text)

    assert f"{text!a} {message}" == str(caught.value)


def test_a_wildcard_below_which_no_name_fits_is_refused() -> None:
    """A name below a domain has two octets more than the domain at least."""
    longest = LONGEST[2:]
    assert f"*.{longest}" == str(Pattern.parse(f"*.{longest}"))
    with pytest.raises(InvalidName) as caught:
        Pattern.parse(f"*.a{longest}")

    shown = f"'*.a{longest[:72]}...'"
    assert f"{shown} matches nothing: a name has at most 253 octets" == str(caught.value)


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
        ("\u2615\u3002example.com", "_.example.com"),
        ("stra\u00dfe.example.com", "xn--strae-oqa.example.com"),
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
