"""Sets of names behave like sets, whatever the patterns."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wsus_egress.names.hosts import Pattern, host_name
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES, NameSet, PatternIndex, minimal_cover

LABELS = ["0", "a", "a-0", "a0", "b", "-".join("ab"), "z" * 63, "_x", f"a{'-' * 61}0"]
PATTERN_LABELS = [label for label in LABELS if "_" not in label]

# Domains of ordinary length, and as long as names get: 251 octets are the most below a wildcard.
LIMITS = [".".join([*["z" * 63] * 3, "z" * octets]) for octets in (58, 59, 60, 61)]
domains = st.lists(st.sampled_from(PATTERN_LABELS), min_size=1, max_size=3).map(
    lambda labels: ".".join([*labels, "com"])
) | st.sampled_from([*LIMITS, *(f"0{limit[1:]}" for limit in LIMITS), f"{'z' * 63}.{'z' * 63}"])
patterns = st.builds(Pattern, domains, st.booleans()).filter(lambda each: len(each.text) <= 253)
pattern_lists = st.lists(patterns, max_size=6)
examples = settings(max_examples=300, deadline=None)


def universe(*lists: list[Pattern]) -> list[str]:
    """Every name at a boundary: each domain, around it, below it, and look-alikes."""
    found = {"com", "example.com", "0.com", "org"}
    for pattern in (pattern for each in lists for pattern in each):
        host = pattern.host
        found |= {host, host.partition(".")[2], f"evil{host}"}
        found |= {f"{label}.{host}" for label in LABELS}
        found |= {f"{label}.{host.partition('.')[2]}" for label in LABELS}
        found |= {f"x.y.{host}", f"{host}.evil.com"}
    return sorted(name for name in found if 0 < len(name) <= 253)


def matches(pattern: Pattern, host: str) -> bool:
    """The meaning of a pattern, written down once more."""
    return host.endswith("." + pattern.host) if pattern.wildcard else host == pattern.host


@given(pattern_lists, pattern_lists)
@examples
def test_operations_agree_with_membership(left: list[Pattern], right: list[Pattern]) -> None:
    """Each operation has just the names that its definition says."""
    first, second = NameSet.of(left), NameSet.of(right)
    for host in universe(left, right):
        in_left = any(matches(pattern, host) for pattern in left)
        in_right = any(matches(pattern, host) for pattern in right)

        assert in_left is (host in first)
        assert (in_left or in_right) is (host in first | second)
        assert (in_left and in_right) is (host in first & second)
        assert (in_left and not in_right) is (host in first - second)
        assert (in_left is not in_right) is (host in first ^ second)
        assert (not in_left) is (host in first.complement())


@given(pattern_lists, pattern_lists, pattern_lists)
@examples
def test_algebra(one: list[Pattern], two: list[Pattern], three: list[Pattern]) -> None:
    """The laws of sets hold as equalities of values."""
    a, b, c = NameSet.of(one), NameSet.of(two), NameSet.of(three)

    assert (a | b) | c == a | (b | c)
    assert a & (b | c) == (a & b) | (a & c)
    assert a - b == a & b.complement()
    assert (a | b).complement() == a.complement() & b.complement()
    assert (a ^ b) ^ b == a
    assert a.complement() | a == ALL_NAMES
    assert (a <= b) == (a | b == b)
    assert a.complement().complement() == a
    assert (a - b) | (a & b) == a
    assert hash((a - b) | (a & b)) == hash(a)


@given(pattern_lists)
@examples
def test_all_and_none(patterns: list[Pattern]) -> None:
    """All names and no name are what they are in every algebra of sets, on either side."""
    a = NameSet.of(patterns)

    assert [a & ALL_NAMES, ALL_NAMES & a, a | NO_NAMES, NO_NAMES | a, a - NO_NAMES] == [a] * 5
    assert [a ^ NO_NAMES, NO_NAMES ^ a, a & a, a | a] == [a] * 4
    assert [a & NO_NAMES, NO_NAMES & a, a - ALL_NAMES, NO_NAMES - a, a ^ a, a - a] == [NO_NAMES] * 6
    assert [a | ALL_NAMES, ALL_NAMES | a] == [ALL_NAMES] * 2
    assert [ALL_NAMES - a, ALL_NAMES ^ a, a ^ ALL_NAMES] == [a.complement()] * 3


@given(pattern_lists, pattern_lists)
@examples
def test_witness(left: list[Pattern], right: list[Pattern]) -> None:
    """A witness is a name of the set, and only the empty set has none."""
    one, other = NameSet.of(left), NameSet.of(right)
    for found in (one - other, one ^ other, one.complement(), one.complement() - other):
        witness = found.witness()

        if witness is None:
            assert not any(host in found for host in universe(left, right))
        else:
            assert witness in found
            assert witness == host_name(witness)


@given(pattern_lists)
@examples
def test_cover(listed: list[Pattern]) -> None:
    """A cover says the same with the fewest patterns, whatever their order."""
    cover = minimal_cover(listed)

    assert NameSet.of(listed) == NameSet.of(cover.patterns)
    assert cover == minimal_cover(listed[::-1])
    assert cover.patterns == minimal_cover(cover.patterns).patterns
    for dropped in cover.patterns:
        rest = [pattern for pattern in cover.patterns if pattern != dropped]
        assert NameSet.of(rest) != NameSet.of(listed)
    assert len(listed) == len(cover.patterns) + len(cover.redundant)


@given(pattern_lists)
@examples
def test_index_agrees_with_set(listed: list[Pattern]) -> None:
    """The deciding pattern is one that matches, and there is one just for the set's names."""
    index, names = PatternIndex(listed), NameSet.of(listed)
    for host in universe(listed):
        found = index.match(host)

        assert (found is not None) is (host in names)
        assert found is None or matches(found, host)


@given(patterns)
@examples
def test_parse_is_idempotent(pattern: Pattern) -> None:
    """A pattern's text is read as the pattern."""
    assert pattern == Pattern.parse(pattern.text) == Pattern.parse(pattern.text.upper() + ".")
