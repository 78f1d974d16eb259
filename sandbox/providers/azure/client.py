"""What the `azure-native` provider does about a bad answer of Azure, and how Azure words those."""

from __future__ import annotations

from typing import Final

from providers.errors import azure_text
from providers.evidence import believed, written
from providers.faults import Answer, Client

_CODES: Final = {
    "throttled": ("TooManyRequests", "The request is being throttled.", True),
    "conflict": (
        "AnotherOperationInProgress",
        "Another operation on this or dependent resource is in progress.",
        True,
    ),
    "expired": ("ExpiredAuthenticationToken", "The access token has expired.", False),
    "denied": (
        "AuthorizationFailed",
        "The client does not have authorization to perform this action over the scope.",
        False,
    ),
    "quota": ("QuotaExceeded", "The subscription has reached a quota of this resource.", False),
    "partial": ("InternalServerError", "The operation failed after it had begun.", False),
    "late": ("ResourceNotFound", "The resource was not found.", False),
}


@written(
    "the client asks again after 408, 429 and 5xx, after a connection that failed, and of the conflicts only "
    "after AnotherOperationInProgress",
    "pulumi/pulumi-azure-native, provider/pkg/azure/client_azcore.go: ShouldRetry, shouldRetryConflict",
    "2026-11-30",
)
def _answer(fault: str, step: str, type_name: str) -> Answer:
    if fault == "cut":
        request = {"read": "Get", "delete": "Delete"}.get(step, "Put")
        return Answer(
            f'{request} "https://management.azure.com/": connection reset by peer', again=True
        )
    return _refusal(fault, type_name)


@believed("how Azure words a bad answer")
def _refusal(fault: str, type_name: str) -> Answer:
    code, message, again = _CODES[fault]
    return Answer(azure_text(code, f"{message} ({type_name.rsplit(':', 1)[-1]})"), again)


@written(
    "the last answer is passed on as it is",
    "pulumi/pulumi-azure-native, provider/pkg/azure/client_azcore.go: putOrPatch",
    "2026-11-30",
)
def _gives_up(attempts: int, text: str) -> str:  # noqa: ARG001 - Azure's client does not say it.
    return text


@written(
    "a request is sent up to four times, and one that is sent again overwrites what the first one made",
    "pulumi/pulumi-azure-native, provider/pkg/azure/client_azcore.go: initPipelineOpts, putOrPatch",
    "2026-11-30",
)
@written(
    "a create that cannot be read afterwards is a warning; one whose operation failed keeps what exists",
    "pulumi/pulumi-azure-native, provider/pkg/provider/provider.go: readAfterWrite, defaultCreate",
    "2026-11-30",
)
@written(
    "an update that Azure refuses leaves the state as it was",
    "pulumi/pulumi-azure-native, provider/pkg/provider/provider.go: Update returns a plain error",
    "2026-11-30",
)
def _client() -> Client:
    return Client(
        attempts=4,
        answer=_answer,
        gives_up=_gives_up,
        upserts=True,
        waits=False,
        keeps_proposed=False,
    )


CLIENT: Final = _client()
