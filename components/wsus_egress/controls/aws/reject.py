"""The rules that end a firewall policy where it rejects: what no rule admits is reset at once.

A default action drops, and a client waits for its time-out: CryptoAPI for a revocation list, Delivery
Optimization for a cache by its address. These rules answer with a TCP reset instead, as the "egress
default block rules" of AWS's guide do (aws/aws-security-services-best-practices, guides/network-firewall,
read 2026-11). They wait for the name as the default action does, which stays behind them: for UDP, for
other sources, and for what these rules do not see.
"""

from __future__ import annotations

from typing import Final

from wsus_egress.controls.aws.suricata import SOURCES

_FLOW: Final = f"${SOURCES} any -> $EXTERNAL_NET any"
# A ClientHello has its fingerprint, and a request the end of its headers, only when all of it is there;
# the last one waits until it is known what is spoken. Ids below a million are not those of names.
REJECT_RULES: Final = (
    f'reject tls {_FLOW} (msg:"wsus-egress rejects TLS"; ssl_state:client_hello; ja4.hash; content:"_"; '
    "flow:to_server, established; sid:900001; rev:1;)\n"
    f'reject http {_FLOW} (msg:"wsus-egress rejects HTTP"; http.header_names; content:"|0d 0a|"; '
    "startswith; flow:to_server, established; sid:900002; rev:1;)\n"
    f'reject tcp {_FLOW} (msg:"wsus-egress rejects TCP"; app-layer-protocol:!tls; '
    "app-layer-protocol:!http; flow:to_server, established; sid:900003; rev:1;)\n"
)
CAPACITY: Final = 10
"""What the group reserves: a unit a rule, and head room."""
