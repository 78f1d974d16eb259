"""Suricata itself as the judge: flows are replayed through it, and it says what it did with each."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import default_action
from conversation import Conversation
from packets import capture, tcp_connection, udp_datagrams

_FIRST_PORT: Final = 1024
_PORTS: Final = 65536 - _FIRST_PORT
# Suricata sorts rules by action in this order. AWS's strict order takes them as they stand, which
# is the same where they stand in this order.
_ACTIONS: Final = ("pass", "drop", "reject", "alert")
_SETTINGS: Final = """\
%YAML 1.1
---
vars:
  address-groups:
{groups}
classification-file: {work}/none
reference-config-file: {work}/none
logging: {{default-log-level: warning, outputs: [{{console: {{enabled: yes}}}}]}}
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types: [{{alert: {{verdict: yes}}}}, {{drop: {{flows: start}}}}, flow]
app-layer:
  protocols:
    tls: {{enabled: yes, ja3-fingerprints: yes}}
    http: {{enabled: yes}}
# Large enough for whole captures: what does not fit would be let through without a word.
flow: {{memcap: 1gb, hash-size: 131072, prealloc: 1000}}
stream: {{memcap: 1gb, reassembly: {{memcap: 1gb}}}}
# A verdict has to come from a rule.
exception-policy: ignore
"""


class Verdict(StrEnum):
    """What became of a flow: its packets went on (`passed`, `untouched`), or one was dropped."""

    PASSED = "passed"
    DROPPED = "dropped"
    UNTOUCHED = "untouched"
    """No rule, the default action's included, said anything."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a flow.

    Attributes:
        logged: The numbers of the rules that passed it, one for each entry in the log: for rules
            with `alert` in them.
    """

    verdict: Verdict
    logged: tuple[int, ...]


class JudgeError(Exception):
    """Suricata cannot judge this: it refuses the rules, or has not seen what was sent."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a firewall would run.

    Attributes:
        rules: The rules as they are deployed, all groups in their order.
        home_net: HOME_NET; EXTERNAL_NET is everything else.
        ip_sets: The variables that rules refer to with `$`.
        default_actions: The firewall policy's stateful default actions.
    """

    rules: str
    home_net: tuple[str, ...] = ("10.0.0.0/8",)
    ip_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default_actions: tuple[str, ...] = ("aws:drop_established_app_layer_to_server",)


@dataclass(frozen=True, slots=True)
class Suricata:
    """A Suricata of the series that AWS runs."""

    program: Path

    def complaint(self, deployment: Deployment) -> str | None:
        """What Suricata has against the rules, if it does not load them."""
        with tempfile.TemporaryDirectory() as folder:
            answer = self._run(_prepare(Path(folder), deployment), "-T")
        return None if answer.returncode == 0 else answer.stderr or answer.stdout

    def verdicts(
        self, deployment: Deployment, conversations: Sequence[Conversation]
    ) -> list[Verdict]:
        """The verdicts of `outcomes`."""
        return [outcome.verdict for outcome in self.outcomes(deployment, conversations)]

    def outcomes(
        self, deployment: Deployment, conversations: Sequence[Conversation]
    ) -> list[Outcome]:
        """What becomes of each conversation, in their order.

        Raises:
            JudgeError: When Suricata refuses the rules, when it would not read them in the order in
                which AWS does, or when it did not see every flow just once.
        """
        _require_order(deployment.rules)
        found: list[Outcome] = []
        # A flow is known by its client port.
        for start in range(0, len(conversations), _PORTS):
            found += self._replay(deployment, conversations[start : start + _PORTS])
        return found

    def alerts(
        self, deployment: Deployment, conversations: Sequence[Conversation], second: int
    ) -> list[dict[str, Any]]:
        """Suricata's records of the rules that matched, in its own order.

        Args:
            deployment: What runs.
            conversations: What it sees; the first begins with port 1024, and so on.
            second: When, since 1970.

        Raises:
            JudgeError: As `outcomes`.
        """
        _require_order(deployment.rules)
        with self._events(deployment, conversations, second) as events:
            return [event for event in events if event["event_type"] == "alert"]

    def _replay(
        self, deployment: Deployment, conversations: Sequence[Conversation]
    ) -> list[Outcome]:
        passing = {
            int(sid) for sid in re.findall(r"^pass .*\bsid:(\d+)", deployment.rules, re.MULTILINE)
        }
        with self._events(deployment, conversations) as events:
            return _read(events, len(conversations), passing)

    @contextmanager
    def _events(
        self, deployment: Deployment, conversations: Sequence[Conversation], *second: int
    ) -> Iterator[Iterator[dict[str, Any]]]:
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "flows.pcap").write_bytes(capture(_packets(conversations), *second))
            options = ["-r", f"{work}/flows.pcap", "--runmode", "single", "--simulate-ips"]
            answer = self._run(_prepare(work, deployment), *options, "-k", "none")
            if answer.returncode != 0:
                raise JudgeError(answer.stderr or answer.stdout)
            with (work / "eve.json").open(encoding="utf-8") as events:
                yield map(json.loads, events)

    def _run(self, work: Path, *options: str) -> subprocess.CompletedProcess[str]:
        # Fatal errors: otherwise a rule that does not load would just be missing.
        files = [
            "--init-errors-fatal",
            "-c",
            f"{work}/suricata.yaml",
            "-S",
            f"{work}/rules",
            "-l",
            str(work),
        ]
        return subprocess.run(
            [self.program, *files, *options],
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )


def _prepare(work: Path, deployment: Deployment) -> Path:
    groups = {
        "HOME_NET": f"[{','.join(deployment.home_net)}]",
        "EXTERNAL_NET": "!$HOME_NET",
        **{name: f"[{','.join(members)}]" for name, members in deployment.ip_sets.items()},
    }
    lines = "\n".join(f'    {name}: "{members}"' for name, members in groups.items())
    (work / "suricata.yaml").write_text(_SETTINGS.format(groups=lines, work=work), encoding="utf-8")
    rules = deployment.rules.rstrip("\n")
    added = default_action.rules(deployment.default_actions)
    (work / "rules").write_text(f"{rules}\n{added}", encoding="utf-8")
    (work / "none").touch()
    return work


def _require_order(rules: str) -> None:
    actions = re.findall(r"^\s*([a-z]+)\s", rules, re.MULTILINE)
    if actions != sorted(actions, key=_ACTIONS.index):
        raise JudgeError(
            "Suricata takes pass before drop before reject before alert, and these rules stand in "
            "another order, which AWS's strict order keeps: write them in that order"
        )


def _packets(conversations: Sequence[Conversation]) -> Iterator[bytes]:
    for client_port, conversation in enumerate(conversations, _FIRST_PORT):
        flow = conversation.flow
        send = tcp_connection if flow.protocol == "tcp" else udp_datagrams
        client, server = (flow.source, client_port), (flow.destination, flow.port)
        yield from send(client, server, conversation.messages)


def _read(events: Iterator[dict[str, Any]], count: int, passing: set[int]) -> list[Outcome]:
    dropped: set[int] = set()
    logged: dict[int, list[int]] = {}
    actions: dict[int, str | None] = {}
    for event in events:
        port, kind = event["src_port"], event["event_type"]
        if kind == "alert":
            if (sid := event["alert"]["signature_id"]) in passing:
                logged.setdefault(port, []).append(sid)
        elif kind == "drop":
            _note_drop(dropped, port, event["drop"]["reason"])
        elif kind == "flow":
            if port in actions:
                raise JudgeError(f"client port {port} is two flows for Suricata")
            actions[port] = event["flow"].get("action")
    ports = range(_FIRST_PORT, _FIRST_PORT + count)
    if set(actions) != set(ports):
        raise JudgeError(f"Suricata saw {len(actions)} flows of {count}")
    found = []
    for port in ports:
        # A dropped packet stays in the capture, so what follows it may pass: any drop counts. A
        # rule that passes packet by packet leaves no mark on the flow, only in the log.
        verdict = Verdict.UNTOUCHED
        if port in dropped or actions[port] == "drop":
            verdict = Verdict.DROPPED
        elif port in logged or actions[port] == "pass":
            verdict = Verdict.PASSED
        found.append(Outcome(verdict, tuple(logged.get(port, ()))))
    return found


def _note_drop(dropped: set[int], port: int, reason: str) -> None:
    if reason == "rules":
        dropped.add(port)
    elif reason != "flow drop":  # Which is what follows a packet that was dropped.
        raise JudgeError(f"a packet from port {port} was dropped without a rule: {reason}")
