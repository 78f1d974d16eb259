"""What Suricata does with flows of many kinds, under AWS's default actions and without them.

The verdicts are the measured ground on which the default actions are written out as rules, and on
which the residues of the Network Firewall control stand. AWS publishes no rules of its own for them.
"""

from __future__ import annotations

import ipaddress

import pytest

from client_hello import ClientHello, client_hello
from conversation import HTTP_ANSWER, Conversation, http_request, said, split, usual
from default_action import rules
from replay import Deployment, Suricata, Verdict
from wsus_egress.model.flows import Address, Application, Flow, Protocol

SERVER = ipaddress.ip_address("10.0.0.5")
OUTSIDE = ipaddress.ip_address("172.16.0.5")
INTERNET = ipaddress.ip_address("203.0.113.80")

HOST = "download.microsoft.com"
DOMAIN = "windowsupdate.com"
BELOW = f"a.{DOMAIN}"
EVIL = "evil.com"
SMTP = b"EHLO client.example\r\n"
GARBAGE = bytes(range(128, 192))
NTP = b"\x23" + bytes(47)

TO_SERVER = "flow:to_server, established"
FROM_HOME = "$HOME_NET any -> $EXTERNAL_NET"
STRICT = f"""\
pass tls {FROM_HOME} 443 (alert; msg:"a"; ssl_state:client_hello; tls.sni; content:".{DOMAIN}"; nocase; endswith; bsize:>18; {TO_SERVER}; sid:1;)
pass http {FROM_HOME} 80 (alert; msg:"a"; http.host; content:".{DOMAIN}"; endswith; bsize:>18; {TO_SERVER}; sid:2;)
pass tls {FROM_HOME} 443 (alert; msg:"a"; ssl_state:client_hello; tls.sni; content:"{HOST}"; startswith; nocase; endswith; {TO_SERVER}; sid:3;)
pass http {FROM_HOME} 80 (alert; msg:"a"; http.host; content:"{HOST}"; startswith; endswith; {TO_SERVER}; sid:4;)
"""
# A stateful domain list with the targets `.windowsupdate.com` and `download.microsoft.com`, as the
# developer guide says that AWS writes it out (read 2026-11).
DOMAIN_LIST = f"""\
pass tls {FROM_HOME} any (ssl_state:client_hello; tls.sni; dotprefix; content:".{DOMAIN}"; nocase; endswith; msg:"a"; flow:to_server, established; sid:1; rev:1;)
pass tls {FROM_HOME} any (ssl_state:client_hello; tls.sni; content:"{HOST}"; startswith; nocase; endswith; msg:"a"; flow:to_server, established; sid:2; rev:1;)
pass http {FROM_HOME} any (http.host; dotprefix; content:".{DOMAIN}"; endswith; msg:"a"; flow:to_server, established; sid:3; rev:1;)
pass http {FROM_HOME} any (http.host; content:"{HOST}"; startswith; endswith; msg:"a"; flow:to_server, established; sid:4; rev:1;)
drop tls {FROM_HOME} any (msg:"b"; ssl_state:client_hello; flow:to_server, established; sid:5; rev:1;)
drop http {FROM_HOME} any (http.header_names; content:"|0d 0a|"; startswith; msg:"b"; flow:to_server, established; sid:6; rev:1;)
"""
DEPLOYMENTS = {
    "strict, established": Deployment(STRICT, default_actions=("aws:drop_established",)),
    "strict, application layer": Deployment(STRICT),
    "domain list alone": Deployment(DOMAIN_LIST, default_actions=()),
    "domain list, established": Deployment(DOMAIN_LIST, default_actions=("aws:drop_established",)),
}
VERDICTS = {"P": Verdict.PASSED, "D": Verdict.DROPPED, "-": Verdict.UNTOUCHED}


def flow(
    application: Application | None,
    name: str | None = None,
    port: int = 0,
    *,
    protocol: Protocol = "tcp",
    source: Address = SERVER,
) -> Flow:
    """A flow to the Internet, on the usual port where none is given."""
    usual_port = 443 if application == "tls" else 80
    return Flow(source, INTERNET, protocol, port or usual_port, application, name)


def tls(name: str | None, port: int = 443) -> Conversation:
    """A ClientHello in one segment."""
    return usual(flow("tls", name, port))


def http(host: str | None, port: int = 80) -> Conversation:
    """A request in one segment."""
    return said(flow("http", host, port), http_request(host))


def raw(data: bytes, port: int, protocol: Protocol = "tcp") -> Conversation:
    """Bytes that are neither HTTP nor TLS."""
    return said(flow(None, port=port, protocol=protocol), data)


