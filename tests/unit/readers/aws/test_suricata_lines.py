"""How a line of Suricata text is read: exactly where it is understood, else as widely as it may be."""

from __future__ import annotations

from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import NameSet
from wsus_egress.readers.aws.suricata_lines import Variables, lines, read_line
from wsus_egress.readers.reading import ANY_PORT, EVERY_ADDRESS

NOTHING = Variables({}, {}, ())


def test_a_rule_with_a_name_is_read_exactly() -> None:
    """Its ports, its application and its name are what the text says."""
    text = 'pass tls any any -> any [443, 8443] (tls.sni; content:"a.example.com"; startswith; endswith; sid:1;)'

    line = read_line(text, NOTHING)

    assert ((443, 443), (8443, 8443)) == line.ranges
    assert "tls" == line.application
    assert NameSet.of([Pattern.parse("a.example.com")]) == line.names
    assert "" == line.unread


def test_what_is_not_a_rule_may_pass_everything() -> None:
    """A line that cannot be read counts as a rule that passes every flow, and says so."""
    line = read_line("pass everything", NOTHING)

    assert (EVERY_ADDRESS, (ANY_PORT,), None) == (line.destinations, line.ranges, line.names)
    assert "'pass everything' is not a rule that can be read" == line.unread


def test_comments_are_not_rules_and_a_rule_may_take_two_lines() -> None:
    """A backslash joins a line with the next one."""
    assert ["a   b", "c"] == list(lines("# x\na \\\n b\n\nc"))
