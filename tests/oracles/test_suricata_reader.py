"""What the reader makes of anybody's rules, judged by Suricata: no admitted flow is missed.

Random rules in forms that people use, and flows of every kind to each. The reader may say `surely`,
`possibly` or `surely not`: what Suricata lets pass is at least possible, and what is sure is so.
"""

from __future__ import annotations

import ipaddress
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass

import foreign
import pytest

from conversation import usual
from replay import Deployment, Suricata, Verdict
from wsus_egress.controls.base import Verdict as Said
from wsus_egress.model.flows import Application, Flow
from wsus_egress.readers.foreign.picture import pictures
from wsus_egress.readers.formats.recognise import read_text
from wsus_egress.readers.terms.chain import Chain

INTERNET = ipaddress.ip_address("203.0.113.80")
HOSTS = (
    "w.com", "a.w.com", "a.b.w.com", "evilw.com", "x.evilw.com", "w.com.evil.example", "v.org",
    "a.v.org", "w.org", "aw.com", "com.w",
)  # fmt: skip
PORTS = (22, 80, 443, 8080)
SETS = 50
"""Rule sets in one run of Suricata, told apart by their servers."""
RUNS = int(os.environ.get("READER_RUNS", "10"))
"""Each run has 5,100 pairs of a rule set and a flow; ten make 51,000."""


@dataclass(frozen=True)
class RuleSet:
    """Rules about one server: those that pass, then those that drop."""

    server: ipaddress.IPv4Address
    text: str


def _content(random_: random.Random, *, http: bool, sized: bool = True) -> str:
    host = random_.choice(("w.com", "a.w.com", "v.org", "evilw.com"))
    text = random_.choice(("", ".")) + host
    negated = random_.choice(("", "", "", "!"))
    words = [] if http else random_.choice(([], ["nocase"], ["nocase"]))
    words += random_.choice(
        (["endswith"], ["endswith"], ["startswith", "endswith"], [], ["startswith"], [f"bsize:{len(text)}"],
         [f"bsize:>{len(text)}", "endswith"], ["isdataat:!1,relative"])
    )  # fmt: skip
    if not sized:
        # Suricata does not compile contents of which one says how long the name is.
        words = [word for word in words if word in ("nocase", "endswith")]
    random_.shuffle(words)
    prefix = random_.choice(("", "", "dotprefix; "))
    return f'{prefix}content:{negated}"{text}"; ' + "".join(f"{word}; " for word in words)


def _options(random_: random.Random, protocol: str) -> str:
    found = random_.choice(
        ("", r'msg:"tls.sni\; content:evil"; ', "metadata:a b; ", "flowbits:set,x; ")
    )
    kinds = {"tls": ("tls.sni",), "http": ("http.host",), "tcp": ("", "", "tls.sni", "http.host")}
    buffer = random_.choice(kinds.get(protocol, ("",)))
    if buffer and random_.random() < 0.9:
        http, several = buffer == "http.host", random_.random() < 0.15
        found += f"{buffer}; {_content(random_, http=http, sized=not several)}"
        if several:
            found += _content(random_, http=http, sized=False).removeprefix("dotprefix; ")
        if random_.random() < 0.1:
            found += 'pcre:"/w/"; '
    elif protocol == "tcp" and random_.random() < 0.2:
        found += random_.choice(
            ("app-layer-protocol:tls; ", "app-layer-protocol:!tls; ", "app-layer-protocol:!http; ")
        )
    return found


FLOWS = (
    "", "", "flow:to_server; ", "flow:established; ", "flow:to_server,established; ", "flow:established,to_server; ",
    "flow:to_client; ", "flow:not_established; ",
)  # fmt: skip


def _rule(random_: random.Random, action: str, server: str, sid: int) -> str:
    protocol = random_.choice(("tls", "tls", "http", "http", "tcp", "tcp", "ip", "udp", "ssh"))
    port = random_.choice(("any", "any", "443", "80", "[80,443]", "!443", "1024:", "[1:100,443]"))
    far = random_.choice(
        (
            "any",
            "any",
            "203.0.113.0/24",
            "!203.0.113.80",
            "[203.0.113.80,!203.0.113.81]",
            "198.51.100.1",
        )
    )
    sides = (server, "any", far, port)
    way = random_.choice(("->", "->", "->", "->", "<>"))
    if random_.random() < 0.15:
        sides = (far, port, server, "any")
    flow = random_.choice(FLOWS)
    options = _options(random_, protocol)
    if "sni" in options or "host" in options or protocol in ("udp", "ip"):
        # Suricata refuses a name in an answer, and a state that has none.
        flow = random_.choice(FLOWS[:6])
    return f"{action} {protocol} {sides[0]} {sides[1]} {way} {sides[2]} {sides[3]} ({flow}{options}sid:{sid};)"


def _rule_sets(random_: random.Random) -> Iterator[RuleSet]:
    sid = 1
    for number in range(SETS):
        server = ipaddress.IPv4Address(f"10.0.1.{number + 1}")
        rules = []
        for action in ["pass"] * random_.choice((1, 1, 2)) + ["drop"] * random_.choice((0, 0, 1)):
            rules.append(_rule(random_, action, str(server), sid))
            sid += 1
        yield RuleSet(server, "\n".join(rules) + "\n")


def _flows(server: ipaddress.IPv4Address) -> Iterator[Flow]:
    for port in PORTS:
        spoken: tuple[Application, ...] = ("tls", "http")
        for application in spoken:
            for name in (*HOSTS, None):
                yield Flow(server, INTERNET, "tcp", port, application, name)
        yield Flow(server, INTERNET, "tcp", port)
    for port in (53, 443):
        yield Flow(server, INTERNET, "udp", port)


def _chain(rules: str) -> Chain:
    group = foreign.cli_group(rules)
    contents = [
        read_text(foreign.text_of(each), str(n), {})
        for n, each in enumerate((group, foreign.cli_policy()))
    ]
    return pictures(contents, ipaddress.ip_network("10.0.0.0/8"))[0].chains[0]


def _said(chain: Chain, flow: Flow) -> tuple[bool, bool]:
    """Whether the reader says that a flow surely passes, and that it possibly does."""
    decided = chain.decide(chain.matching(flow), flow)
    if flow.name is not None:
        return flow.name in decided.bounds.surely, flow.name in decided.bounds.possibly
    return decided.verdict is Said.ALLOW, decided.verdict is not Said.DENY


@pytest.mark.parametrize("run", range(RUNS))
def test_no_admitted_flow_is_missed(suricata: Suricata, run: int) -> None:
    """And what is sure is so. The seed is the number of the run."""
    sets = list(_rule_sets(random.Random(run)))  # noqa: S311 - a seed, not a secret
    flows = [(each, flow) for each in sets for flow in _flows(each.server)]
    rules = sorted(
        (line for each in sets for line in each.text.splitlines()),
        key=lambda line: line.split()[0] != "pass",
    )
    verdicts = suricata.verdicts(
        Deployment("\n".join(rules) + "\n"), [usual(flow) for _, flow in flows]
    )
    chains = {each.server: _chain(each.text) for each in sets}
    missed, wrong, unsure = [], [], 0
    for (each, flow), verdict in zip(flows, verdicts, strict=True):
        surely, possibly = _said(chains[each.server], flow)
        passed = verdict is not Verdict.DROPPED
        unsure += surely != possibly
        if passed and not possibly:
            missed.append(f"{flow}\n{each.text}")
        if surely and not passed:
            wrong.append(f"{flow}\n{each.text}")

    assert ([], []) == (missed[:8], wrong[:8])