def hello_in_pieces(name: str, *cuts: int) -> Conversation:
    """A ClientHello in several segments."""
    return said(flow("tls", name), *split(client_hello(name), *cuts))


def hello_in_records(name: str, *cuts: int) -> Conversation:
    """A ClientHello in several TLS records, all in one segment."""
    return said(flow("tls", name), ClientHello.parse(client_hello(name)).records(*cuts))


def answered(conversation: Conversation, answer: bytes) -> Conversation:
    """The conversation with an answer of the server, which the client acknowledges."""
    return Conversation(conversation.flow, (*conversation.messages, (False, answer)))


def http_said(data: bytes) -> Conversation:
    """A request in a test's own words."""
    return said(flow("http"), data)


def after_server_name(name: str) -> int:
    """The offset in a ClientHello just after its server name."""
    return client_hello(name).index(name.encode()) + len(name)


def http2_request(authority: str) -> bytes:
    """The preface, empty settings, and a request in one frame (RFC 9113, RFC 7541)."""
    # GET, http and / are entries of HPACK's static table; 0x41 is a literal `:authority`.
    fields = b"\x82\x86\x84\x41" + bytes([len(authority)]) + authority.encode()
    frame = len(fields).to_bytes(3) + bytes([1, 5, 0, 0, 0, 1]) + fields
    return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]) + frame


NO_HEADERS = b"GET / HTTP/1.0\r\n\r\n"
TWO_HOSTS = f"GET / HTTP/1.1\r\nHost: {BELOW}\r\nHost: {EVIL}\r\nAccept: */*\r\n\r\n".encode()
EVIL_FIRST = f"GET / HTTP/1.1\r\nHost: {EVIL}\r\nHost: {BELOW}\r\nAccept: */*\r\n\r\n".encode()

# One letter for each deployment, in their order: passed, dropped, untouched.
CASES: dict[str, tuple[str, Conversation]] = {
    "tls below": ("PPPP", tls(BELOW)),
    "tls two below": ("PPPP", tls(f"x.{BELOW}")),
    "tls host": ("PPPP", tls(HOST)),
    "tls upper case": ("PPPP", tls(BELOW.upper())),
    "http below": ("PPPP", http(BELOW)),
    "http two below": ("PPPP", http(f"x.{BELOW}")),
    "http host": ("PPPP", http(HOST)),
    "http upper case": ("PPPP", http(BELOW.upper())),
    "http host with port": ("PPPP", http(f"{BELOW}:80")),
    # A domain list has the domain itself.
    "tls domain itself": ("DDPP", tls(DOMAIN)),
    "http domain itself": ("DDPP", http(DOMAIN)),
    "tls ends alike": ("DDDD", tls(f"evil{DOMAIN}")),
    "tls below a host": ("DDDD", tls(f"x.{HOST}")),
    "tls inside another": ("DDDD", tls(f"{BELOW}.{EVIL}")),
    "tls other": ("DDDD", tls(EVIL)),
    "http ends alike": ("DDDD", http(f"evil{DOMAIN}")),
    "http inside another": ("DDDD", http(f"{BELOW}.{EVIL}")),
    "http other": ("DDDD", http(EVIL)),
    "tls without a name": ("DDDD", tls(None)),
    "tls empty name": ("DDDD", tls("")),
    "tls address as name": ("DDDD", tls("203.0.113.80")),
    "tls dot at the end": ("DDDD", tls(f"{BELOW}.")),
    # A domain list is about no port.
    "tls on 8443": ("DDPP", tls(BELOW, 8443)),
    "tls on 80": ("DDPP", tls(BELOW, 80)),
    "http on 443": ("DDPP", http(BELOW, 443)),
    # Nothing waits for headers that never come.
    "http without headers": ("D--D", http_said(NO_HEADERS)),
    "http without headers, answered": ("D--D", answered(http_said(NO_HEADERS), HTTP_ANSWER)),
    "http with other headers only": ("DDDD", http(None)),
    "http empty host": ("DDDD", http("")),
    "ssh on 22": ("DD-D", raw(b"SSH-2.0-OpenSSH_9.2\r\n", 22)),
    "smtp on 80": ("DD-D", raw(SMTP, 80)),
    # What it speaks is not known before the server has answered, or the client sent 100 kB.
    "garbage on 443": ("D--D", raw(GARBAGE, 443)),
    "garbage on 443, answered": ("DD-D", answered(raw(GARBAGE, 443), GARBAGE)),
    "much garbage on 443": ("DD-D", said(flow(None, port=443), *[GARBAGE * 20] * 80)),
    "udp 443": ("DD-D", raw(GARBAGE, 443, "udp")),
    "ntp": ("DD-D", raw(NTP, 123, "udp")),
    "outside, other name": ("DD-D", usual(flow("tls", EVIL, source=OUTSIDE))),
    "outside, name below": ("DD-D", usual(flow("tls", BELOW, source=OUTSIDE))),
    # The first segment of two is dropped where the default action does not wait.
    "hello split after the name": ("DPPD", hello_in_pieces(BELOW, after_server_name(BELOW))),
    "hello split before the name": ("DPPD", hello_in_pieces(BELOW, 60)),
    "hello split after 3 octets": ("DPPD", hello_in_pieces(BELOW, 3)),
    "other hello split": ("DDDD", hello_in_pieces(EVIL, 60)),
    "http headers split": ("DPPD", said(flow("http"), *split(http_request(BELOW), 20))),
    # Suricata takes the host from an absolute URI.
    "absolute uri below, other host": ("PPPP", http_said(http_request(EVIL, f"http://{BELOW}/"))),
    "absolute uri other, host below": ("DDDD", http_said(http_request(BELOW, f"http://{EVIL}/"))),
    # Suricata joins the two with a comma, and what it then has ends like the second.
    "two host headers, other last": ("DDDD", http_said(TWO_HOSTS)),
    "two host headers, other first": ("PPPP", http_said(EVIL_FIRST)),
    # Version 2 without TLS is HTTP too; its `:authority` is the host.
    "http/2 below": ("PPPP", http_said(http2_request(BELOW))),
    "http/2 other": ("DDDD", http_said(http2_request(EVIL))),
    # A ClientHello may come in several TLS records; one cut in the message's first 4 octets is not
    # recognised as one, whatever is in it.
    "hello in two records": ("PPPP", hello_in_records(BELOW, 50)),
    "other hello in two records": ("DDDD", hello_in_records(EVIL, 50)),
    "hello in records cut early": ("D--D", hello_in_records(BELOW, 3)),
    "other hello in records cut early": ("D--D", hello_in_records(EVIL, 3)),
    # A rule decides for the whole connection.
    "second request to another": (
        "PPPP",
        Conversation(
            flow("http"),
            ((True, http_request(BELOW)), (False, HTTP_ANSWER), (True, http_request(EVIL))),
        ),
    ),
    "first request to another": (
        "DDDD",
        Conversation(
            flow("http"),
            ((True, http_request(EVIL)), (False, HTTP_ANSWER), (True, http_request(BELOW))),
        ),
    ),
}


