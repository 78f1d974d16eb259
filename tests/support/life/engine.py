"""Runs the real engine on a stack, with the program and the stand-ins in a forked process.

An engine that starts them itself waits for Python to import two SDKs and moto, each time. Here the
parent has imported them, and each run forks it: the program runs as an inline one of Pulumi's
Automation API does, and the engine attaches to the stand-ins by `PULUMI_DEBUG_PROVIDERS`.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from env import private_engine
from providers import world
from providers.aws import CLOUD as AWS
from providers.azure import CLOUD as AZURE
from providers.faults import Fault
from providers.store import Store

STACK: Final = "life"
_SECONDS: Final = 120
_LOADED: Final = (
    "wsus_egress.program", "wsus_egress.aws", "wsus_egress.azure",
    "pulumi.automation", "pulumi_aws.ec2", "pulumi_aws.vpc", "pulumi_aws.networkfirewall",
    "pulumi_azure_native.network",
    "moto.ec2.models", "cfnlint.jsonschema", "cfnlint.schema.manager", "azure.mgmt.network.models",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """How a run of the engine ended, and what it printed."""

    status: int
    said: str


def load() -> None:
    """Import what every run needs; before the first fork."""
    for module in _LOADED:
        importlib.import_module(module)


def run(folder: Path, *arguments: str, fault: Fault | None = None) -> Done:
    """One run of the engine on the stack in a folder, which has `project`, `state` and `cloud`."""
    answer = folder / "done.json"
    answer.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        try:
            done = _in_child(folder, arguments, fault)
            answer.write_text(json.dumps([done.status, done.said]), encoding="utf-8")
        except BaseException:  # noqa: BLE001 - nothing of the parent may run in the child.
            answer.write_text(json.dumps([-1, traceback.format_exc()]), encoding="utf-8")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    status, said = json.loads(answer.read_text(encoding="utf-8"))
    return Done(status, said)


def _in_child(folder: Path, arguments: Sequence[str], fault: Fault | None) -> Done:
    import grpc  # noqa: PLC0415 - a process that has used gRPC must not fork.
    from pulumi.automation._server import LanguageServer  # noqa: PLC0415
    from pulumi.runtime.proto import language_pb2_grpc, provider_pb2_grpc  # noqa: PLC0415

    from providers.protocol import StandIn  # noqa: PLC0415

    environment = private_engine(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder / "project")
    servers, ports = [], {}
    engine: list[subprocess.Popen[str]] = []
    for cloud in AWS, AZURE:
        server = grpc.server(ThreadPoolExecutor(max_workers=8))
        store = Store(cloud.provider, folder / "cloud")
        stand_in = StandIn(cloud, store, world.load(), fault, lambda _: engine[0].kill())
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(stand_in, server)
        ports[cloud.provider] = server.add_insecure_port("127.0.0.1:0")
        servers.append(server)
    language = grpc.server(ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(_program), language)
    client = language.add_insecure_port("127.0.0.1:0")
    for server in (*servers, language):
        server.start()
    attached = ",".join(f"{name}:{port}" for name, port in ports.items())
    inline = [f"--client=127.0.0.1:{client}", "--exec-kind", "auto.inline"]
    command = ["pulumi", *arguments, "--stack", STACK, "--non-interactive", "--color", "never"]
    with subprocess.Popen(
        # Neither an import nor a cancel runs a program.
        [*command, *(inline if arguments[0] not in {"import", "cancel"} else ())],
        env=environment | {"PULUMI_DEBUG_PROVIDERS": attached},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        engine.append(process)
        said, _ = process.communicate(timeout=_SECONDS)
    return Done(process.returncode, said)


def _program() -> None:
    from wsus_egress.program import run as deploy  # noqa: PLC0415 - the parent has it.

    deploy()
