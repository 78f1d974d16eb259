"""Serve one stand-in to the engine that started it: prints a port, ends with its engine."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from typing import Final

import grpc

from providers import world
from providers.faults import VARIABLE, FaultError, planned
from providers.proto import load_without_sdk
from providers.store import Store

CLOUDS: Final = {"aws": "providers.aws", "azure-native": "providers.azure"}
_ANY_SIZE: Final = -1  # A rule collection group may hold 2 MB; gRPC's own limit is 4 MB a message.


def main(arguments: list[str]) -> int:
    """Serve the cloud that the first argument names, as the version that the second says."""
    if not arguments or arguments[0] not in CLOUDS:
        print(f"say which stand-in: {', '.join(CLOUDS)}", file=sys.stderr)
        return 2
    try:
        fault = planned()
    except FaultError as error:
        print(f"{VARIABLE}: {error}", file=sys.stderr)
        return 2
    load_without_sdk()
    from pulumi.runtime.proto import provider_pb2_grpc  # noqa: PLC0415 - only now, without the SDK.

    from providers.protocol import StandIn  # noqa: PLC0415

    cloud = import_module(CLOUDS[arguments[0]]).CLOUD
    if len(arguments) > 1:
        cloud = replace(cloud, version=arguments[1])
    server = grpc.server(
        ThreadPoolExecutor(max_workers=8),
        options=[
            ("grpc.max_receive_message_length", _ANY_SIZE),
            ("grpc.max_send_message_length", _ANY_SIZE),
        ],
    )
    servicer = StandIn(cloud, Store(cloud.provider), world.load(), fault)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    _wait_for_the_engine_to_end()
    server.stop(grace=1).wait()
    return 0


def _wait_for_the_engine_to_end() -> None:
    # An engine that is killed cannot stop its providers; an orphan has another parent.
    engine = os.getppid()
    try:
        while os.getppid() == engine:
            time.sleep(0.5)
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
