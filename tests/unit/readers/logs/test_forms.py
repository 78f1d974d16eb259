"""The ways in which logs come, and what else their lines may hold: one idea a test, written out."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from wsus_egress.readers.logs.files import Counts, records
from wsus_egress.readers.logs.opening import NotALog

BLOCKED = ("10.20.0.10", "a.example.com", 443, "https", "blocked")


def alert(action: str = "drop", **more: Any) -> dict[str, Any]:
    """An alert record of Network Firewall."""
    event = {
        "event_type": "alert", "timestamp": "2026-10-01T09:00:01.000000+0000", "src_ip": "10.20.0.10",
        "src_port": 50000, "dest_ip": "203.0.113.1", "dest_port": 443, "proto": "TCP", "app_proto": "tls",
        "tls": {"sni": "a.example.com"}, "alert": {"action": "allowed"}, "verdict": {"action": action}, **more,
    }  # fmt: skip
    return {"firewall_name": "f", "event_timestamp": "1790845201", "event": event}


def azure(**more: Any) -> dict[str, Any]:
    """A row of Azure Firewall's application rules."""
    return {
        "SourceIp": "10.20.0.10", "Fqdn": "a.example.com", "DestinationPort": 443, "Protocol": "HTTPS", "Action": "Deny",
        **more,
    }  # fmt: skip


def read(content: str | bytes) -> tuple[list[tuple[Any, ...]], Counts]:
    """The records' rows, and how much was read."""
    counts = Counts()
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    found = [
        (r.source, r.name, r.port, r.scheme, r.verdict) for r in records(io.BytesIO(raw), counts)
    ]
    return found, counts


def subscription() -> dict[str, Any]:
    """What CloudWatch sends to a subscriber."""
    return {
        "messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "g",
        "logEvents": [{"id": "1", "timestamp": 1790845201000, "message": json.dumps(alert())}],
    }  # fmt: skip


TABLE = {
    "tables": [
        {
            "name": "PrimaryResult",
            "columns": [{"name": name, "type": "string"} for name in azure()],
            "rows": [[str(cell) for cell in azure().values()]],
        }
    ]
}
EXPLORER = {
    "Tables": [
        {"Columns": [{"ColumnName": name} for name in azure()], "Rows": [list(azure().values())]}
    ]
}
LEGACY = "HTTPS request from 10.20.0.10:50001 to a.example.com:443. Action: Deny. No rule matched."


@pytest.mark.parametrize("content", [
    json.dumps(alert()),
    json.dumps(alert(), indent=2),
    json.dumps(alert()["event"]),
    json.dumps({"records": [{"records": [azure()]}]}),
    json.dumps([{"@timestamp": "2026-10-01 09:00:01.000", "@message": alert()}]),
    json.dumps(subscription()),
    json.dumps(subscription(), indent=1),
    json.dumps(TABLE),
    json.dumps(TABLE, indent=4),
    json.dumps(EXPLORER, indent=4),
    json.dumps({"category": "AZFWApplicationRule", "properties": azure()}),
    json.dumps({"category": "AzureFirewallApplicationRule", "properties": {"msg": LEGACY}}),
    json.dumps([{"Category": "AzureFirewallApplicationRule", "msg_s": LEGACY}]),
    f"2026-10-01T09:00:01.000Z {json.dumps(alert())}",
    f"2026-10-01T09:00:01Z {LEGACY}",
    f'TimeGenerated [UTC],Category,msg_s\n"10/1/2026, 9:30:01.000 AM",AzureFirewallApplicationRule,"{LEGACY}"',
    "@timestamp,event.src_ip,event.tls.sni,event.dest_port,event.app_proto,event.proto,event.verdict.action\n"
    "2026-10-01 09:00:01.000,10.20.0.10,a.example.com,443,tls,TCP,drop",
    "TimeGenerated;SourceIp;Fqdn;Action;DestinationPort;Protocol\n2026-10-01T09:00:01Z;10.20.0.10;a.example.com;Deny;443;HTTPS",
    "TimeGenerated\tSourceIp\tFqdn\tAction\tDestinationPort\tProtocol\n2026-10-01T09:00:01Z\t10.20.0.10\ta.example.com\tDeny\t443\tHTTPS",
    f'timestamp,message\n1790845201000,"{json.dumps(alert()).replace(chr(34), chr(34) * 2)}"',
])  # fmt: skip
def test_a_record_in_any_container(content: str) -> None:
    """One record, whichever service or tool has wrapped it."""
    found, counts = read(content)
    expected = BLOCKED if "TLS" not in content else found[0]
    assert ([expected], 0) == (found, counts.unread)


