"""AWS services as the SDK names them, and how each words a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from providers.errors import CloudError, Problem, aws_error, service_error
from providers.evidence import believed


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its name in the SDK's errors, and its code for a bad request."""

    name: str
    bad_request: str

    @believed("how the SDK words an error: with the operation, and its code where a model names it")
    def refusal(self, operation: str, message: str, code: str = "") -> CloudError:
        """The answer to an operation."""
        if self is EC2:
            return aws_error(operation, code or self.bad_request, message)
        return service_error(self.name, operation, code or self.bad_request, message)

    def problem(self, path: str, message: str) -> Problem:
        """The answer, before the operation, with the property at fault."""
        return Problem(path, f"{self.bad_request}: {message}")

    def constraint(self, path: str, value: object, must: str) -> Problem:
        """A value that the service's own model refuses, as every AWS service words it."""
        shown = f"Value '{value}'" if len(str(value)) <= _SHOWN else "Value"
        return self.problem(
            path,
            f"1 validation error detected: {shown} at '{path}' failed to satisfy constraint: "
            f"Member must {must}",
        )


_SHOWN: Final = 200

EC2: Final = Service("EC2", "InvalidParameterValue")
FMS: Final = Service("FMS", "InvalidInputException")
LOGS: Final = Service("CloudWatch Logs", "InvalidParameterException")
NETWORK_FIREWALL: Final = Service("Network Firewall", "InvalidRequestException")
RAM: Final = Service("RAM", "InvalidParameterException")
RESOLVER: Final = Service("Route53Resolver", "ValidationException")
