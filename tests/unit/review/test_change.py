"""Changes as values: what reviewers learn about a change, and what does not count as one."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sample import ONE

from wsus_egress.model.environment import Environment, Gate
from wsus_egress.model.flows import Scheme
from wsus_egress.model.policy import Endpoint
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import NameSet
from wsus_egress.review.change import TargetChange, compare
from wsus_egress.review.rules import RuleChange

Build = Callable[..., Environment]
DAY = datetime.date(2026, 12, 31)


def only(before: Environment | None, after: Environment | None) -> TargetChange:
    """The change of the only target."""
    (change,) = compare(before, after)
    return change


def rows(change: TargetChange) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Labels and witnesses of what opens and what closes."""
    opened = [(each.label, each.witness) for each in change.newly_allowed]
    return opened, [(each.label, each.witness) for each in change.no_longer_allowed]


def listed(*patterns: str, schemes: tuple[str, ...] = ("http", "https")) -> list[dict[str, Any]]:
    """Extra endpoints of these patterns."""
    return [
        {"pattern": each, "schemes": list(schemes), "owner": "team", "reason": "test"}
        for each in patterns
    ]


def test_no_environment_is_no_change() -> None:
    """Nothing against nothing has no target."""
    assert () == compare(None, None)


def test_an_environment_against_itself(environment: Build) -> None:
    """No row, no rule, no note, and every pattern unchanged."""
    change = only(environment(), environment())
    assert TargetChange("test", "aws", (), (), 1) == change
    assert not change.is_change


def test_the_witness_is_really_in_the_difference(environment: Build) -> None:
    """Of `*.x` where `a.x` was there before, the witness is another name."""
    before = environment(extraEndpoints=listed("host.example.com"))
    after = environment(extraEndpoints=listed("*.example.com"))
    change = only(before, after)
    (opened,) = change.newly_allowed
    assert ("*.example.com", ("http", "https"), ("one",)) == (
        opened.pattern,
        opened.schemes,
        opened.parties,
    )
    assert opened.witness not in ("host.example.com", "example.com")
    assert opened.witness in NameSet.of([Pattern.parse("*.example.com")])
    assert "aws/http+https/*.example.com" == change.what(opened)


def test_schemes_without_a_name_in_common_are_rows_of_their_own(environment: Build) -> None:
    """Where no host name shows both, each scheme has its own witness."""
    before = environment(
        schemes="as-listed",
        extraEndpoints=[
            *listed("*.a.example.com", schemes=("http",)),
            *listed("*.b.example.com", schemes=("https",)),
        ],
    )
    names = [NameSet.of([Pattern.parse(f"*.{each}.example.com")]) for each in "ab"]
    after = environment(
        schemes="as-listed",
        extraEndpoints=listed("*.example.com", schemes=("http", "https")),
    )
    (row,) = only(before, after).newly_allowed
    assert all(row.witness not in each for each in names)
    back = only(after, before)
    assert [("http", "https")] == [each.schemes for each in back.no_longer_allowed]


def test_a_moved_server_and_a_new_host_are_told_apart(environment: Build) -> None:
    """The new source is one row, and hides no name that nobody could reach before."""
    before = environment()
    after = environment(
        servers=[{"name": "one", "addresses": ["10.20.0.11"]}],
        extraEndpoints=listed("*.example.com", "new.example.org"),
    )
    expected = (
        [
            ("new.example.org", "new.example.org"),
            ("10.20.0.11 (one) -> Microsoft Update", "10.20.0.11 -> https://host.example.com/"),
        ],
        [("10.20.0.10 (one) -> Microsoft Update", "10.20.0.10 -> https://host.example.com/")],
    )
    assert expected == rows(only(before, after))


def test_a_larger_block_is_told_by_what_it_adds(environment: Build) -> None:
    """Of a /31 that had one address, the other one is new."""
    before = environment()
    after = environment(servers=[{"name": "one", "addresses": ["10.20.0.10/31"]}])
    opened, closed = rows(only(before, after))
    assert (["10.20.0.11 (one) -> Microsoft Update"], []) == ([o[0] for o in opened], closed)


def test_a_larger_block_beside_one_it_holds(environment: Build) -> None:
    """A source that grows is seen whatever part of it is written besides."""
    before = environment(servers=[{"name": "one", "addresses": ["10.21.0.0/25"]}])
    after = environment(servers=[{"name": "one", "addresses": ["10.21.0.0/24", "10.21.0.64/26"]}])
    opened, closed = rows(only(before, after))
    assert (["10.21.0.128/25 (one) -> Microsoft Update"], []) == ([o[0] for o in opened], closed)


