"""The refusals of a stand-in: a problem with one property, or an error of the cloud's service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad input: `path` is the property at fault, as Pulumi writes it: `rules[1].port`."""

    path: str
    reason: str


Problems = Iterator[Problem]


class CloudError(Exception):
    """The service's refusal, in the words that the real provider would pass on."""


def aws_error(operation: str, code: str, message: str) -> CloudError:
    """An EC2 answer, as the AWS SDK words it."""
    return CloudError(f"operation error EC2: {operation}, api error {code}: {message}")


def service_error(service: str, operation: str, code: str, message: str) -> CloudError:
    """An answer of an AWS service whose model names its errors: the SDK says no `api error` then."""
    return CloudError(f"operation error {service}: {operation}, {code}: {message}")


def azure_error(code: str, message: str, target: str = "") -> CloudError:
    """An Azure Resource Manager answer, as azure-native words it."""
    return CloudError(azure_text(code, message) + (f' Target="{target}"' if target else ""))


def azure_text(code: str, message: str) -> str:
    """The code and message of an Azure answer in one line."""
    return f'Code="{code}" Message="{message}"'
