"""A firewall policy's default actions, written as rules that follow every other rule.

AWS does not publish how it carries them out. These rules reproduce what its developer guide says of
them ("Evaluation order for stateful rules", read 2026-11): the application-layer action waits until
the client has sent a whole ClientHello or the headers of a request, the other one does not.
"""

from __future__ import annotations

from collections.abc import Iterable

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
_RULES = {
    "aws:drop_established_app_layer_to_server": _APP_LAYER,
    "aws:drop_established": _ESTABLISHED,
    # Logging decides nothing.
    "aws:alert_established_app_layer_to_server": (),
    "aws:alert_established": (),
}


def rules(actions: Iterable[str]) -> str:
    """The rules that stand for default actions.

    Raises:
        KeyError: For an action that is not reproduced here.
    """
    drops = [rule for action in actions for rule in _RULES[action]]
    return "".join(
        f"drop {rule}{'' if rule.endswith('(') else '; '}"
        f'msg:"default action"; sid:{FIRST_SID + number};)\n'
        for number, rule in enumerate(drops)
    )
