"""`explain` answers for everybody whom it names, and for every URL of a kind alike."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable, Iterator

import pytest
from random_environments import environment as random_environment
from sample import AZURE, ONE, VPC, policy

from wsus_egress.controls.base import met
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Address
from wsus_egress.review.analysis import Analysis, analysed
from wsus_egress.review.askers import Whom, askers
from wsus_egress.review.explain import Explainer, reached, ruling_of
from wsus_egress.review.urls import Request, parse_url

Build = Callable[..., Environment]
UPSTREAM = {**ONE, "location": "azure"}
CLIENTS = {"name": "desks", "addresses": ["10.20.4.0/24"], "location": "azure", "updatesFrom": "one"}  # fmt: skip


@pytest.fixture
def analysis(environment: Build) -> Callable[..., Analysis]:
    """An environment of these settings, compiled."""

    def make(**settings: object) -> Analysis:
        (found,) = analysed((environment(**settings),), None)
        return found

    return make


def asked_for(analysis: Analysis, url: str, source: str | None = None) -> list[list[Whom]]:
    """For whom the policy answers, and for whom each entry of a target does."""
    address = None if source is None else ipaddress.ip_address(source)
    answer = Explainer(analysis, address).explain(parse_url(url)).answer
    return [list(answer.whom), *(list(target.whom) for target in answer.targets)]


def test_every_party_that_may_ask_is_asked_for(analysis: Callable[..., Analysis]) -> None:
    """Of the Internet those with access, of a server those that it serves, and all where nobody may."""
    found = analysis(servers=[UPSTREAM], clients=[CLIENTS], azure=AZURE, aws=None)
    one, desks = Whom("one", None), Whom("desks", None)
    assert [[one], [one]] == asked_for(found, "https://a.example.com/")
    assert [[desks], [desks]] == asked_for(found, "http://10.20.0.10:8530/")
    assert [[desks], [desks]] == asked_for(found, "ssh://10.20.0.10/")
    everybody = asked_for(found, "http://10.20.9.9/")
    assert [[one, desks], [one, desks]] == everybody


def test_who_is_treated_differently_is_told_apart(analysis: Callable[..., Analysis]) -> None:
    """Where somebody's rule denies half of a party, either half has an answer of its own."""
    half = {"name": "theirs", "groupPriority": 150, "action": "deny", "sources": ["10.20.4.128/25"],
            "fqdns": ["*.example.com"], "httpPorts": [80], "httpsPorts": [443]}  # fmt: skip
    clients = {**CLIENTS, "updatesFrom": "microsoft-update"}
    azure = {**AZURE, **policy(rules=[half])}
    found = analysis(servers=[UPSTREAM], clients=[clients], azure=azure, aws=None)
    (target, other) = Explainer(found).explain(parse_url("https://a.example.com/")).answer.targets
    low, high = (ipaddress.ip_address(text) for text in ("10.20.4.0", "10.20.4.128"))
    assert (Whom("one", None), Whom("desks", low)) == target.whom
    assert ((Whom("desks", high),), "deny") == (other.whom, other.verdict)


def test_one_address_is_asked_for(analysis: Callable[..., Analysis]) -> None:
    """It is a party's or nobody's, and is asked for where its party stands, or may stand."""
    aws = {"vpcId": VPC, "networkFirewall": {}}
    found = analysis(servers=[UPSTREAM], clients=[CLIENTS], azure=AZURE, aws=aws)
    url = "https://a.example.com/"
    one, desk, nobody = (
        Whom(party, ipaddress.ip_address(text))
        for party, text in (("one", "10.20.0.10"), ("desks", "10.20.4.7"), (None, "192.168.0.1"))
    )
    assert [[one]] * 2 == asked_for(found, url, "10.20.0.10")
    assert [[desk]] * 2 == asked_for(found, url, "10.20.4.7")
    assert [[nobody]] * 3 == asked_for(found, url, "192.168.0.1")
    reasons = [
        Explainer(found, whom.address).explain(parse_url(url)).answer.decision.reason
        for whom in (one, desk)
    ]
    refused = "this source may not reach Microsoft Update itself"
    assert ["*.example.com in extra", refused] == reasons