def test_open_mode_passes_what_has_no_name(environment: Build) -> None:
    """All names, and what has none, with a flow that shows it; other sources reach any address."""
    before, after = environment(), environment(mode="open", extraEndpoints=None)
    opened, closed = rows(only(before, after))
    expected = [
        ("*", "example.org"),
        ("TCP 80 and 443 to any address, with or without a name",
         "10.20.0.10 -> 203.0.113.80 tcp/443"),
    ]  # fmt: skip
    assert ([label for label, _ in expected], []) == ([label for label, _ in opened], closed)
    moved = environment(mode="open", extraEndpoints=None,
                        servers=[{"name": "one", "addresses": ["10.20.0.12"]}])  # fmt: skip
    assert "10.20.0.12 (one) -> any address" == rows(only(after, moved))[0][0][0]


@pytest.mark.parametrize(
    ("changed", "short", "long"),
    [
        ({"mode": "open", "extraEndpoints": None}, "aws/mode/open", "aws/http+https/*"),
        ({"ipv6": True}, "aws/ipv6", "aws/TCP 80 and 443 over IPv6, to the same names"),
        (
            {"servers": [{"name": "one", "addresses": ["10.20.0.10/31", "10.20.0.16"]}]},
            "aws/sources/one/10.20.0.11+10.20.0.16",
            "aws/10.20.0.11, 10.20.0.16 (one) -> Microsoft Update",
        ),
        (
            {
                "servers": [
                    ONE,
                    {"name": "two", "addresses": ["10.20.0.12"], "synchronizesFrom": "one"},
                ]
            },
            "aws/tcp/8530+8531/two/10.20.0.12/one/10.20.0.10",
            "aws/tcp/8530+8531 10.20.0.12 (two) -> 10.20.0.10 (one)",
        ),
    ],
    ids=["open", "ipv6", "sources", "synchronization"],
)
def test_what_no_list_has_has_a_short_name(
    environment: Build, changed: dict[str, Any], short: str, long: str
) -> None:
    """An approval names it without spaces; the whole text names it too."""
    change = only(environment(), environment(**changed))
    (first, *_) = change.newly_allowed

    assert (short, long) == (change.what(first), f"aws/{first.long}")


def test_ipv6_is_a_change(environment: Build) -> None:
    """The same names over IPv6 are other flows."""
    opened, _ = rows(only(environment(), environment(ipv6=True)))
    assert [("TCP 80 and 443 over IPv6, to the same names",
             "10.20.0.10 -> 2001:db8::80 tcp/443")] == opened  # fmt: skip


def test_a_target_without_sources(environment: Build) -> None:
    """Where nobody may reach Microsoft Update no pattern is allowed."""
    after = environment(servers=[{**ONE, "location": "elsewhere"}])
    change = only(None, after)
    assert (((), ()), 0) == ((change.newly_allowed, change.no_longer_allowed), change.unchanged)


@pytest.mark.parametrize(
    ("edit", "note"),
    [
        (lambda es: es[::-1], "reordered: the order of endpoints has no meaning"),
        (lambda es: [replace(e, list="other") for e in es], "2 endpoints moved from list test to list other"),
        (lambda es: [*es, inside()], "a redundant entry added: a.example.com, covered by *.example.com"),
        (lambda es: [replace(es[0], source="elsewhere"), es[1]],
         "1 endpoint with another purpose, source or date"),
    ],
)  # fmt: skip
def test_what_means_the_same_is_said(
    environment: Build, endpoint: Callable[..., Endpoint], edit: Any, note: str
) -> None:
    """It does not count as a change, but gives a note, in both directions."""
    before = environment()
    given = [endpoint("*.example.com"), endpoint("go.example.org")]
    policies = [replace(before.policy, endpoints=tuple(es)) for es in (given, edit(given))]
    old, new = (replace(before, policy=policy) for policy in policies)
    change = only(old, new)
    assert ((), (note,)) == (change.newly_allowed, change.notes)
    assert 1 == len(only(new, old).notes)


def inside() -> Endpoint:
    """An endpoint that another one has already."""
    pattern = Pattern.parse("a.example.com")
    return Endpoint(pattern, frozenset(Scheme), "purpose", "source", "2026-11-01", "test")


