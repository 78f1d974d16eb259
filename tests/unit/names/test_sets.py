"""Exact sets of names, what covers them, and which pattern decides."""

from __future__ import annotations

import itertools
from bisect import bisect_left

import pytest

from wsus_egress.names import sets as namesets
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.order import AFTER, BELOW, END, Space, host_of
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet, PatternIndex, minimal_cover

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


def test_duplicates_below_a_wildcard_are_redundant_by_it() -> None:
    """The covering pattern of a pair is always one that is kept."""
    wide, narrow = patterns("*.example.com", "a.example.com")

    assert ((narrow, wide), (narrow, wide)) == minimal_cover([narrow, wide, narrow]).redundant


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


def test_witness_is_readable() -> None:
    """A witness reads like a name that a person might have written."""
    assert "host.a.com" == name_set("*.a.com").witness()
    assert "a.com" == name_set("a.com").witness()
    assert "example.com" == ALL_NAMES.witness()
    assert None is NO_NAMES.witness()
    assert "host.0.a.com" == (name_set("*.a.com") - name_set("0.a.com")).witness()
    assert "host.a.com" == (name_set("*.a.com") - name_set("0.a.com", "*.0.a.com")).witness()
    assert "0.a.com" == (name_set("*.a.com") - name_set("host.a.com", "*.host.a.com")).witness()


def test_witness_is_no_address() -> None:
    """The smallest names end in a number; a witness is always a name that can be looked up."""
    taken = name_set("aaa.aaa", "example.com", "example.org")

    assert "aaa" == taken.complement().witness()


def test_witness_where_only_one_name_is_left() -> None:
    """A set between two neighbours has its one name shown, even one that no IDNA decodes."""
    label = "xn--" + "z" * 58
    only = NameSet((f"com!{label}0", f"com!{label}0!"))

    assert f"{label}0.com" == only.witness()


@pytest.mark.parametrize("host", ["a.example.com", "0.com", f"{'z' * 63}.{'z' * 63}", LONGEST])
def test_complement_splits_every_name(host: str) -> None:
    """At the limits too, a set and its complement have every name, and none twice."""
    wide = host[-251:].partition(".")[2] if len(host) > 251 else host
    for names_ in (NameSet.of([Pattern(host, False)]), NameSet.of([Pattern(wide, True)])):
        assert names_ == names_.complement().complement()
        assert ALL_NAMES == names_ | names_.complement()
        assert NO_NAMES == names_ & names_.complement()


def test_same_names_are_the_same_set() -> None:
    """0 is the smallest label: nothing lies between a wildcard's beginning and it."""
    wide, zero = name_set("*.a.com"), name_set("0.a.com")

    assert wide == (wide - zero) | zero
    assert hash(wide) == hash((wide - zero) | zero)


def every_key(space: Space) -> list[str]:
    """The keys of all names of a small space, sorted."""
    labels = [
        "".join(letters)
        for octets in range(1, space.label + 1)
        for letters in itertools.product(space.alphabet, repeat=octets)
        if "-" not in (letters[0], letters[-1])
    ]
    found: list[str] = []
    level = labels
    while level:
        found += level
        level = [
            f"{key}!{label}"
            for key in level
            for label in labels
            if len(key) + 1 + len(label) <= space.total
        ]
    return sorted(found)


@pytest.mark.parametrize(
    "space",
    [Space("-0_a", 2, 6), Space("-0a", 3, 7), Space("-0a", 4, 6), Space("-0a", 1, 7)],
    ids=str,
)
def test_boundaries_against_every_name(space: Space) -> None:
    """In small spaces: each boundary's first name, and one spelling for those that agree on it."""
    keys = every_key(space)
    assert keys[0] == space.first("")
    spellings: dict[str, set[str]] = {}
    for key in keys:
        for bound in (key, key + BELOW, key + AFTER):
            index = bisect_left(keys, bound)
            expected = keys[index] if index < len(keys) else END

            assert expected == space.first(bound)

            spellings.setdefault(expected, set()).add(space.canonical(bound))

    assert {1} == {len(found) for found in spellings.values()}
    assert len(spellings) == len(set.union(*spellings.values()))


def test_sets_against_every_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a small space: sets are equal exactly when they have the same names."""
    space = Space("-0a", 2, 5)
    monkeypatch.setattr(namesets, "_SPACE", space)
    hosts = [host_of(key) for key in every_key(space)]
    pool = [
        NameSet.of([Pattern(host, wildcard)])
        for host in hosts
        for wildcard in (False, True)
        if "." in host and host[-1] == "a" and len(host) + 2 * wildcard <= space.total
    ]
    first_with: dict[frozenset[str], NameSet] = {}
    for one, other in itertools.product(pool, repeat=2):
        for found in (one | other, one - other, (one - other) | other, one.complement() ^ other):
            members = frozenset(host for host in hosts if host in found)

            assert bool(members) is bool(found)
            assert found == first_with.setdefault(members, found)

    assert len(first_with) == len(set(first_with.values()))


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
