"""What Windows' error codes say of the way to a host: answered, or not.

Values are those of winerror.h, wuerror.h and bitsmsg.h; which of them a firewall causes is our reading. A client that got an
answer was not blocked, whatever the answer. Except by 407, which a proxy gives, and 470, which Azure Firewall gives
for HTTP that no rule allows (Azure Firewall's own status; http.dev/470, 2026-11).
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Answered: TypeAlias = Literal["blocked", "allowed"]

_TIME_OUT: Final = "no answer in time: a firewall that drops, or no route"
_RESET: Final = "the connection was cut: a firewall that resets it, or TLS settings"
_TLS: Final = (
    "TLS failed after an answer: clock, certificate chain, revocation, or a firewall that inspects"
)
_PROXY: Final = "a proxy wants credentials"
_PAGE: Final = (
    "the answer is not the server's: a proxy's or firewall's page, as Azure Firewall's status 470"
)
_REVOCATION: Final = (
    "the certificate's revocation could not be checked; see the list certificate-validation"
)

# By code: what became of the request, None where the code does not say, and in words.
_CODES: Final[dict[int, tuple[Answered | None, str]]] = {
    0x80072EE2: ("blocked", _TIME_OUT),
    0x80072EE7: (
        "blocked",
        "the name was not resolved: a DNS firewall, the resolver, or a proxy's name",
    ),
    0x8024402C: ("blocked", "the proxy's or the server's name was not resolved"),
    0x80072EFD: ("blocked", "no connection: a security group, a network rule, or a closed port"),
    0x80072EFE: ("blocked", _RESET),
    0x80072EFF: ("blocked", _RESET),
    0x80072F78: ("blocked", _PAGE),
    0x80072F8F: ("allowed", _TLS),
    0x80072F7D: ("allowed", _TLS),
    0x80072F06: ("allowed", _TLS),
    0x80072F05: ("allowed", _TLS),
    0x80072F0D: ("allowed", _TLS),
    0x80072F19: ("allowed", _REVOCATION),
    0x80240438: ("blocked", "no route or no network to the host"),
    0x8024401B: ("blocked", _PROXY),
    0x8024401C: ("blocked", _TIME_OUT),
    0x8024402B: ("blocked", _PAGE),
    0x8024402F: (None, "one of several requests failed; look above in the log"),
    0x80244007: ("allowed", "the server or the client, not the network"),
    0x80244010: ("allowed", "the server or the client, not the network"),
    0x80200010: ("blocked", "the machine has no network"),
    0x80200013: ("allowed", "the server, or a proxy in between, refuses ranges"),
    0x80D02002: ("blocked", "Delivery Optimization got nothing in time"),
    0x800B010E: ("allowed", _REVOCATION),
    0x80092012: ("allowed", _REVOCATION),
    0x80092013: ("allowed", _REVOCATION),
    0x8007274C: ("blocked", _TIME_OUT),
    0x8007274D: ("blocked", "refused: nothing listens there, or a firewall resets"),
    0x80072746: ("blocked", _RESET),
    0x8007271D: ("blocked", "forbidden by this machine's own firewall"),
}
# WU_E_PT_HTTP_STATUS_BAD_REQUEST to ..._GATEWAY_TIMEOUT: an HTTP status each (wuerror.h).
_STATUSES: Final = range(0x80244016, 0x80244024)
# An HTTP status in the last three hexadecimal digits: BG_E_HTTP_ERROR_400 and on (bitsmsg.h), and what
# PatchDownloader makes of it.
_WITH_STATUS: Final = (0x80190000, 0x80070000)
_PROXY_STATUS: Final = 407
_AZURE_STATUS: Final = 470


def code_of(text: str) -> int | None:
    """A code as logs write it: `0x80072EE2`, `80072ee2`, `-2147012894`, `2147954402` or `12002`."""
    try:
        if text[:2].lower() == "0x" or (len(text) == 8 and text[0] == "8"):
            return int(text, 16)
        value = int(text)
    except ValueError:
        return None
    if 10_000 <= value < 13_000:  # WinINet's and the sockets' own numbers
        return 0x80070000 + value
    return value % 2**32


def status_outcome(status: int) -> Answered:
    """What an HTTP status says."""
    return "blocked" if status in {_PROXY_STATUS, _AZURE_STATUS} else "allowed"


def outcome_of(code: int) -> Answered | None:
    """What became of the request; None where the code does not say."""
    if code == 0:
        return "allowed"
    if code in _CODES:
        return _CODES[code][0]
    if code in _STATUSES:
        return "allowed"
    status = code & 0xFFFF
    if code - status in _WITH_STATUS and 400 <= status < 600:
        return status_outcome(status)
    return None


def words_of(detail: str) -> str:
    """What a record's `detail` means, in words; the detail itself where nothing is known."""
    code = code_of(detail) if detail[:2] == "0x" else None
    if code is None:
        return detail
    if code in _CODES:
        return f"{detail}: {_CODES[code][1]}"
    status = code & 0xFFFF
    if code - status in _WITH_STATUS and 400 <= status < 600:
        return f"{detail}: {_PAGE if status == _AZURE_STATUS else _PROXY if status == _PROXY_STATUS else f'answered with HTTP status {status}'}"
    return detail


def detail_of(code: int) -> str:
    """How a code is kept in a record: `0x80072EE2`."""
    return f"0x{code:08X}"