def test_parties_are_noted(environment: Build) -> None:
    """Another name or order does not change the policy."""
    two = {"name": "two", "addresses": ["10.20.0.11"]}
    before, after = environment(servers=[ONE, two]), environment(servers=[two, ONE])
    assert ("reordered: the order of servers and clients has no meaning",) == only(
        before, after
    ).notes
    renamed = environment(servers=[{**ONE, "name": "uno"}, two])
    assert ("server one is now called uno",) == only(before, renamed).notes


def test_schemes_as_listed_are_noted(environment: Build, endpoint: Callable[..., Endpoint]) -> None:
    """Which schemes count is said, beside the names that it opens or closes."""
    plain = (endpoint("*.example.com", Scheme.HTTP),)
    before, after = (
        replace(built, policy=replace(built.policy, endpoints=plain))
        for built in (environment(), environment(schemes="as-listed"))
    )
    change = only(before, after)
    assert ("schemes: now as-listed",) == change.notes
    assert [("https",)] == [each.schemes for each in change.no_longer_allowed]


def test_rules_are_compared_by_their_ids(environment: Build) -> None:
    """Added, removed, and changed with the text that it had."""
    before = environment(aws={"vpcId": "vpc-0a1b2c3d4e5f60718", "dnsFirewall": {}})
    after = environment(aws={"vpcId": "vpc-0a1b2c3d4e5f60718", "dnsFirewall": {}},
                        extraEndpoints=listed("*.example.com", "go.example.org"),
                        servers=[{**ONE, "name": "uno"}])  # fmt: skip
    web = [
        (scheme, f"allow egress tcp/{port} to 0.0.0.0/0")
        for scheme, port in (("http", 80), ("https", 443))
    ]
    assert (
        RuleChange(
            "aws-dns-firewall",
            "names-1",
            "changed",
            "101 allow *.example.com, go.example.org, whatever they redirect to",
            "101 allow *.example.com, whatever they redirect to",
        ),
        *(
            RuleChange("aws-security-group", f"one-egress-{scheme}-ipv4", "removed", text)
            for scheme, text in web
        ),
        *(
            RuleChange("aws-security-group", f"uno-egress-{scheme}-ipv4", "added", text)
            for scheme, text in web
        ),
    ) == only(before, after).rules


def test_the_stricter_gate_counts() -> None:
    """Of both what lets less pass and warns earlier."""
    assert Gate(1, 30) == Gate(1, 10).stricter(Gate(5, 30))


def test_approvals_need_a_day_and_an_owner(refused: Callable[..., list[str]]) -> None:
    """An approval without an owner, or until no day of the calendar, is refused; so is a gate."""
    entry = {"what": "aws/x", "owner": "team", "reason": "r", "expires": "2026-02-30"}
    assert [
        "approved[0].expires: 2026-02-30 is not a day of the calendar; write it as YYYY-MM-DD"
    ] == refused(approved=[entry])
    del entry["owner"]
    assert ["approved[0].owner: the setting is missing; add it"] == refused(approved=[entry])
    assert 1 == len(refused(gate={"unapproved": -1}))


def test_approvals_and_gate_are_read(environment: Build) -> None:
    """As values, with their day."""
    entry = {"what": "aws/x", "owner": "team", "reason": "r", "expires": "2026-12-31"}
    built = environment(approved=[entry], gate={"unapproved": 2.0, "warnDays": 5})
    assert (Gate(2, 5), [("aws/x", "team", DAY)]) == (
        built.gate,
        [(each.what, each.owner, each.expires) for each in built.approved],
    )


@pytest.mark.parametrize(
    ("names", "pattern"),
    [(["*.a.com"], "x.a.com"), (["x.a.com"], "*.a.com"), (["a.com"], "b.com"), (["b.com"], "a.com"),
     (["*.a.com", "a.com"], "a.com"), (["b.com", "*.b.com"], "*.b.com"), ([], "a.com")],
)  # fmt: skip
def test_within_is_an_intersection(names: list[str], pattern: str) -> None:
    """Of a set and a pattern, found by a search instead of a merge."""
    whole, part = NameSet.of(map(Pattern.parse, names)), Pattern.parse(pattern)
    assert whole & NameSet.of([part]) == whole.within(part)
    outside = whole.complement()
    assert outside & NameSet.of([part]) == outside.within(part)