def test_records_without_an_end_of_line_between_them() -> None:
    """As Firehose delivers them."""
    found, counts = read(json.dumps(alert()) * 3 + json.dumps(alert("pass")))
    assert ([BLOCKED] * 3 + [(*BLOCKED[:4], "allowed")], 0) == (found, counts.unread)


def test_an_old_record_has_no_verdict() -> None:
    """Before 2024 the rule's action is all there is."""
    record = alert(alert={"action": "blocked"})
    del record["event"]["verdict"]
    assert [BLOCKED] == read(json.dumps(record))[0]


@pytest.mark.parametrize(("more", "expected"), [
    ({"app_proto": "http2", "tls": None, "http": {"version": "2", "request_headers": [{"name": ":authority", "value": "B.example.com:443"}]}},
     ("10.20.0.10", "b.example.com", 443, "https", "blocked")),
    ({"app_proto": "http", "tls": None, "http": {"hostname": "203.0.113.1"}, "dest_port": 80}, ("10.20.0.10", None, 80, "http", "blocked")),
    ({"app_proto": "dns", "tls": None, "proto": "UDP", "dns": {"query": [{"rrname": "a.example.com"}]}}, ("10.20.0.10", "a.example.com", None, "dns", "blocked")),
    ({"app_proto": "quic", "tls": None, "proto": "UDP", "quic": {"sni": "a.example.com"}}, ("10.20.0.10", "a.example.com", 443, "udp", "blocked")),
    ({"app_proto": None, "tls": None, "proto": "ICMP"}, ("10.20.0.10", None, None, "icmp", "blocked")),
    ({"direction": "to_client", "src_ip": "203.0.113.1", "src_port": 443, "dest_ip": "10.20.0.10", "dest_port": 50000}, BLOCKED),
    ({"src_ip": "2001:DB8:0::1"}, ("2001:db8::1", "a.example.com", 443, "https", "blocked")),
    # Fields that lie about their type count as absent.
    ({"tls": {"sni": ["a"]}, "dest_port": True}, ("10.20.0.10", None, None, "https", "blocked")),
    ({"tls": "x", "dest_port": "443", "src_ip": 7, "alert": "x"}, (None, None, 443, "https", "blocked")),
    ({"dest_port": 700000, "proto": 6, "app_proto": "tls"}, ("10.20.0.10", "a.example.com", None, "https", "blocked")),
])  # fmt: skip
def test_what_an_alert_may_hold(more: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """The five places of a name, and values of other types than the service writes."""
    assert [expected] == read(json.dumps(alert(**more)))[0]


@pytest.mark.parametrize(("text", "expected"), [
    ("HTTP  request from 10.0.0.4:1 to B.example.com:80. Url: b.example.com/x?Action:%20Allow. Action: Deny. Rule: Action: Allow",
     ("10.0.0.4", "b.example.com", 80, "http", "blocked")),
    ("HTTPS request from 10.0.0.4:1 was denied. Reason: SNI TLS extension was missing.", ("10.0.0.4", None, None, "https", "blocked")),
    ("HTTPS request from 10.0.0.4:1 to b.example.com:443. Action: Deny. Failed to resolve address b.example.com:443: lookup b.example.com on 10.0.0.53:53: no such host",
     ("10.0.0.4", "b.example.com", 443, "https", "blocked")),
    ("HTTP request from 10.0.0.4:1 to b.example.com:80. Url: b.example.com. Action: Alert. ThreatIntel: Bot", ("10.0.0.4", "b.example.com", 80, "http", "allowed")),
    ("TCP request from 10.0.0.4:1 to 203.0.113.9:443. Action: drop. Signature: 1. IDS: A: b. c. Priority: 1", ("10.0.0.4", None, 443, "tcp", "blocked")),
    ("TCP request from 10.0.0.4:1 to 203.0.113.9:443. Action: alert. Signature: 1. IDS: A: b. c. Priority: 1", None),
    ("TCP request from 10.0.0.4:1 to 203.0.113.9:1688. Action: Allow.. Rule Collection: C. Rule: R", ("10.0.0.4", None, 1688, "tcp", "allowed")),
    ("ICMP Type=8 request from 10.0.0.4 to 203.0.113.9. Action: Deny. ", ("10.0.0.4", None, None, "icmp", "blocked")),
    ("TCP request from 203.0.113.9:1 to 10.0.0.4:3389 was DNAT'ed to 10.0.0.5:3389", None),
    ("DNS Request: 10.0.0.4:48197 \u2013 15676 A IN b.example.com. udp 55 false 512 NXDOMAIN qr 120 0.0003s", ("10.0.0.4", "b.example.com", None, "dns", "allowed")),
])  # fmt: skip
def test_the_legacy_texts_of_azure_firewall(text: str, expected: tuple[Any, ...] | None) -> None:
    """Its variants; the first action after the target decides."""
    found, counts = read(text)
    assert ([expected] if expected else [], 0) == (found, counts.unread)


def test_flow_logs_of_security_groups_and_of_other_fields() -> None:
    """Both versions of the tuples, and the header of a custom format."""
    tuples = {
        "2": ["1790845200,10.30.0.10,203.0.113.1,50000,443,T,O,D,B,,,,", "1790845200,10.30.0.10,203.0.113.1,50000,443,T,O,A,C,1,1,1,1"],
        "1": ["1790845200,10.30.0.10,203.0.113.1,50000,80,T,O,A", "1790845200,203.0.113.1,10.30.0.10,50000,80,T,I,A"],
    }  # fmt: skip
    flows = [{"rule": "r", "flows": [{"mac": "0", "flowTuples": each}]} for each in tuples.values()]
    found, _ = read(json.dumps({"records": [{"properties": {"Version": 2, "flows": flows}}]}))
    assert [
        ("10.30.0.10", None, 443, "tcp", "blocked"),
        ("10.30.0.10", None, 80, "tcp", "allowed"),
    ] == found

    own = "dstport action srcaddr dstaddr protocol srcport pkt-srcaddr\n8443 REJECT 10.0.0.1 203.0.113.1 6 50000 10.20.0.10\n"
    assert [("10.20.0.10", None, 8443, "tcp", "blocked")] == read(own)[0]
    plain = json.dumps(
        {
            "events": [
                {
                    "message": "2 123 eni-1 10.20.0.10 203.0.113.1 5000 25 6 1 1 1790845200 1790845260 REJECT OK"
                }
            ]
        }
    )
    assert [("10.20.0.10", None, 25, "tcp", "blocked")] == read(plain)[0]


CMTRACE = '<![LOG[{}]LOG]!><time="09:00:03.123+000" date="10-02-2026" component="c" context="" type="3" thread="47" file="f">'


@pytest.mark.parametrize(("lines", "expected"), [
    (["2026/10/01 09:00:00.1 1 2 WebServices     WS error: There was an error communicating with the endpoint at 'https://a.example.com/x'."],
     [(None, "a.example.com", 443, "https", "blocked")]),
    (["2016-10-01\t09:00:00:123\t 904\t1f4\tMisc\tWARNING: WinHttp: SendRequestUsingProxy failed for <http://a.example.com/x>. error 0x8024402c"],
     [(None, "a.example.com", 80, "http", "blocked")]),
    ([CMTRACE.format("Download http://a.example.com/x.cab in progress: 10 percent complete"), CMTRACE.format("HttpSendRequest failed 403")],
     [(None, "a.example.com", 80, "http", "allowed")]),
    ([CMTRACE.format("Download http://a.example.com/x.cab in progress: 1 percent"), CMTRACE.format("ERROR: DownloadUpdateContent() failed with hr=0x80070197")],
     [(None, "a.example.com", 80, "http", "blocked")]),
    ([CMTRACE.format("Download http://a.example.com/x.cab to C:\\x returns 12002")], [(None, "a.example.com", 80, "http", "blocked")]),
    # A line end inside the text, and a localised one: the name stays in quotes.
    ([CMTRACE.format("Sync failed: WebException: Der Remotename konnte nicht aufgel\u00f6st werden:\n 'a.example.com'")],
     [(None, "a.example.com", None, "", "blocked")]),
    (["2026/10/01 09:00:00.1 1 2 SLS  Making request with URL HTTPS://a.example.com/SLS/{1}/x and send", "1601/01/01 00:00:00.0 1 2 Unknown( 10): GUID=x (No Format Information found)."],
     [(None, "a.example.com", 443, "https", "allowed")]),
    (["2026/10/01 09:00:00.1 1 2 SLS  Making request with URL HTTP://a.example.com/x and", "2026/10/01 09:00:00.1 1 2 WS  WS error: The server returned HTTP status code '470 (0x1D6)' with text ''."],
     [(None, "a.example.com", 80, "http", "blocked")]),
])  # fmt: skip
def test_what_machines_write(lines: list[str], expected: list[tuple[Any, ...]]) -> None:
    """A host and its error, on one line or on two of a thread; an answer is no block, but 407 and 470 are."""
    found, counts = read("\r\n".join(lines))
    assert (expected, 0) == (found, counts.unread)


def test_events_of_a_viewer_over_several_lines() -> None:
    """With the root of an export and without, and with the CRL that CryptoAPI wanted."""
    event = (
        "<Event xmlns='x'>\n<System><Provider Name='Microsoft-Windows-CAPI2'/>\n<EventID>53</EventID></System>"
        '<URL scheme="http">http://crl.example.com/a.crl</URL><Result value="80072EE2">x</Result></Event>'
    )
    expected = [(None, "crl.example.com", 80, "http", "blocked")]
    assert expected == read(event)[0]
    assert expected * 2 == read(f"<Events>\n{event}\n{event}\n</Events>\n")[0]


BAD = [
    "{", "[", '{"a":', '{"event":{"src_ip":"10.', '{"records":[{"time":1},', "\x1b[31mred", "\0\0\0", "<Event ", "<Event x></Event>",
    '{"event": 7}', '{"event": {"event_type": {}}}', '{"event": {"event_type": "alert", "app_proto": [], "proto": {}, "verdict": []}}', '{"event": {"event_type": "alert"}}', '[["x"]]', "[1, 2]", '"text"', "{" * 3_000, "[" * 100_000, "9" * 10_000,
    '{"message": "{"}', '{"message": {"message": {"message": {"message": {"message": {"message": {}}}}}}}', '{"tables": [{"rows": [[1]]}]}',
    '{"a": ' + "1" * 5_000 + "}", "a,b,c", "a,b\rc,d", 'SourceIp,Fqdn\n"x', "<![LOG[cut", "Oct  1 sshd[1]: session opened", "\ufffd" * 40,
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_what_cannot_be_read_is_counted_and_loses_nothing_else(bad: str) -> None:
    """The records on the lines before and after are there, whatever the line is that cannot be read."""
    found, counts = read(
        f"{json.dumps(alert())}\n{bad}\n{json.dumps(alert())}\n{json.dumps(alert())}\n"
    )
    named = [row for row in found if row[1]]
    assert BLOCKED == named[0]
    assert BLOCKED == named[-1]
    assert len(named) + counts.unread + counts.silent >= 3


def test_documents_that_break_off_are_read_once() -> None:
    """Each line begins a document that never ends: the time is that of reading, not its square."""
    found, counts = read('{"records": [\n' * 20_000 + json.dumps(alert()))
    assert 20_000 >= counts.unread > 0
    assert len(found) <= 1


@pytest.mark.parametrize("line", ["<Event ", "<![LOG[x", "{", "[", '{"a": ['])
def test_what_never_ends_takes_no_longer_than_what_does(line: str) -> None:
    """Each line begins something that no line ends."""
    _, counts = read(f"{line}\n" * 20_000)
    assert 19_000 < counts.unread + counts.silent <= 20_000


def test_more_threads_than_are_kept() -> None:
    """The oldest request without a failure counts as answered, and none is lost."""
    said = "2026/10/01 09:00:02.1 {0} 1 SLS Making request with URL https://a.example.com/x\n"
    found, _ = read("".join(said.format(n) for n in range(1_500)))
    assert [(None, "a.example.com", 443, "https", "allowed")] * 1_500 == found


def test_one_record_of_many_is_kept() -> None:
    """An array on one line that is longer than what is read at once gives its records one by one."""
    whole = json.dumps({"records": [azure() for _ in range(20_000)]})
    counts = Counts()

    class Slow(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1, /) -> bytes:
            Slow.most = max(Slow.most, counts.records)
            return super().read(size)

    assert 20_000 == sum(1 for _ in records(Slow(whole.encode()), counts))
    # The first were there before the last were read.
    assert Slow.most > 10_000


@pytest.mark.parametrize(("start", "said"), [
    (b"PAR1", "is Parquet"), (b"PK\x03\x04", "zip archive"), (b"ElfFile\0", "wevtutil"), (b"Obj\x01", "Avro"),
])  # fmt: skip
def test_other_kinds_of_files_say_what_to_give_instead(start: bytes, said: str) -> None:
    """They hold what is asked for, but not as text."""
    with pytest.raises(NotALog, match=said):
        read(start + b"\0" * 20)


def test_a_packed_file_that_is_cut_gives_what_there_is() -> None:
    """As a download that broke off."""
    import gzip  # noqa: PLC0415

    whole = gzip.compress(
        "".join(f"{json.dumps(alert(flow_id=n * 7919))}\n" for n in range(2_000)).encode()
    )
    found, _ = read(whole[: len(whole) // 2])
    assert 100 < len(found) < 2_000
    assert [] == read(b"\x1f\x8b broken")[0]


def lines() -> Iterator[str]:
    """Every form of a time."""
    yield from (
        "2026-10-01T09:00:01.000000+0000",
        "2026-10-01T11:00:01+02:00",
        "2026-10-01T09:00:01Z",
        "2026-10-01 09:00:01 UTC",
    )


@pytest.mark.parametrize(("table", "name", "verdict", "count"), [
    ("SourceIp,Fqdn,Action,count_\n10.30.0.10,a.example.com,Deny,61", "a.example.com", "blocked", 61),
    ("Fqdn,count_\na.example.com,7", "a.example.com", "seen", 7),
    ("Fqdn;count_\na.example.com;many", "a.example.com", "seen", 1),
    ("Protocol,SourceIp,DestinationPort,Action,NetworkRuleCount\nTCP,10.30.0.10,8443,Deny,9", None, "blocked", 9),
])  # fmt: skip
def test_what_a_query_has_counted(table: str, name: str | None, verdict: str, count: int) -> None:
    """A row stands for as many connections; without an action it does not say what became of them."""
    (record,) = records(io.BytesIO(table.encode()), Counts())
    assert (name, verdict, count) == (record.name, record.verdict, record.count)


@pytest.mark.parametrize(("table", "expected"), [
    ('TimeGenerated [UTC],SourceIp,Action\n"10/1/2026, 9:30:01.000 PM",10.30.0.10,Deny', "2026-10-01T21:30:01Z"),
    ("TimeGenerated [Local Time],SourceIp,Action\n2026-10-01 09:00:01,10.30.0.10,Deny", "2026-10-01T09:00:01"),
    ("TimeGenerated [UTC],SourceIp,Action\n2026-10-01 09:00:01,10.30.0.10,Deny", "2026-10-01T09:00:01Z"),
    ("@timestamp,query_name,srcaddr\n2026-10-01 09:00:01.000,a.example.com.,10.20.0.10", "2026-10-01T09:00:01"),
])  # fmt: skip
def test_times_of_a_table(table: str, expected: str) -> None:
    """The column's head may say the zone; chosen fields have the event's own time."""
    (record,) = records(io.BytesIO(table.encode()), Counts())
    assert expected == record.time


@pytest.mark.parametrize("text", list(lines()))
def test_times_are_in_utc(text: str) -> None:
    """Whichever zone the log says."""
    (record,) = records(io.BytesIO(json.dumps(alert(timestamp=text)).encode()), Counts())
    assert "2026-10-01T09:00:01Z" == record.time


@pytest.mark.parametrize(("text", "expected"), [
    ("10/1/2026, 9:30:01.000 PM", "2026-10-01T21:30:01"), ("31/12/2026, 12:00:00 AM", "2026-12-31T00:00:00"), ("13/13/2026, 1:00:00 AM", ""),
    ("1790845200001", "2026-10-01T09:00:00Z"), (1790845200, "2026-10-01T09:00:00Z"), (1e300, ""), (True, ""), ("soon", ""), ("2026-99-01T00:00:00", ""),
])  # fmt: skip
def test_other_times(text: object, expected: str) -> None:
    """The portal's, epochs, and what is not a time."""
    (record,) = records(io.BytesIO(json.dumps(azure(TimeGenerated=text)).encode()), Counts())
    assert expected == record.time
