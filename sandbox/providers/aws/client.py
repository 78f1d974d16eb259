"""What the `aws` provider does about a bad answer of AWS, and how the services word those."""

from __future__ import annotations

from typing import Final

from providers.aws.service import EC2, FMS, LOGS, NETWORK_FIREWALL, RAM, RESOLVER, Service
from providers.evidence import believed, written
from providers.faults import Answer, Client

_SERVICES: Final = {
    "networkfirewall": NETWORK_FIREWALL,
    "route53": RESOLVER,
    "cloudwatch": LOGS,
    "ram": RAM,
    "fms": FMS,
}
_CODES: Final = {
    "throttled": ("ThrottlingException", "Rate exceeded"),
    "expired": (
        "ExpiredTokenException",
        "The security token included in the request is expired",
    ),
    "denied": (
        "AccessDeniedException",
        "You are not authorized to perform this operation",
    ),
    "quota": ("LimitExceededException", "The account has reached a quota of this service"),
}
# EC2 words these as it worded them before there were models of errors.
_EC2_CODES: Final = {
    "throttled": ("RequestLimitExceeded", "Request limit exceeded."),
    "conflict": ("IncorrectState", "The resource is not in the right state for this request"),
    "expired": ("RequestExpired", "Request has expired."),
    "denied": ("UnauthorizedOperation", "You are not authorized to perform this operation."),
    "quota": ("ResourceLimitExceeded", "You have reached the limit of this resource"),
}
_CONFLICTS: Final = {
    NETWORK_FIREWALL: (
        "InvalidTokenException",
        "The token you provided is stale or isn't valid for the operation.",
    ),
    RESOLVER: ("ConflictException", "The requested state transition isn't valid."),
    LOGS: ("OperationAbortedException", "Multiple concurrent requests were in conflict."),
}
_RETRIED: Final = frozenset(
    {"ThrottlingException", "RequestLimitExceeded", "LimitExceededException"}
)


@written(
    "the client asks again where a code says that it was throttled, and it takes a service's "
    "LimitExceededException for one; not after an expired token, a missing permission or a conflict",
    "aws/aws-sdk-go-v2, aws/retry/standard.go: DefaultThrottleErrorCodes, DefaultRetryables",
    "2026-11-30",
)
def _answer(fault: str, step: str, type_name: str) -> Answer:
    service = _service(type_name)
    if fault == "cut":
        return Answer("request send failed, connection reset by peer", again=True)
    operation = step.capitalize() + type_name.rsplit(":", 1)[-1]
    if fault in {"partial", "late"}:
        return Answer(_waiting(service, operation, fault))
    return _refusal(service, operation, fault)


@believed("how each service words a bad answer, and that the operation has the type's name")
def _refusal(service: Service, operation: str, fault: str) -> Answer:
    if service is EC2:
        code, message = _EC2_CODES[fault]
    elif fault == "conflict":
        code, message = _CONFLICTS.get(service, ("ConflictException", "It is being changed."))
    else:
        code, message = _CODES[fault]
    return Answer(str(service.refusal(operation, message, code)), code in _RETRIED)


@believed("how the provider words that what it made did not become ready, or is not found")
def _waiting(service: Service, operation: str, fault: str) -> str:
    what = "couldn't find resource (21 retries)" if fault == "late" else "unexpected state 'FAILED'"
    return f"waiting for {service.name} {operation}: {what}"


def _service(type_name: str) -> Service:
    return _SERVICES.get(type_name.split(":")[1].split("/", maxsplit=1)[0], EC2)


@believed("how the client words that it gives up")
def _gives_up(attempts: int, text: str) -> str:
    return f"exceeded maximum number of attempts, {attempts}, {text}"


@written(
    "a request is sent up to 25 times",
    "hashicorp/terraform-provider-aws, website/docs/index.html.markdown: max_retries",
    "2026-11-30",
)
@written(
    "a create whose resource cannot be read, or does not become ready, fails and keeps the resource",
    "pulumi/pulumi-terraform-bridge, pkg/tfbridge/provider.go: Create, initializationError",
    "2026-11-30",
)
@written(
    "a failed update leaves its new values in the state, and the next `pulumi up` then changes nothing "
    "and reports success",
    "pulumi/pulumi issue 21458; pulumi-terraform-bridge, pkg/tfbridge/provider.go: Update",
    "2026-11-30",
)
def _client() -> Client:
    return Client(
        attempts=25,
        answer=_answer,
        gives_up=_gives_up,
        upserts=False,
        waits=True,
        keeps_proposed=True,
    )


CLIENT: Final = _client()
