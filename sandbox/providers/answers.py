"""Turns a refusal of a cloud into the gRPC error that the engine prints, or keeps."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NoReturn

import grpc
from google.protobuf.any_pb2 import Any as Packed
from pulumi.runtime.proto import provider_pb2, status_pb2

from providers.errors import CloudError
from providers.faults import HalfMadeError
from providers.store import StoreError
from providers.wire import encode


class refusals:  # noqa: N801 - used as a statement.
    """Turns a refusal into the gRPC error that the engine prints."""

    def __init__(self, context: Any, doing: str, secrets: Collection[str] = ()) -> None:
        """Refusals while `doing`; `secrets` are the properties that stay secret."""
        self._context, self._doing, self._secrets = context, doing, secrets

    def __enter__(self) -> None:
        """Nothing to open."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """The refusal in one line, without a traceback."""
        if isinstance(error, HalfMadeError):
            self._keep(error)
        if isinstance(error, CloudError | StoreError):
            abort(self._context, f"{self._doing}: {error}")

    def _keep(self, error: HalfMadeError) -> None:
        # The engine keeps a resource whose create or update says what exists.
        reason = f"{self._doing}: {error}"
        detail = Packed()
        detail.Pack(
            provider_pb2.ErrorResourceInitFailed(
                id=error.id, properties=encode(error.outputs, self._secrets), reasons=[reason]
            )
        )
        code = grpc.StatusCode.UNKNOWN.value[0]
        status = status_pb2.Status(code=code, message=reason, details=[detail])
        self._context.set_trailing_metadata(
            [("grpc-status-details-bin", status.SerializeToString())]
        )
        abort(self._context, reason)


def abort(context: Any, message: str) -> NoReturn:
    """End the call with a message."""
    context.abort(grpc.StatusCode.UNKNOWN, message)
    raise AssertionError  # `abort` does not return.
