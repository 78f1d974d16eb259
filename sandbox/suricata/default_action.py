"""A firewall policy's default actions, written as rules that follow every other rule.

AWS does not publish how it carries them out. These rules reproduce what its developer guide says of
them ("Evaluation order for stateful rules", read 2026-11): the application-layer action waits until
the client has sent a whole ClientHello or the headers of a request, the other one does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

FIRST_SID = 4_200_000_000
"""Far above what rules of ours have."""

_ANY = "any any -> any any"
_APP_LAYER = (
    # The fingerprint is there only when the ClientHello is complete.
    f"tls {_ANY} (ssl_state:client_hello; ja3.hash; bsize:32; flow:established,to_server",
    # The names of the headers are there only when the last of them is; the request line is sooner.
    f'http {_ANY} (http.header_names; content:"|0d 0a|"; startswith; flow:established,to_server',
    f"tcp {_ANY} (app-layer-protocol:!tls; app-layer-protocol:!http; flow:established,to_server",
    f"udp {_ANY} (",
    f"icmp {_ANY} (",
)
_ESTABLISHED = (f"tcp {_ANY} (flow:established,to_server", f"udp {_ANY} (", f"icmp {_ANY} (")
# What each kind matches, and the number in the log: "Contents of a log" names sids 2, 4, 6 and 8. The text is that of records of
# `aws:alert_strict` and `aws:alert_established`; for the application layer no record was found (believed, by analogy, 2026-11).
_KINDS = {
    "established_app_layer_to_server": (8, _APP_LAYER),
    "established": (4, _ESTABLISHED),
}
_UNLOGGED = "default action"


def rules(actions: Iterable[str]) -> str:
    """The rules that stand for default actions; what `logged` says of their records needs both.

    Raises:
        KeyError: For an action that is not reproduced here.
    """
    chosen = tuple(actions)
    written = []
    for action in chosen:
        verb, _, kind = action.removeprefix("aws:").partition("_")
        if verb not in {"drop", "alert"} or kind not in _KINDS:
            raise KeyError(action)
        _, matches = _KINDS[kind]
        if verb == "alert" and f"aws:drop_{kind}" in chosen:
            continue  # The drop's record is this one.
        text = f"aws:alert_{kind} action" if f"aws:alert_{kind}" in chosen else _UNLOGGED
        written += [
            f'{verb} {rule}{"" if rule.endswith("(") else "; "}msg:"{text}"' for rule in matches
        ]
    return "".join(f"{rule}; sid:{FIRST_SID + number};)\n" for number, rule in enumerate(written))


def logged(alert: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the firewall's log says of a rule that matched, or None where its default action writes nothing."""
    if alert["signature_id"] < FIRST_SID:
        return dict(alert)
    if alert["signature"] == _UNLOGGED:
        return None
    kind = alert["signature"].removeprefix("aws:alert_").removesuffix(" action")
    return {**alert, "signature_id": _KINDS[kind][0]}
