"""Rules of a group: what AWS refuses of its own, and what Suricata refuses behind it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import standin
from standin import changed, said
from standin_aws import BASE, RULE, RULE_GROUP

from providers.aws import CLOUD
from providers.aws.networkfirewall import suricata
from providers.aws.networkfirewall.rules_text import parse, refusals

HEAD = "pass tls $HOME_NET any -> $EXTERNAL_NET 443"
STRICT = (
    "RulesString has invalid keywords. Rule groups that use strict order can't have rules that "
    "contain the keywords `priority` or `classtype`"
)

needs_suricata = pytest.mark.skipif(
    not os.environ.get(suricata.PROGRAM),
    reason="no Suricata: `make setup` says why, `make test` sets the variable",
)


def found(text: str, *, strict: bool = True) -> list[str]:
    """AWS's own refusals."""
    return [*refusals(parse(text), strict=strict, variables={"SERVERS"}, references={"LIST"})]


def reason(text: str, why: str) -> list[str]:
    """The service's wording for one rule."""
    shown = text if len(text) <= 60 else f"{text[:60]}..."
    return [f"stateful rule is invalid, rule: {shown}, reason: {why}"]


def test_rules_are_read_as_suricata_reads_them() -> None:
    """A `;`, a quote or a parenthesis inside a quoted value ends nothing."""
    text = rf'{HEAD} (msg:"a\"b;(c)"; tls.sni; content:"x|3b|y"; sid: 7;)'

    (rule,) = parse(f"# comment (sid:1;)\n\n   {text}   \n")

    assert ("msg", "tls.sni", "content", "sid") == rule.keywords
    assert ["7"] == [*rule.values("sid")]
    assert f"{HEAD} " == rule.header


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("accept tls any any -> any any (sid:1;)", "Action accept is not supported"),
        (f"{HEAD} (tls.sni;)", "sid not assigned"),
        (f"{HEAD} (gid:2; sid:1;)", "GIDs are not allowed. Illegal option(s): [gid:2]"),
        (f"{HEAD} (dataset:isset,x; sid:1;)", "RuleOptions dataset is not supported"),
        (f"{HEAD} (filestore; sid:1;)", "RuleOptions filestore is not supported"),
        (f'{HEAD} (pcre:"/x/"; sid:1;)',
         "Using pcre without one of the following options is not allowed: [tls.sni, http.host, "
         "dns.query, http.uri, content]."),
        (f'{HEAD} (msg:"{"x" * 8175}"; sid:1;)', "Rule exceeds max length (8192)"),
    ],
)  # fmt: skip
def test_aws_refuses_more_than_suricata(text: str, why: str) -> None:
    """Each in the service's words."""
    assert reason(text, why) == found(text)


def test_a_sid_is_given_once() -> None:
    """Inside one group."""
    text = f"{HEAD} (sid:5;)"

    assert reason(text, "duplicate sid") == found(f"{text}\n{text}")


def test_strict_order_has_no_priorities() -> None:
    """The default order has: there they decide."""
    text = f"{HEAD} (priority:1; sid:1;)"

    assert [STRICT] == found(text)
    assert [] == found(text, strict=False)


def test_variables_and_references_are_defined() -> None:
    """Only HOME_NET and EXTERNAL_NET are predefined; a name in quotes is not a variable."""
    text = f'pass tls [$SERVERS,@LIST,$NOWHERE] any -> @GONE $PORTS (msg:"$NOT @NOR"; sid:1;)\n{HEAD} (sid:2;)'

    assert [
        "NOWHERE cannot be null or empty, context: RuleVariables.IPSets.NOWHERE",
        "PORTS cannot be null or empty, context: RuleVariables.IPSets.PORTS",
        "GONE cannot be null or empty, context: ReferenceSets.IPSetReferences.GONE",
    ] == found(text)


@needs_suricata
@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{HEAD} (tls.snii; sid:1;)", "unknown rule keyword 'tls.snii'."),
        (f'{HEAD} (content:"a"; sid:0;)', ""),
        (f'{HEAD} (tls.sni; content:"a;b"; sid:1;)', "bad option value formatting"),
        (f"{HEAD.replace('443', '99999')} (sid:1;)", ""),
        ('pass http any any -> any 80 (http.host; content:"a"; nocase; sid:4;)',
         'http.host keyword specified along with "nocase"'),
        ('pass http any any -> any 80 (http.host; content:"Ab"; sid:4;)', ""),
    ],
)  # fmt: skip
def test_suricata_says_why(text: str, why: str) -> None:
    """With the rule, and its own reason."""
    (answer,) = suricata.complaints(
        f"{RULE.replace('sid:1', 'sid:99')}\n{text}", {"SERVERS": ["10.0.0.1"]}, {}
    )

    assert answer.startswith(f"stateful rule is invalid, rule: {text}, reason: ")
    assert why in answer.partition("reason: ")[2]
    assert not answer.endswith("reason: ")


@needs_suricata
@pytest.mark.parametrize(
    "text",
    [
        RULE,
        f"{HEAD} (aws_domain_category:News; sid:1;)",
        f"{HEAD} (geoip:dst,DE; sid:1;)",
        "pass tls @LIST any -> [$EXTERNAL_NET,!@LIST] $PORTS (sid:1;)",
        'alert http any any -> any 80 (aws_url_category:!News; http.method; content:"GET"; sid:1;)',
    ],
)  # fmt: skip
def test_what_only_aws_knows_is_no_mistake(text: str) -> None:
    """Its keywords, a database that Suricata has not, references to prefix lists."""
    sets = {"SERVERS": ["10.0.0.1", "2001:db8::/32"], "HOME_NET": ["10.0.0.0/8"]}

    assert () == suricata.complaints(text, sets, {"PORTS": ["80", "8000:9000"]})


@needs_suricata
def test_every_broken_rule_is_named(tmp_path: Path) -> None:
    """Already by `Check`, so in a preview; the sound rule between them is not."""
    broken = [f"{HEAD} (foo; sid:2;)", f"{HEAD} (bar; sid:4;)"]
    text = "\n".join([broken[0], RULE, broken[1]])
    inputs = changed(BASE[RULE_GROUP], {"ruleGroup.rulesSource.rulesString": text})

    found = said(CLOUD.kinds[RULE_GROUP], inputs, standin.session(tmp_path))

    assert [
        (
            "ruleGroup.rulesSource.rulesString",
            f"InvalidRequestException: stateful rule is invalid, rule: {rule}, reason: unknown rule "
            f"keyword '{word}'.",
        )
        for rule, word in zip(broken, ("foo", "bar"), strict=True)
    ] == found


def test_without_suricata_aws_alone_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without it can still deploy to the stand-in."""
    monkeypatch.delenv(suricata.PROGRAM, raising=False)

    assert () == suricata.complaints("nonsense", {}, {})


def test_a_suricata_that_does_not_run_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Never taken for rules that are fine."""
    monkeypatch.setenv(suricata.PROGRAM, str(tmp_path / "nowhere"))

    (answer,) = suricata.complaints(RULE, {}, {})

    assert answer.startswith(f"the rules could not be judged: {tmp_path / 'nowhere'}: ")
