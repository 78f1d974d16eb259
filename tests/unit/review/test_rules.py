"""Rules that differ: long texts are told by what came and went."""

from __future__ import annotations

from wsus_egress.review.rules import RuleChange

NAMES = ", ".join(f"h{number:02}.example.com" for number in range(20))


def test_a_long_set_is_told_by_what_came_and_went() -> None:
    """Each word that only one text has, in its order, without commas."""
    change = RuleChange(
        "c", "r", "changed", f"allow {NAMES}, b.org, a.org", f"allow x.org, {NAMES}"
    )

    assert (("b.org", "a.org"), ("x.org",)) == (change.gained, change.lost)


def test_short_texts_and_single_ones_are_told_whole() -> None:
    """There is nothing to compare, or both are read at a glance."""
    short = RuleChange("c", "r", "changed", "allow a.org", "allow b.org")
    added = RuleChange("c", "r", "added", f"allow {NAMES}")

    assert ((), (), (), ()) == (short.gained, short.lost, added.gained, added.lost)


def test_a_word_that_is_there_more_often_counts() -> None:
    """Not sets of words: a second time is a difference."""
    change = RuleChange("c", "r", "changed", f"{NAMES} 80 80", f"{NAMES} 80")

    assert (("80",), ()) == (change.gained, change.lost)
