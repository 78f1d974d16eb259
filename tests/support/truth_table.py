"""URLs and what every part of the project says of them: the page of the report answers alike."""

from __future__ import annotations

ENTRY = "  - {{pattern: '{}', schemes: [{}], purpose: x, source: x, date: 2026-11-01}}\n"
LIST = "title: A list\nendpoints:\n" + "".join(
    ENTRY.format(pattern, schemes)
    for pattern, schemes in (
        ("*.windowsupdate.com", "http"),
        ("download.microsoft.com", "https"),
        ("*.bücher.example", "http, https"),
    )
)
CONFIG = """\
config:
  wsus-egress:lists: [good]
  wsus-egress:schemes: as-listed
  wsus-egress:servers:
    - {name: one, addresses: [10.20.0.10]}
  wsus-egress:azure:
    resourceGroup: rg
    location: westeurope
    addressSpace: [10.20.0.0/16]
    destinations: list
    firewallPolicy: {name: afwp}
"""

TABLE = {
    "a host below": ("http://a.windowsupdate.com/", "allow"),
    "a deep label": ("http://a.b.c.d.windowsupdate.com/", "allow"),
    "the apex": ("http://windowsupdate.com/", "deny"),
    "a look-alike suffix": ("http://evilwindowsupdate.com/", "deny"),
    "a look-alike suffix below": ("http://a.evilwindowsupdate.com/", "deny"),
    "a look-alike prefix": ("http://a.windowsupdate.com.evil.com/", "deny"),
    "a host of its own": ("https://download.microsoft.com/a?b#c", "allow"),
    "below a host of its own": ("https://a.download.microsoft.com/", "deny"),
    "upper case": ("HTTP://A.WindowsUpdate.COM/", "allow"),
    "a trailing dot": ("https://download.microsoft.com./", "allow"),
    "two trailing dots": ("http://a.windowsupdate.com../", "deny"),
    "an IPv4 literal": ("https://203.0.113.80/", "deny"),
    "an IPv6 literal": ("https://[2001:db8::80]/", "deny"),
    "a number before the last label": ("http://10.1.windowsupdate.com/", "allow"),
    "a label that is nearly a number": ("http://windowsupdate.0x7g/", "deny"),
    "an international name": ("http://a.bücher.example/", "allow"),
    "its A-label": ("https://a.xn--bcher-kva.example/", "allow"),
    "a homograph": ("http://a.w\u0456ndowsupdate.com/", "deny"),
    "the user-info trick": ("https://windowsupdate.com@evil.com/", "deny"),
    "the user-info trick with a port": ("http://a.windowsupdate.com:80@evil.com/", "deny"),
    "user information": ("http://evil.com@a.windowsupdate.com/", "allow"),
    "the usual port": ("http://a.windowsupdate.com:80/", "allow"),
    "a wrong port": ("http://a.windowsupdate.com:8080/", "deny"),
    "a wrong port with TLS": ("https://download.microsoft.com:8443/", "deny"),
    "a wrong scheme": ("https://a.windowsupdate.com/", "deny"),
    "another wrong scheme": ("http://download.microsoft.com/", "deny"),
    "HTTP on 443": ("http://download.microsoft.com:443/", "deny"),
    "TLS on 80": ("https://a.windowsupdate.com:80/", "deny"),
    "a WebSocket": ("wss://download.microsoft.com/", "allow"),
    "FTP": ("ftp://a.windowsupdate.com/", "deny"),
    "FTP on 80": ("ftp://a.windowsupdate.com:80/", "deny"),
    "an underscore": ("http://a_b.windowsupdate.com/", "allow"),
    "an invalid A-label": ("http://xn--dl.windowsupdate.com/", "allow"),
    "an international label that has no A-label": ("http://\u2615.windowsupdate.com/", "allow"),
    "such a label, and one that is listed": ("http://a,b.bücher.example/", "allow"),
    "other octets": ("http://a,b!c(d).windowsupdate.com/", "allow"),
    "hyphens at the edges": ("http://-a-.windowsupdate.com/", "allow"),
    "a label that is too long": (f"http://{'x' * 64}.windowsupdate.com/", "allow"),
    "braces in a path": (
        "http://a.windowsupdate.com/SLS/{9482F4B4}/x64/0?CH=253&L=en-US",
        "allow",
    ),
    "braces in a query": ("http://a.windowsupdate.com?a={b|c}", "allow"),
    "an empty label below": ("http://a..windowsupdate.com/", "allow"),
    "an empty label alone": ("http://.windowsupdate.com/", "deny"),
    "an empty label in the domain": ("http://a.windowsupdate..com/", "deny"),
    "other octets in the domain": ("http://a.windows,update.com/", "deny"),
    "an octet after the domain": ("http://a.windowsupdate.com!/", "deny"),
    "an octet after a host of its own": ("https://download.microsoft.com!/", "deny"),
    "an octet before a host of its own": ("https://!download.microsoft.com/", "deny"),
}

_NUMBER = (
    " has a host that ends in a number but is not an address, which some programs read as one; write the "
    "address as 192.0.2.1"
)
_PERCENT = "has a '%' in its host, which some programs decode and others send; write the host as it is sent"
NUMBERS = ("http://3405803856/", "http://10.1/", "http://2130706433/", "http://0x7f.1/", "http://0x/",
           "http://0X7F000001/", "http://010.0.0.1/", "http://10.0.0.1./", "http://256.256.256.256/",
           "http://1.2.3.4.5/", "http://a.windowsupdate.com.1/", "https://10\u30021/", "https://10\uff0e1/",
           "https://\uff11\uff10.\uff11/", "https://%31%30.%31/", "https://user@10.1:443/",
           "ftp://10.1/", "wss://0x7f.0x1/")  # fmt: skip

REFUSED = {
    **dict.fromkeys(NUMBERS, _NUMBER),
    "http://a.windowsupdate.com\\@evil.com/": "has '\\\\' in it; write it percent-encoded",
    "http://a.windowsupdate.com\t/": "has '\\t' in it; write it percent-encoded",
    "http://a b.com/": "has ' ' in it; write it percent-encoded",
    "http://{a}.windowsupdate.com/": "has '{' in it; write it percent-encoded",
    "http://a.windowsupdate.com|b/": "has '|' in it; write it percent-encoded",
    "http://a.windowsupdate.com:99999/": "is not a URL: Port out of range 0-65535",
    "http://[::1/": "is not a URL: Invalid IPv6 URL",
    "http:///path": "has no host; write one after the two slashes",
    "http://a.windowsupdate.com:0/": "has port 0, to which nothing can connect",
    "//a.windowsupdate.com": "is neither a URL nor a host; write https:// and the host",
    "mailto:a@windowsupdate.com": "is neither a URL nor a host; write https:// and the host",
    "http://a%2ewindowsupdate.com/": _PERCENT,
    "http://a%.windowsupdate.com/": _PERCENT,
    f"http://{'.'.join(['x' * 60] * 5)}/": "has a host of more than 253 octets, which no name can have",
    "gopher://a.com/": ": the scheme 'gopher' is unknown; the choices are ftp, http, https, "
    "ssh, ws, wss",
}
