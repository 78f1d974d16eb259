"""A firewall policy in strict order, judged: Suricata says which rule fits which packet.

Suricata itself sorts rules by action, so it cannot run a `drop` before a `pass`. Here every rule is an
`alert` to it, and what it reports is put in AWS's order: at each packet the first rule that fits
decides ("Evaluation order for stateful rules", developer guide, read 2026-11). Whether a rule decides
for the whole connection or for one packet is Suricata's own word too, in its analysis of the rules
(`detect-engine-alert.c` and `signature_properties`, Suricata 7.0.10: a packet rule's for the packet).
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import default_action
from conversation import Conversation
from packets import capture, tcp_connection, udp_datagrams
from replay import Deployment, JudgeError, Suricata, Verdict

_FIRST_PORT: Final = 1024
_STRICT: Final = "aws:drop_strict"
_SETTINGS: Final = """\
%YAML 1.1
---
vars:
  address-groups:
{groups}
classification-file: {work}/none
reference-config-file: {work}/none
threshold-file: {work}/none
logging: {{default-log-level: error, outputs: [{{console: {{enabled: yes}}}}]}}
engine-analysis: {{rules-fast-pattern: no, rules: yes}}
packet-alert-max: 250
outputs:
  - eve-log: {{enabled: yes, filetype: regular, filename: eve.json, types: [{{alert: {{metadata: no}}}}]}}
app-layer:
  protocols:
    tls: {{enabled: yes, ja3-fingerprints: yes}}
    http: {{enabled: yes}}
    ssh: {{enabled: yes}}
flow: {{memcap: 1gb, hash-size: 131072, prealloc: 1000}}
stream: {{memcap: 1gb, reassembly: {{memcap: 1gb}}}}
exception-policy: ignore
"""
_EVENT: Final = re.compile(r'"pcap_cnt":(\d+).*?"signature_id":(\d+)')
_RULE: Final = re.compile(r"^\s*([a-z]+) (.*)\bsid:\s*(\d+)\s*;(.*)$")
# What Suricata's analysis calls rules that are asked packet by packet; all others are for a connection.
_OF_PACKETS: Final = ("pkt", "de_only")


def verdicts(
    suricata: Suricata, deployment: Deployment, conversations: Sequence[Conversation]
) -> list[Verdict]:
    """What becomes of each conversation, in their order.

    Args:
        suricata: Says which rule fits.
        deployment: All rules in the order of the policy.
        conversations: At most 60,000.

    Raises:
        JudgeError: When Suricata refuses the rules.
    """
    actions = [
        each for each in deployment.default_actions if each != _STRICT and "alert" not in each
    ]
    lines = [*deployment.rules.splitlines(), *default_action.rules(actions).splitlines()]
    rules = [found for line in lines if (found := _RULE.match(line))]
    text = "".join(
        f"alert {rule[2].replace(' alert;', '')}sid:{number};{rule[4]}\n"
        for number, rule in enumerate(rules, start=1)
    )
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _prepare(work, deployment, text)
        _run(suricata, work, "--engine-analysis")
        analysed = (work / "rules.json").read_text(encoding="utf-8").splitlines()
        kinds = {each["id"]: each["type"] for each in map(json.loads, analysed)}
        packets, ends = [], []
        for conversation in _packets(conversations):
            packets += conversation
            ends.append(len(packets))
        (work / "flows.pcap").write_bytes(capture(packets))
        _run(
            suricata,
            work,
            "-r",
            f"{work}/flows.pcap",
            "--runmode",
            "single",
            "--simulate-ips",
            "-k",
            "none",
        )
        fitting: dict[int, set[int]] = {}
        with (work / "eve.json").open(encoding="utf-8") as events:
            for event in events:
                if match := _EVENT.search(event):
                    fitting.setdefault(int(match[1]), set()).add(int(match[2]))
    judged, begin = [], 0
    said = [(rule[1], kinds[number] not in _OF_PACKETS) for number, rule in enumerate(rules, 1)]
    drops_rest = _STRICT in deployment.default_actions
    for end in ends:
        fits = [min(fitting[n]) if n in fitting else 0 for n in range(begin + 1, end + 1)]
        judged.append(_decided(fits, said, drops_rest=drops_rest))
        begin = end
    return judged


def _decided(fits: Sequence[int], said: Sequence[tuple[str, bool]], *, drops_rest: bool) -> Verdict:
    """What becomes of a connection: `fits` is the first rule that fits each packet, 0 for none."""
    verdict = Verdict.UNTOUCHED
    for number in fits:
        if not number:
            if drops_rest:
                return Verdict.DROPPED
            continue
        action, whole = said[number - 1]
        if action != "pass":
            return Verdict.DROPPED
        verdict = Verdict.PASSED
        if whole:
            return verdict
    return verdict


def _prepare(work: Path, deployment: Deployment, text: str) -> None:
    groups = {
        "HOME_NET": f"[{','.join(deployment.home_net)}]",
        "EXTERNAL_NET": "!$HOME_NET",
        **{name: f"[{','.join(members)}]" for name, members in deployment.ip_sets.items()},
    }
    shown = "\n".join(f'    {name}: "{members}"' for name, members in groups.items())
    (work / "suricata.yaml").write_text(_SETTINGS.format(groups=shown, work=work), encoding="utf-8")
    (work / "rules").write_text(text, encoding="utf-8")
    (work / "none").touch()


def _run(suricata: Suricata, work: Path, *options: str) -> None:
    files = [
        "--init-errors-fatal",
        "-c",
        f"{work}/suricata.yaml",
        "-S",
        f"{work}/rules",
        "-l",
        str(work),
    ]
    answer = subprocess.run(
        [suricata.program, *files, *options],
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    if answer.returncode != 0:
        raise JudgeError(answer.stderr or answer.stdout)


def _packets(conversations: Sequence[Conversation]) -> Iterator[list[bytes]]:
    for client_port, conversation in enumerate(conversations, _FIRST_PORT):
        flow = conversation.flow
        send = tcp_connection if flow.protocol == "tcp" else udp_datagrams
        client, server = (flow.source, client_port), (flow.destination, flow.port)
        yield list(send(client, server, conversation.messages))
