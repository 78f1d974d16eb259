"""Suricata does with names that are no host names what `explain` says of them."""

from __future__ import annotations

import random
from collections import Counter
from urllib.parse import urlsplit

from client_hello import client_hello
from conversation import Conversation, http_request, said
from deployed import deployment, network_firewall
from env import ROOT
from replay import Suricata
from replay import Verdict as Seen
from wsus_egress.config.project import load_environments
from wsus_egress.controls import Verdict
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.review.explain import ruling_of
from wsus_egress.review.urls import InvalidUrl, parse_url

DOMAINS = ("windowsupdate.com", "download.microsoft.com", "update.microsoft.com")
NAMES = ("xn--dl.{}", "XN--DL.{}", "xn--.{}", "a_b.{}", "-a.{}", "a-.{}", "*.{}", "a\u00fcb.{}", "a,b.{}", "a;b.{}",
         "a!b.{}", "a'b.{}", "a~b.{}", "a=b&c.{}", "a$.{}", "a+b.{}", "a(b).{}", "a..{}", ".{}", "..{}",
         ".a.{}", "a.{}.", "a.{}..", "{}.", "{}", "!{}", "{}!", "evil,{}", "x" * 64 + ".{}", "x" * 200 + ".{}",
         "{}.evil,com")  # fmt: skip
CHARACTERS = "abz09.-_!$&'()*+,;=~\u00fc\u00df"
SEEN = {Verdict.ALLOW: Seen.PASSED, Verdict.DENY: Seen.DROPPED}


def made_up(draw: random.Random) -> str:
    """A host around a listed domain, with any octets in it that a URL may have there."""
    odd = "".join(draw.choices(CHARACTERS, k=draw.randrange(1, 8)))
    domain = draw.choice(DOMAINS)
    place = draw.randrange(len(domain))
    ways = (
        f"{odd}.{domain}",
        f"{odd}{domain}",
        f"{domain}{odd}",
        f"{domain[:place]}{odd}{domain[place:]}",
    )
    return draw.choice(ways)


def on_the_wire(control: AwsNetworkFirewall, url: str) -> tuple[Conversation, Seen]:
    """What a client sends for a URL, its host byte for byte, and what becomes of it by `explain`."""
    request = parse_url(url)
    flow = request.flow(control.sources[0][0])
    host = urlsplit(url).hostname or ""
    # A server name never has the last dot (RFC 6066, 3).
    sent = (
        http_request(host) if flow.application == "http" else client_hello(host.removesuffix("."))
    )
    return said(flow, sent), SEEN[ruling_of(control, flow, last_dot=request.last_dot).verdict]


def test_odd_names(suricata: Suricata) -> None:
    """Underscores, invalid A-labels, odd octets, empty labels, long ones and last dots: none differs."""
    (environment,) = load_environments(ROOT, ["dev"])
    control = network_firewall(environment)
    assert control is not None
    draw = random.Random(20261129)  # noqa: S311 - the same names in every run
    hosts = [name.format(domain) for name in NAMES for domain in DOMAINS]
    hosts += [made_up(draw) for _ in range(2000)]
    wanted = {}
    for host in hosts:
        for scheme in ("http", "https"):
            url = f"{scheme}://{host}/"
            try:
                wanted[url] = on_the_wire(control, url)
            except InvalidUrl:
                continue
    conversations = [conversation for conversation, _ in wanted.values()]
    verdicts = suricata.verdicts(deployment(control), conversations)
    different = [
        f"{url}: Suricata {verdict}, explain {expected}"
        for (url, (_, expected)), verdict in zip(wanted.items(), verdicts, strict=True)
        if verdict is not expected
    ]
    assert [] == different
    counts = Counter(verdicts)
    assert (True, True) == (counts[Seen.PASSED] > 500, counts[Seen.DROPPED] > 500)
