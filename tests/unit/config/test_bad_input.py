"""Every kind of unusable input: one clear problem with file and line, and exit status 2."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import Result

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import load_lists, resolve
from wsus_egress.config.project import environment_names
from wsus_egress.problems import PolicyErrors, Problem

LIST = "config/endpoints/good.yaml"
OTHER = "config/endpoints/other.yaml"
CONFIG = "config/Pulumi.x.yaml"
CHOICES = (
    "the choices are automatic-updates, certificate-validation, configuration-manager, "
    "connected-cache, defender, delivery-optimization, good, microsoft-365-apps, update-manager, "
    "windows-autopatch, wsus, wsus-reference"
)
FIXED = (
    "the ports to Microsoft Update are TCP 80 (HTTP) and TCP 443 (HTTPS) and cannot be configured"
)
NO_PORTS = "remove it (servers have synchronizationPorts of their own)"
LONG = ".".join(["a" * 49] * 5)
SERVER = "addresses: [10.20.0.10]"
ONE, TWO = "    - name: one\n", "    - name: two\n      addresses: [10.20.0.11]\n"
AZURE = """\
  wsus-egress:azure:
    resourceGroup: rg
    location: westeurope
    addressSpace: [10.20.0.0/16]
    firewallPolicy: {name: afwp}
    fqdnTags: ["TAG"]