def test_a_source_with_ipv6_alone_reaches_names_by_it(analysis: Callable[..., Analysis]) -> None:
    """It is asked for at an IPv6 address; a source with both, at an IPv4 address."""
    both = {**ONE, "addresses": ["10.20.0.10", "fd00::10"], "location": "aws"}
    alone = {"name": "two", "addresses": ["fd00::20"], "location": "aws",
             "synchronizesFrom": "microsoft-update"}  # fmt: skip
    aws = {"vpcId": VPC, "networkFirewall": {"homeNetworks": ["10.0.0.0/8", "fd00::/8"]}}
    found = analysis(servers=[both, alone], aws=aws, ipv6=True)
    answer = Explainer(found).explain(parse_url("https://a.example.com/")).answer
    rules = {target.whom: target.rulings[0][1].rule for target in answer.targets}
    assert {"one-egress-https-ipv4", "two-egress-https-ipv6"} == set(rules.values())
    assert ["allow", "allow"] == [target.verdict for target in answer.targets]


def addresses(analysis: Analysis, draw: random.Random) -> Iterator[Address]:
    """Two addresses of every network of every party, whatever the rules tell apart."""
    for party in analysis.environment.policy.parties:
        for network in party.addresses:
            for _ in range(2):
                yield network[draw.randrange(min(network.num_addresses, 1 << 16))]


def requests(analysis: Analysis, draw: random.Random) -> Iterator[Request]:
    """URLs with names that are listed, below one, above one, or odd, and with addresses."""
    hosts = ["a.com", "evil.com", "x.a.com", "amazonaws.com"]
    hosts += [endpoint.pattern.host for endpoint in analysis.environment.policy.endpoints]
    for _ in range(12):
        host = draw.choice(hosts)
        odd = draw.choice(("", "", "q.", "q r.".replace(" ", "!"), ".", "xn--q."))
        dot = draw.choice(("", "", "", "."))
        port = draw.choice(("", "", ":80", ":443", ":1688", ":8530"))
        scheme = draw.choice(("http", "https", "ftp"))
        where = draw.choice(
            (f"{odd}{host}{dot}",) * 5 + ("198.51.100.7", "10.20.0.10", "10.10.0.10")
        )
        yield parse_url(f"{scheme}://{where}{port}/")


def test_the_answer_is_every_addresss_answer() -> None:
    """In random environments every address of a party gets just what is said for it.

    The answer of a class of URLs is kept, and asks for one address of each kind; here the rules are
    asked for this URL and this address themselves.
    """
    seen = wanted = 0
    for seed in range(150):
        if (made := random_environment(seed)) is None:
            continue
        (analysis,) = analysed((made[0],), None)
        draw = random.Random(seed)  # noqa: S311 - a seed that is printed
        explainer = Explainer(analysis)
        for request in requests(analysis, draw):
            answer = explainer.explain(request).answer
            wanted += len(answer.targets)
            for address in addresses(analysis, draw):
                seen += _holds(analysis, explainer, request, address, f"seed {seed}: {request.url}")
    assert (True, True) == (seen > 5_000, wanted > 1_000)


def _holds(
    analysis: Analysis, explainer: Explainer, request: Request, address: Address, where: str
) -> int:
    """Assert that an address gets what the answer says for it; how many answers were about it."""
    answer = explainer.explain(request).answer
    own = [party.name for party in analysis.environment.policy.parties if address in party]
    flow = request.flow(address)
    version = request.address.version if request.address else 4
    if len(own) != 1 or (address.version != version and not _only_six(analysis, own[0])):
        return 0
    if Whom(own[0], None) in answer.whom:
        decision = analysis.environment.policy.decide(flow)
        assert (where, decision.allowed) == (where, answer.decision.allowed)
    found = 0
    for target in analysis.targets:
        entries = [
            entry for entry in answer.targets
            if entry.target == target.target.cloud and Whom(own[0], None) in entry.whom
        ]  # fmt: skip
        rulings = tuple(
            (control.name, ruling_of(control, flow, last_dot=request.last_dot))
            for control in met(target.controls, flow)
        )
        for entry in entries:
            assert (where, address, rulings) == (where, address, entry.rulings)
            assert reached(ruling for _, ruling in rulings) is entry.verdict
            found += 1
    return found


def _only_six(analysis: Analysis, party: str) -> bool:
    networks = analysis.environment.policy.party(party).addresses
    return all(network.version == 6 for network in networks)


def test_a_large_party_is_one_asker(analysis: Callable[..., Analysis]) -> None:
    """A party's addresses are told apart only where a rule begins or ends inside them."""
    found = analysis(servers=[UPSTREAM], clients=[CLIENTS], azure=AZURE, aws=None)
    assert ["10.20.0.10", "10.20.4.0"] == [str(asker.address) for asker in askers(found)]
