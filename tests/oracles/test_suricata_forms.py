"""What Suricata makes of the forms of a rule: the ground on which ours were chosen."""

from __future__ import annotations

import ipaddress

import pytest

from conversation import usual
from replay import Deployment, JudgeError, Suricata, Verdict
from wsus_egress.model.flows import Application, Flow

SERVER = ipaddress.ip_address("10.0.0.5")
INTERNET = ipaddress.ip_address("203.0.113.80")

NAMES = {
    "itself": "w.com",
    "below": "a.w.com",
    "two below": "a.b.w.com",
    "ends alike": "evilw.com",
    "inside another": "a.w.com.evil.com",
    "empty label": ".w.com",
    "upper case": "A.W.COM",
    "dot at the end": "a.w.com.",
}
BELOW = {"below", "two below", "upper case"}
FORMS = {
    # The two forms of ours.
    'content:".w.com"; nocase; endswith; bsize:>6': BELOW,
    'content:"w.com"; startswith; nocase; endswith': {"itself"},
    # What a domain list of AWS becomes: the domain itself is in it.
    'dotprefix; content:".w.com"; nocase; endswith': BELOW | {"itself", "empty label"},
    'content:".w.com"; nocase; endswith': BELOW | {"empty label"},
    'content:"w.com"; nocase; dotprefix': set(NAMES),
    'content:"w.com"; nocase; endswith': BELOW | {"itself", "ends alike", "empty label"},
    'dotprefix; content:"w.com"; nocase; endswith': BELOW | {"itself", "ends alike", "empty label"},
    r'pcre:"/^[^.]+\.w\.com$/i"': {"below", "upper case"},
}


def rule(condition: str, buffer: str = "tls.sni", sid: int = 1) -> str:
    """A rule that admits what meets a condition, built as all of ours are."""
    protocol, port = ("tls", 443) if buffer == "tls.sni" else ("http", 80)
    state = "ssl_state:client_hello; " if protocol == "tls" else ""
    return (
        f'pass {protocol} $HOME_NET any -> $EXTERNAL_NET {port} (alert; msg:"a"; {state}{buffer}; '
        f"{condition}; flow:to_server, established; sid:{sid};)\n"
    )


def admitted(suricata: Suricata, rules: str, application: Application, port: int) -> set[str]:
    """Which kinds of names pass."""
    flows = [Flow(SERVER, INTERNET, "tcp", port, application, name) for name in NAMES.values()]
    verdicts = suricata.verdicts(Deployment(rules), [usual(flow) for flow in flows])
    assert {Verdict.PASSED, Verdict.DROPPED} >= set(verdicts)
    return {kind for kind, v in zip(NAMES, verdicts, strict=True) if v is Verdict.PASSED}


@pytest.mark.parametrize("form", FORMS)
def test_forms_for_a_server_name(suricata: Suricata, form: str) -> None:
    """Each way to write a domain admits these kinds of names in a ClientHello, and no other."""
    assert FORMS[form] == admitted(suricata, rule(form), "tls", 443)


@pytest.mark.parametrize("form", [form for form in FORMS if "pcre" not in form])
def test_forms_for_a_host_header(suricata: Suricata, form: str) -> None:
    """In a Host header the same forms admit the same names; Suricata puts it into lower case."""
    lower = rule(form.replace("nocase; ", ""), "http.host")
    assert FORMS[form] == admitted(suricata, lower, "http", 80)


def test_the_judge_is_awake(suricata: Suricata) -> None:
    """Another rule changes the verdicts: none drops all, a wider one passes what ours drops."""
    exact, wide = rule('content:"w.com"; startswith; endswith'), rule('content:"w"')
    assert {"itself"} == admitted(suricata, exact, "tls", 443)
    assert set(NAMES) - {"upper case"} == admitted(suricata, wide, "tls", 443)
    assert set() == admitted(suricata, "", "tls", 443)


SOUND = rule('content:"w.com"; endswith')
BROKEN = {
    "no sid": ("sid:1;", "", "sid"),
    "sid of zero": ("sid:1;", "sid:0;", "sid"),
    "sid of 33 bits": ("sid:1;", "sid:4294967296;", "sid"),
    "quote not closed": ('"w.com"', '"w.com', "missing semicolon"),
    "semicolon in a name": ('"w.com"', '"w;com"', "content"),
    "bar in a name": ('"w.com"', '"w|com"', "content"),
    "no such port": (" 443 ", " 70000 ", "port"),
    "no such variable": ("$HOME_NET", "$WSUS_SOURCES", "WSUS_SOURCES"),
    "no such keyword": ("endswith;", "endwith;", "endwith"),
    "no such action": ("pass tls", "allow tls", "allow"),
    "keyword of AWS's own": (
        "endswith;",
        "endswith; aws_domain_category:x;",
        "aws_domain_category",
    ),
}


def reason(suricata: Suricata, rules: str) -> str:
    """What Suricata says of rules that it refuses, before it repeats the rule."""
    complaint = suricata.complaint(Deployment(rules))
    assert complaint is not None
    said, echo, _ = complaint.partition("error parsing signature")
    assert echo
    return said


@pytest.mark.parametrize("mistake", BROKEN)
def test_broken_rules_are_refused(suricata: Suricata, mistake: str) -> None:
    """Suricata loads the sound rule and refuses it with one mistake in it, and says which."""
    old, new, said = BROKEN[mistake]
    assert suricata.complaint(Deployment(SOUND)) is None
    assert 1 == SOUND.count(old)
    assert said in reason(suricata, SOUND.replace(old, new))


@pytest.mark.parametrize("condition", ['content:"w.com"; nocase', 'content:"W.com"'])
def test_case_in_a_host_header_is_refused(suricata: Suricata, condition: str) -> None:
    """A Host header is compared in lower case, so neither `nocase` nor capitals are taken."""
    lower = rule('content:"w.com"', "http.host")
    assert suricata.complaint(Deployment(lower)) is None
    # Suricata refuses it without a word of why.
    assert "E: detect: " == reason(suricata, rule(condition, "http.host"))


def test_a_number_twice_is_refused(suricata: Suricata) -> None:
    """Two rules with one number do not load."""
    assert "Duplicate signature" in reason(suricata, SOUND * 2)
    assert suricata.complaint(Deployment(SOUND + SOUND.replace("sid:1;", "sid:2;"))) is None


def test_broken_rules_judge_nothing(suricata: Suricata) -> None:
    """A replay with rules that do not load is an error, not a row of verdicts."""
    flow = usual(Flow(SERVER, INTERNET, "tcp", 443, "tls", "w.com"))
    with pytest.raises(JudgeError, match="endwith"):
        suricata.verdicts(Deployment(SOUND.replace("endswith", "endwith")), [flow])


def test_another_order_is_refused(suricata: Suricata) -> None:
    """Rules whose order Suricata would change are not judged."""
    drop = 'drop tls any any -> any any (msg:"b"; flow:to_server; sid:9;)\n'
    with pytest.raises(JudgeError, match="in that order"):
        suricata.verdicts(Deployment(drop + SOUND), [])