"""
AWS = "  wsus-egress:aws:\n    vpcId: vpc-0a1b2c3d4e5f60718\n"
TAGS = (
    "AppServiceEnvironment, AzureActiveDirectoryDomainServices, AzureBackup, AzureKubernetesService, "
    "CitrixHDXPlusForWindows365, HDInsight, MicrosoftActiveProtectionService, MicrosoftIntune, Windows365, WindowsDiagnostics, "
    "WindowsUpdate, WindowsVirtualDesktop"
)

# Each a pattern as YAML writes it, and what is said of it.
PATTERNS = [
    ('"*x.com"', "'*x.com' also matches names that only end alike, such as evilx.com; "
     "write '*.x.com', and 'x.com' if the domain itself is meant"),
    ("a.*.com", "'a.*.com' has a wildcard that is not its first label; name the hosts that are meant"),
    ("a*.example.com", "'a*.example.com' has a wildcard inside a label; name the hosts that are meant; "
     "'*.example.com' would open every name below example.com, whoever has them"),
    ("payloadprod*.blob.core.windows.net", "'payloadprod*.blob.core.windows.net' has a wildcard inside a label; name the "
     "hosts that are meant; '*.blob.core.windows.net' would open every name below blob.core.windows.net, whoever has them"),
    ('"*-api.example.com"', "'*-api.example.com' has a wildcard inside a label; name the hosts that are meant; "
     "'*.example.com' would open every name below example.com, whoever has them"),
    ('"*.*.example.com"', "'*.*.example.com' has a wildcard that is not its first label; name the hosts that are meant; "
     "'*.example.com' would open every name below example.com, whoever has them"),
    ("https://*.update.microsoft.com", "'https://*.update.microsoft.com' is a URL; write only the host: '*.update.microsoft.com'"),
    ("https://*.update.microsoft.com/*", "'https://*.update.microsoft.com/*' is a URL; write only the host: '*.update.microsoft.com'"),
    ("https://a*.example.com/", "'https://a*.example.com/' is a URL; write only the host, but 'a*.example.com' has a wildcard "
     "inside a label; name the hosts that are meant; '*.example.com' would open every name below example.com, whoever has them"),
    ("ctldl.windowsupdate.com/*", "'ctldl.windowsupdate.com/*' has a path; write only the host: names are all firewalls see"),
    ('"*:443"', "'*:443' has a port: the ports are TCP 80 and TCP 443 and cannot be configured; write only the host, but "
     "'*' is every name; use `mode: open` if that is meant"),
    ('"*.example.com:443"', "'*.example.com:443' has a port: the ports are TCP 80 and TCP 443 and cannot be configured; "
     "write '*.example.com'"),
    (".windowsupdate.com", "'.windowsupdate.com' has a leading dot, which elsewhere means the domain and every name below it; "
     "write '*.windowsupdate.com', and 'windowsupdate.com' too if the domain itself is meant"),
    (".com", "'.com' has an empty label; remove the extra dot"),
    ('"*"', "'*' is every name; use `mode: open` if that is meant"),
    ('"*.com"', "'*.com' would admit a whole top-level domain; name the domain"),
    ("http://host/path", "'http://host/path' is a URL; write only the host: 'host'"),
    ("host.example.com/path",
     "'host.example.com/path' has a path; write only the host: names are all firewalls see"),
    ('"host:443"', "'host:443' has a port: the ports are TCP 80 and TCP 443 and cannot be "
     "configured; write 'host'"),
    ('"me@example.com"', "'me@example.com' has user information; write only the host"),
    ("host", "'host' is not fully qualified; write the name with its domain"),
    ('""', "'' is empty; write a host name"),
    ("a..example.com", "'a..example.com' has an empty label; remove the extra dot"),
    ("a_b.example.com", "'a_b.example.com' has an underscore, which no host name has"),
    ('"a\'b.example.com"', """"a'b.example.com" has the character "'"; remove it"""),
    ('"a\\"b.example.com"', """'a"b.example.com' has the character '"'; remove it"""),
    ('"a;b.example.com"', "'a;b.example.com' has the character ';'; remove it"),
    ('"a b.example.com"', "'a b.example.com' has the character ' '; remove it"),
    ('"a\\0b.example.com"', "'a\\x00b.example.com' has the character '\\x00'; remove it"),
    ('"a\\nb.example.com"', "'a\\nb.example.com' has the character '\\n'; remove it"),
    ('"a\\eb.example.com"', "'a\\x1bb.example.com' has the character '\\x1b'; remove it"),
    (f"{'a' * 64}.example.com",
     f"'{'a' * 64}.example.com' has a label of 64 octets; the most is 63"),
    (f"{LONG}.abcd", f"'{LONG[:75]}...' has 254 octets; the most is 253"),
    ("203.0.113.80",
     "'203.0.113.80' is an address, and only names can be listed; write a host name"),
    ('"2001:db8::80"',
     "'2001:db8::80' is an address, and only names can be listed; write a host name"),
    ('"0x7f000001"', "'0x7f000001' is an address, and only names can be listed; write a host name"),
]  # fmt: skip

# Each an edit (file, old text, new text), the line, and what is said of it.
EDITS = [
    (CONFIG, "", '  wsus-egress:approved:\n    - {what: x, owner: "t\\e]0;t\\a", reason: x, '
     'expires: "2027-01-01"}\n', 10, r"approved[0].owner: 't\x1b]0;t\x07' has a control character "
     "in it; write it on one line, without them"),
    (LIST, "purpose: Files", r'purpose: "a\x9bb"', 5, r"endpoints[0].purpose: 'a\x9bb' has a control "
     "character in it; write it on one line, without them"),
    (LIST, "source: A page", r'source: "a\nb"', 6, r"endpoints[0].source: 'a\nb' has a control "
     "character in it; write it on one line, without them"),
    (CONFIG, "[good]", "[good]\n  wsus-egress:severs: []", 4,
     "severs: the key 'severs' is unknown; did you mean 'servers'?"),
    (CONFIG, "  wsus-egress:aws:", "      colour: red\n  wsus-egress:aws:", 7,
     "servers[0].colour: the key 'colour' is unknown; the keys here are addresses, awsPeer, "
     "awsSecurityGroup, awsVpcId, contentFrom, location, name, proxy, synchronizationPorts, "
     "synchronizesFrom"),
    (LIST, "", "colour: red\n", 8,
     "colour: the key 'colour' is unknown; the keys here are endpoints, includes, title"),
    (LIST, "", "    colour: red\n", 8, "endpoints[0].colour: the key 'colour' is unknown; "
     "the keys here are date, pattern, purpose, schemes, source"),
    (CONFIG, "[good]", "[good]\n  wsus-egress:networkFirewall: {}", 4,
     "networkFirewall: the key 'networkFirewall' is unknown here; write it under aws"),
    (CONFIG, "[good]", "[good]\n  wsus-egress:addressSpace: []", 4,
     "addressSpace: the key 'addressSpace' is unknown here; write it under azure"),
    (CONFIG, "[10.20.0.10]", "10.20.0.10", 6, "servers[0].addresses: '10.20.0.10' is not a list; write [10.20.0.10]"),
    (CONFIG, "[10.20.0.10]", "[10.20]", 6, "servers[0].addresses[0]: 10.2 is not text; write it in quotes: YAML reads "
     "it as a number, and drops zeros at its end"),
    (CONFIG, "[good]", "[good, nosuch]", 3,
     "lists[1]: there is no endpoint list 'nosuch'; " + CHOICES),
    (LIST, "", "includes: [nosuch]\n", 8,
     "includes: there is no list 'nosuch'; " + CHOICES),
    (LIST, "", "includes: [good]\n", 8,
     "includes: lists include each other: good -> good; remove one"),
    (LIST, "", '  - {pattern: "*.EXAMPLE.com.", schemes: [http], purpose: x, source: x, '
     "date: 2026-11-01}\n", 8,
     "endpoints[1].pattern: '*.example.com' is listed already, on line 3; keep one entry"),
    (LIST, "[http]", "[ftp]", 4,
     "endpoints[0].schemes[0]: 'ftp' is not one of the choices; write 'http' or 'https'"),
    (LIST, "[http]", "[]", 4, "endpoints[0].schemes: it is empty; give at least one entry"),
    (LIST, "A page", '""', 6, "endpoints[0].source: it is empty; write a text"),
    (LIST, "    source: A page\n", "", 3, "endpoints[0].source: the setting is missing; add it"),
    (LIST, "2026-11-01", "1 November", 7,
     "endpoints[0].date: '1 November' is not a day; write it as YYYY-MM-DD"),
    (LIST, "title: A list", "title: 7", 1, "title: 7 is not text; write text"),
    (LIST, "2026-11-01", "2026-02-30", 7,
     "endpoints[0].date: 2026-02-30 is not a day of the calendar; write it as YYYY-MM-DD"),
    (CONFIG, "10.20.0.10", "10.20.0.10/24", 6, "servers[0].addresses[0]: 10.20.0.10/24 has host "
     "bits set beyond its prefix; write 10.20.0.0/24, or 10.20.0.10 for the one host"),
    (CONFIG, "10.20.0.10", "203.0.113.0/24", 6, "servers[0].addresses[0]: 203.0.113.0/24 is an "
     "Internet address range, and servers and clients are private; write a range of RFC 1918, "
     "RFC 6598 or fc00::/7, or name the block that is your own in "
     "aws.ownRanges"),
    (CONFIG, "10.20.0.10", "0.0.0.0/0", 6, "servers[0].addresses[0]: 0.0.0.0/0 is an Internet "
     "address range, and servers and clients are private; write a range of RFC 1918, RFC 6598 or "
     "fc00::/7, or name the block that is your own in aws.ownRanges"),
    (CONFIG, "10.20.0.10", "wsus.example.com", 6, "servers[0].addresses[0]: 'wsus.example.com' is "
     "not an IP address or CIDR block; write one like 10.20.0.10 or 10.20.0.0/24"),
    (CONFIG, "10.20.0.10", '"fd00::10"', 6, "servers[0].addresses[0]: fd00::10 is an IPv6 address, "
     "and IPv6 is not asked for; write `ipv6: true`, or an IPv4 address"),
    (CONFIG, "[good]", "[good]\n  wsus-egress:httpsPort: 8443", 4,
     f"httpsPort: the key 'httpsPort' is unknown: {FIXED}; {NO_PORTS}"),
    (LIST, "", "    ports: [8080]\n", 8,
     f"endpoints[0].ports: the key 'ports' is unknown: {FIXED}; {NO_PORTS}"),
    (CONFIG, SERVER, f"{SERVER}\n      synchronizationPorts: {{http: 8530, https: 8540}}", 7,
     "servers[0].synchronizationPorts: WSUS needs the HTTP port to be the HTTPS port - 1, not 8530 "
     "and 8540; write http: 8539 or https: 8531"),
    (CONFIG, SERVER, f"{SERVER}\n      synchronizationPorts: {{http: 70000}}", 7,
     "servers[0].synchronizationPorts.http: 70000 cannot be used; input should be less than or "
     "equal to 65535"),
    (CONFIG, AWS, AZURE.replace("TAG", "download.windowsupdate.com"), 12, "azure.fqdnTags[0]: "
     "'download.windowsupdate.com' is a host name, not an FQDN tag; list it under extraEndpoints"),
    (CONFIG, AWS, AZURE.replace("TAG", "Windows Update"), 12, "azure.fqdnTags[0]: "
     "'Windows Update' is not a known FQDN tag; write WindowsUpdate"),
    (CONFIG, AWS, AZURE.replace("TAG", "Everything"), 12, "azure.fqdnTags[0]: 'Everything' "
     f"is not a known FQDN tag; the choices are {TAGS}"),
    (CONFIG, AWS, AZURE.replace("{name: afwp}", "\n      name: afwp\n      mode: full\n      existing: true")
     .replace("TAG", "WindowsUpdate"), 13, "azure.firewallPolicy.mode: the policy exists, and mode full "
     "would create it; write rules-only, or leave existing out"),
    (CONFIG, ONE, f"{TWO.replace('two', 'one')}{ONE}", 7,
     "servers[1].name: the name 'one' is taken already; give every server and client its own name"),
    (CONFIG, ONE, f"{TWO.replace('.11', '.10')}{ONE}", 8, "servers[1].addresses: 10.20.0.10/32 "
     "overlaps 10.20.0.10/32 of two: one address, two roles; give each its own addresses"),
    (CONFIG, SERVER, f"{SERVER}\n      synchronizesFrom: one", 7, "servers[0].synchronizesFrom: "
     "one synchronizes from itself; name another server, or microsoft-update"),
    (CONFIG, SERVER, f"{SERVER}\n      synchronizesFrom: two", 7,
     "servers[0].synchronizesFrom: there is no server 'two'; the choices are microsoft-update"),
    (CONFIG, "[good]", "[]", 3, "lists: the mode is restricted and no endpoint is listed: nothing "
     "could be reached; name an endpoint list, such as wsus"),
    (CONFIG, AWS, "", 1, "there is no target to enforce the policy on; add `aws` or `azure`"),
    (CONFIG, "vpc-0a1b2c3d4e5f60718", "vpc-x", 8,
     "aws.vpcId: 'vpc-x' is not a VPC id; write it as vpc- and 8 or 17 hex digits"),
    (LIST, "", "title: Again\n", 8, "the key 'title' is given twice; keep one of them"),
    (CONFIG, AWS, "  wsus-egress:lists: [good]\n", 7,
     "the key 'wsus-egress:lists' is given twice; keep one of them"),
]  # fmt: skip

# Each whole files, and the one problem.
FILES: list[tuple[dict[str, str | bytes], str]] = [
    ({"config/endpoints/extra.yaml": "title: A\n"}, "config/endpoints/extra.yaml:1: 'extra' stands for "
     "the environments' `extraEndpoints` and can be no list's name; give the file another name"),
    ({LIST: b"title: Dat\xe9\n"}, f"{LIST}:1: the file is not UTF-8 (byte 0xe9); save it as UTF-8"),
    ({CONFIG: b"config:\n  a: \xff\n"},
     f"{CONFIG}:2: the file is not UTF-8 (byte 0xff); save it as UTF-8"),
    ({LIST: "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"},
     f"{LIST}:2: YAML aliases are not read here; write the value out"),
    ({LIST: "[" * 100_000}, f"{LIST}:1: nested deeper than 32 levels"),
    ({LIST: "title: [\n"}, f"{LIST}:2: this is not YAML: did not find expected node content"),
    ({LIST: "title: A\n# \x07"},
     f"{LIST}:2: this is not YAML: character U+0007 is not allowed; remove it"),
    ({LIST: ""}, f"{LIST}:1: the file is empty, or has comments only; write `title:` and `endpoints:`, as the "
     "package's lists have them, or remove the file"),
    ({LIST: "title: Empty\n"}, f"{CONFIG}:3: lists: the mode is restricted and no endpoint is "
     "listed: nothing could be reached; name an endpoint list, such as wsus"),
    ({LIST: "title: A\nincludes: [other]\n", OTHER: "title: B\nincludes:\n  - good\n"},
     f"{OTHER}:3: includes: lists include each other: good -> other -> good; remove one"),
    ({CONFIG: "encryptionsalt: x\n"},
     f"{CONFIG}:1: the file has no `config:` with wsus-egress: settings; `wsus-egress new` writes such a file, with comments, in an empty folder"),
]  # fmt: skip


def assert_one(result: Result, line: str) -> None:
    """The one problem, nothing on standard output, and exit status 2."""
    assert f"{line}\n1 problem: fix it before you deploy\n" == result.stderr
    assert (2, "") == (result.exit_code, result.stdout)
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(("pattern", "text"), PATTERNS)
def test_a_bad_pattern_is_refused(
    write: Callable[..., Path], run: Callable[..., Result], pattern: str, text: str
) -> None:
    """What is no pattern is refused in an endpoint list with its file and line."""
    project = write((LIST, '"*.example.com"', pattern))
    assert_one(run("check", project), f"{LIST}:3: endpoints[0].pattern: {text}")


@pytest.mark.parametrize(("file", "old", "new", "line", "text"), EDITS)
def test_a_bad_setting_is_refused(
    write: Callable[..., Path],
    run: Callable[..., Result],
    file: str,
    old: str,
    new: str,
    line: int,
    text: str,
) -> None:
    """A mistake in a file that can be read is refused with its file and line."""
    assert_one(run("check", write((file, old, new))), f"{file}:{line}: {text}")


@pytest.mark.parametrize(("files", "line"), FILES)
def test_a_bad_file_is_refused(
    write: Callable[..., Path],
    run: Callable[..., Result],
    files: Mapping[str, str | bytes],
    line: str,
) -> None:
    """A file that cannot be used as a whole is refused with its name and line."""
    assert_one(run("check", write(files=files)), line)


def test_an_unreadable_file_is_refused(
    write: Callable[..., Path], run: Callable[..., Result]
) -> None:
    """A file that the system does not let us read is one problem too."""
    project = write()
    (project / OTHER).mkdir()
    assert_one(run("check", project), f"{OTHER}:1: the file cannot be read (is a directory)")


@pytest.mark.parametrize("command", ["check", "preview", "explain"])
def test_ten_mistakes_are_reported_in_one_run(
    write: Callable[..., Path], run: Callable[..., Result], command: str
) -> None:
    """Ten mistakes in four files come out of one run, by file and line."""
    entry = "{{pattern: '{}', schemes: [http], purpose: x, source: x, date: 2026-11-01}}"
    files = {
        CONFIG: "config:\n  wsus-egress:moode: open\n  wsus-egress:servers:\n"
        "    - {name: One, addresses: []}\n  wsus-egress:aws:\n    vpcId: 7\n",
        "config/Pulumi.y.yaml": "config:\n  wsus-egress:lists: [good]\n  wsus-egress:servers:\n"
        "    - {name: one, addresses: [10.0.0.1/8, 8.8.8.8]}\n  wsus-egress:aws:\n"
        "    vpcId: vpc-0a1b2c3d\n",
        LIST: "title: A\nendpoints:\n"
        + "".join(f"  - {entry.format(p)}\n" for p in ("*", "*x.com", "a:1")),
        OTHER: "title: B\ntitle: C\n",
    }
    arguments = ("http://a.com/",) if command == "explain" else ()
    result = run(command, write(files=files), *arguments)
    places = [": ".join(line.split(": ")[:2]) for line in result.stderr.splitlines()]
    expected = [
        f"{CONFIG}:2: moode",
        f"{CONFIG}:4: servers[0].addresses",
        f"{CONFIG}:4: servers[0].name",
        f"{CONFIG}:6: aws.vpcId",
        "config/Pulumi.y.yaml:4: servers[0].addresses[0]",
        "config/Pulumi.y.yaml:4: servers[0].addresses[1]",
        f"{LIST}:3: endpoints[0].pattern",
        f"{LIST}:4: endpoints[1].pattern",
        f"{LIST}:5: endpoints[2].pattern",
        f"{OTHER}:2: the key 'title' is given twice; keep one of them",
        "10 problems: fix them before you deploy",
    ]
    assert places == expected
    assert (2, "") == (result.exit_code, result.stdout)


def test_a_wrong_shape_hides_no_wrong_pattern(
    write: Callable[..., Path], run: Callable[..., Result]
) -> None:
    """A list with a wrong key somewhere still has all its patterns looked at."""
    entry = "schemes: [http], purpose: x, source: x, date: 2026-11-01"
    text = (
        f"title: A\nendpoints:\n  - {{pattern: 'a.*.com', {entry}}}\n"
        f"  - {{pattern: b.example.com, owner: x, {entry}}}\n  - {{pattern: 7, {entry}}}\n"
    )

    result = run("check", write(files={LIST: text}))

    assert 2 == result.exit_code
    assert [f"{LIST}:{line}: endpoints[{line - 3}]" for line in (3, 4, 5)] == [
        line.partition(".pattern")[0].partition(".owner")[0]
        for line in result.stderr.splitlines()[:-1]
    ]


def test_a_list_without_entries_to_look_at(
    write: Callable[..., Path], run: Callable[..., Result]
) -> None:
    """Where there are no entries, the shape alone is the problem."""
    for text, said in (
        ("title: A\nendpoints: 7\n", "2: endpoints: 7 is not a list; write a list"),
        ("[]\n", "1: [] is not a mapping; write a mapping"),
    ):
        result = run("check", write(files={LIST: text}))

        assert (2, [f"{LIST}:{said}"]) == (result.exit_code, result.stderr.splitlines()[:-1])


def test_a_wrong_shape_hides_no_wrong_value(
    write: Callable[..., Path], run: Callable[..., Result]
) -> None:
    """Settings with a wrong key somewhere still have their addresses and patterns looked at."""
    text = (
        "config:\n  wsus-egress:moode: open\n  wsus-egress:servers:\n"
        "    - {name: one, addresses: [10.0.0.1/8, 8.8.8.8, '2001:db8::1']}\n    - 7\n"
        "    - {name: two, addresses: [7]}\n  wsus-egress:clients: 7\n"
        "  wsus-egress:extraEndpoints:\n"
        "    - {pattern: 'a.*.com'}\n    - {pattern: 7}\n    - {pattern: a.example.com}\n"
    )

    result = run("check", write(files={CONFIG: text}))

    assert 2 == result.exit_code
    for part in ("moode", "host bits", "8.8.8.8 is an Internet", "'a.*.com' has a wildcard"):
        assert part in result.stderr


def test_a_long_chain_of_lists(write: Callable[..., Path]) -> None:
    """However many lists include one another in a row, they are read; a circle of them is one problem."""

    def chain(last: str) -> dict[str, str]:
        return {
            f"config/endpoints/l{n}.yaml": f"title: x\nincludes: [{f'l{n + 1}' if n < 1199 else last}]\n"
            for n in range(1200)
        }

    folder = write(files=chain("good")) / "config/endpoints"
    assert 1 == len(resolve(load_lists(folder, "config/endpoints"), ["l0"]))
    write(files=chain("l0"))
    with pytest.raises(PolicyErrors) as caught:
        load_lists(folder, "config/endpoints")
    (problem,) = caught.value.problems
    assert ("config/endpoints/l1199.yaml:2", "remove one") == (
        str(problem.location),
        problem.instead,
    )
    assert problem.what.startswith("lists include each other: l0 -> l1 -> l2 -> ")


def test_problems_that_differ_at_their_end() -> None:
    """The order is that of all that is printed, whatever order they were found in."""
    problems = [Problem(None, ("path",), "what", instead) for instead in ("a", "b", "c", "d")]
    assert problems == list(PolicyErrors(reversed(problems)).problems)


def test_settings_that_are_no_mapping() -> None:
    """Where there are no settings at all, the shape alone is the problem."""
    with pytest.raises(PolicyErrors) as caught:
        build_environment("x", [], {}, lambda _: None)

    assert 1 == len(caught.value.problems)


def test_a_list_name_goes_into_rules(
    write: Callable[..., Path], run: Callable[..., Result]
) -> None:
    """A file name that could break out of a rule's message is refused."""
    name = 'config/endpoints/x"; sid:1;.yaml'

    result = run("check", write(files={name: "title: A list\n"}))

    expected = (
        f"{name}:1: 'x\"; sid:1;' is not a usable list name; use lower-case letters, digits and "
        "hyphens"
    )
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, expected)


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        (b"Pulumi.x\x01.yaml", "'config/Pulumi.x\\x01.yaml'"),
        (b"Pulumi.\x1b]0;t\x07.yaml", "'config/Pulumi.\\x1b]0;t\\x07.yaml'"),
        (b"Pulumi.x\xff.yaml", "'config/Pulumi.x\\udcff.yaml'"),
        (b"Pulumi.b\xc3\xbcro.yaml", "'config/Pulumi.b\\xfcro.yaml'"),
        (b"Pulumi.a\nb.yaml", "'config/Pulumi.a\\nb.yaml'"),
        (b"Pulumi..yaml", "'config/Pulumi..yaml'"),
        (b"Pulumi." + b"x" * 101 + b".yaml", f"'config/Pulumi.{'x' * 101}.yaml'"),
    ],
)
@pytest.mark.parametrize("command", ["check", "preview", "report"])
def test_an_environment_is_a_stacks_name(
    write: Callable[..., Path], run: Callable[..., Result], command: str, file: bytes, shown: str
) -> None:
    """A file whose name is no stack's is refused, escaped, by every command; none is written."""
    project = write()
    config = os.fsencode(project / "config")
    Path(os.fsdecode(os.path.join(config, file))).write_text("config: {}\n")  # noqa: PTH118 - bytes
    output = project / "page.html"

    result = run(command, project, *(["-o", str(output)] if command == "report" else []))

    assert_one(
        result,
        f"{shown} names no stack: Pulumi takes 1 to 100 of letters, digits, '_', '.', '-'; rename the "
        "file, or remove it",
    )
    assert ["config"] == sorted(path.name for path in project.iterdir())
    assert ("x",) == environment_names(project)