@pytest.fixture(scope="module", params=DEPLOYMENTS)
def measured(suricata: Suricata, request: pytest.FixtureRequest) -> tuple[int, dict[str, Verdict]]:
    """A deployment's place among them, and its verdict on every case."""
    conversations = [conversation for _, conversation in CASES.values()]
    verdicts = suricata.verdicts(DEPLOYMENTS[request.param], conversations)
    return list(DEPLOYMENTS).index(request.param), dict(zip(CASES, verdicts, strict=True))


@pytest.mark.parametrize("case", CASES)
def test_verdicts(measured: tuple[int, dict[str, Verdict]], case: str) -> None:
    """Each deployment does with each flow what was measured."""
    place, verdicts = measured
    assert VERDICTS[CASES[case][0][place]] == verdicts[case]


@pytest.mark.parametrize(("flow_keyword", "entries"), [("", 1), ("flow:to_server; ", 7)])
def test_a_rule_for_any_protocol(suricata: Suricata, flow_keyword: str, entries: int) -> None:
    """A `pass tcp` rule opens its ports for whatever is spoken; with `flow` it decides anew each time.

    Without the keyword it decides once, on the first packet. With it every packet of the client is
    an entry in the log: three of the handshake and the end, two with data, two acknowledgements.
    """
    opened = f'pass tcp {FROM_HOME} [80,443] (alert; msg:"a"; {flow_keyword}sid:9;)\n'
    exchange = ((True, GARBAGE), (False, GARBAGE)) * 2
    conversations = [
        Conversation(flow(None, port=443), exchange), raw(SMTP, 80), tls(EVIL), http(EVIL), raw(SMTP, 25)
    ]  # fmt: skip
    outcomes = suricata.outcomes(Deployment(STRICT + opened), conversations)
    assert [Verdict.PASSED] * 4 + [Verdict.DROPPED] == [outcome.verdict for outcome in outcomes]
    assert (9,) * entries == outcomes[0].logged


def test_an_unknown_default_action_is_refused() -> None:
    """What a default action does is never guessed."""
    with pytest.raises(KeyError, match="drop_strict"):
        rules(["aws:drop_strict"])
