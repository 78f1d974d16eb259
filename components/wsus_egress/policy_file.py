"""A component's policy from a file, which several stacks and languages can share."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

import pulumi

from wsus_egress.args import PolicyArgs
from wsus_egress.component.checked import NOT_OF_A_POLICY
from wsus_egress.component.references import camel
from wsus_egress.config.base import parse_settings
from wsus_egress.config.settings import EnvironmentSettings
from wsus_egress.config.yamlfile import YamlFile, read_yaml
from wsus_egress.problems import PolicyErrors, Problem

_KEYS: Final = frozenset(PolicyArgs.__annotations__)


def policy_from_file(path: str | Path) -> PolicyArgs:
    """The policy that a YAML or JSON file has, in camelCase or snake_case.

    Args:
        path: The file, from the program's working directory.

    Raises:
        pulumi.RunError: When the file cannot be read, or its types are wrong, each with its line.
            What the policy means is checked by the component that gets it.
    """
    try:
        data = _read(Path(path), str(path))
    except PolicyErrors as error:
        raise pulumi.RunError(str(error)) from None
    return cast(PolicyArgs, data)


def _read(path: Path, name: str) -> Any:
    file = read_yaml(path, name)
    settings, problems = parse_settings(EnvironmentSettings, file.data, file.locate)
    if problems := [*problems, *(_others(settings, file) if settings else ())]:
        raise PolicyErrors(problems)
    return file.data


def _others(settings: EnvironmentSettings, file: YamlFile) -> list[Problem]:
    """An environment's other settings, which say where and when, not what is allowed."""
    return [
        Problem(file.locate((camel(key),)), (camel(key),), *NOT_OF_A_POLICY)
        for key in sorted(settings.model_fields_set - _KEYS)
    ]
