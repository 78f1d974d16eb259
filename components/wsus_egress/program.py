"""The Pulumi program of an environment, and a component's arguments from an environment's settings.

A project's `__main__.py` is two lines, `from wsus_egress.program import run` and `run()`. A program
that declares the component itself writes `AwsWsusEgress("wsus", arguments("aws", vpc_id=vpc.id))`
instead, and the commands see its stack all the same: both read the stack's settings.
"""

from __future__ import annotations

import contextlib
import gc
import inspect
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast, overload

import pulumi
from pulumi.runtime.config import CONFIG

from wsus_egress.args import PolicyArgs
from wsus_egress.component.arguments import Compiled, argument_of, compile_environment
from wsus_egress.component.given import OLD_NAMES
from wsus_egress.component.proved import proved
from wsus_egress.component.references import camel, renamed, snake
from wsus_egress.config.files import ProjectFiles, find_files
from wsus_egress.config.lists import replaced_lists
from wsus_egress.config.project import environment_from_config, settings_from_engine
from wsus_egress.config.stacks import PROJECT_FILE
from wsus_egress.model.environment import COMPONENT_NAME, Environment, Target
from wsus_egress.problems import Collector, Keys, Location, PolicyErrors, Problem, choices
from wsus_egress.proof.accepted import of_nothing
from wsus_egress.review.project_notes import placeholders

if TYPE_CHECKING:
    # Each cloud's SDK takes a second to load: only that of a target that there is.
    from wsus_egress.aws.arguments import AwsWsusEgressArgs
    from wsus_egress.azure.arguments import AzureWsusEgressArgs

_EXTRAS: Final = ("pulumi_aws", "pulumi_azure_native")


def run() -> None:
    """Declare what the stack's settings ask for, and export its ids.

    Raises:
        pulumi.RunError: With everything that is wrong with the settings, or what is not installed.
    """
    # A cloud's SDK is half a million objects, all of which stay: to search them for cycles again and again
    # while it loads takes 8 % of a preview. Pydantic's search for plugins, of which there is none, takes 2 %.
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        environment, targets = _compiled()
        Collector([*_without_region(targets)]).raise_if_any()
        for compiled in targets:
            with _at_the_settings(environment, compiled.target.cloud):
                _declare(compiled)
    except PolicyErrors as error:
        raise pulumi.RunError(str(error)) from None
    except ModuleNotFoundError as error:
        if error.name not in _EXTRAS:
            raise
        raise pulumi.RunError(str(error)) from None
    gc.freeze()
    gc.enable()


def _files() -> ProjectFiles:
    """The project's, whose folder need not be the program's: Pulumi.yaml can name another one."""
    root = Path(pulumi.get_root_directory() or "")
    return find_files(root if (root / PROJECT_FILE).is_file() else Path())


def _settings() -> dict[str, Any]:
    return settings_from_engine(CONFIG.get())


def _environment(files: ProjectFiles) -> Environment:
    """The stack's environment; lists of the project's own that differ from the package's are logged.

    So are placeholders that are left in the stack's file: the cloud's own words for such an id lead nowhere.
    """
    stack = pulumi.get_stack()
    environment = environment_from_config(files, stack, _settings())
    for note in placeholders(files):
        if note.environment == stack:
            pulumi.log.warn(f"{note.location}: {note.what}; {note.instead}")
    for each in replaced_lists(files.root, files.lists_folder):
        pulumi.log.info(str(each))
    return environment


@contextlib.contextmanager
def _at_the_settings(environment: Environment, cloud: str) -> Iterator[None]:
    """What a component refuses of its arguments, told of the settings that they stand for."""
    try:
        yield
    except pulumi.RunError as error:
        if not isinstance(error.__cause__, PolicyErrors):
            raise
        told = []
        for problem in error.__cause__.problems:
            keys = renamed(_setting(environment, cloud, problem.keys), camel)
            told.append(replace(problem, keys=keys, location=environment.locate(keys)))
        raise PolicyErrors(told) from None


def _setting(environment: Environment, cloud: str, argument: Keys) -> Keys:
    """Where the settings have an argument of a cloud's component, by the argument's names."""
    if argument[:1] != ("policy",):
        return (cloud, *argument)
    for kind in ("server", "client"):
        names = [party.name for party in environment.policy.parties if party.kind == kind]
        if argument[1] in names:
            return (f"{kind}s", names.index(str(argument[1])), *argument[2:])
    return argument[1:]


def _compiled() -> tuple[Environment, tuple[Compiled[Target], ...]]:
    """The stack's environment and its targets, proved; what the proof warns of is logged."""
    environment = _environment(_files())
    targets = compile_environment(environment)
    made = [control for compiled in targets for control in compiled.controls]
    Collector([*of_nothing(environment, made)]).raise_if_any()
    for compiled in targets:
        for text in proved(environment, compiled.target, compiled.controls):
            pulumi.log.warn(text)
    return environment, targets


def _without_region(targets: Iterable[Compiled[Target]]) -> Iterator[Problem]:
    """That AWS's provider would not know where: it says so in a traceback for each lookup.

    `aws:region` or one of these variables gives it (pulumi_aws 7, config/vars.py, read 2026-11-29). That a
    profile in AWS's own configuration file can give it too is believed: where there is such a file, the
    provider is left to say what it lacks.
    """
    shared = Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()
    known = any(map(os.environ.get, ("AWS_REGION", "AWS_DEFAULT_REGION"))) or shared.is_file()
    if CONFIG.get().get("aws:region") or known:
        return
    if any(compiled.target.cloud == "aws" for compiled in targets):
        file = _files().project.stack_file(pulumi.get_stack())
        what = "aws:region is missing, so AWS's provider does not know where the VPC is"
        yield Problem(
            Location(file, 1), (), what, "write `aws:region: eu-west-1`, or the VPC's own region"
        )


def _declare(compiled: Compiled[Target]) -> None:
    if compiled.target.cloud == "aws":
        from wsus_egress.aws import AwsWsusEgress  # noqa: PLC0415 - as above

        in_aws = AwsWsusEgress(COMPONENT_NAME, compiled.handed())
        pulumi.export("awsSecurityGroupIds", in_aws.security_group_ids)
        pulumi.export("awsRuleGroupArns", in_aws.rule_group_arns)
        pulumi.export("awsFirewallPolicyArn", in_aws.firewall_policy_arn)
        pulumi.export("awsFirewallEndpointIds", in_aws.endpoint_ids)
        pulumi.export("awsDnsRuleGroupId", in_aws.dns_rule_group_id)
    else:
        from wsus_egress.azure import AzureWsusEgress  # noqa: PLC0415 - as above

        in_azure = AzureWsusEgress(COMPONENT_NAME, compiled.handed())
        pulumi.export("azureDnsSecurityPolicyId", in_azure.dns_security_policy_id)
        pulumi.export("azureFirewallPolicyId", in_azure.firewall_policy_id)
        pulumi.export("azureFirewallPolicyName", in_azure.firewall_policy_name)
        pulumi.export("azureFirewallPrivateAddress", in_azure.firewall_private_address)
        pulumi.export("azureNetworkSecurityGroupId", in_azure.network_security_group_id)
        pulumi.export("azureRouteTableId", in_azure.route_table_id)
        pulumi.export("azureRuleCollectionGroupId", in_azure.rule_collection_group_id)


@overload
def arguments(cloud: Literal["aws"], **outputs: pulumi.Input[str]) -> AwsWsusEgressArgs: ...


@overload
def arguments(cloud: Literal["azure"], **outputs: pulumi.Input[str]) -> AzureWsusEgressArgs: ...


def arguments(cloud: Literal["aws", "azure"], **outputs: pulumi.Input[str]) -> Any:
    """The arguments of a cloud's component, from the stack's settings.

    Args:
        cloud: Whose component they are for: `AwsWsusEgress` or `AzureWsusEgress`.
        outputs: What the program knows better than the settings, such as the id of a VPC that it
            makes. Only what can be an output of another resource: all else is in the settings, where
            the commands read it.

    Raises:
        pulumi.RunError: With everything that is wrong with the settings, or with `outputs`.
    """
    try:
        return _arguments(cloud, outputs)
    except PolicyErrors as error:
        raise pulumi.RunError(str(error)) from None


def _arguments(cloud: Literal["aws", "azure"], outputs: Mapping[str, Any]) -> dict[str, Any]:
    if cloud not in ("aws", "azure"):
        what = f"there is no cloud {cloud!r}"
        raise PolicyErrors([Problem(None, (), f"arguments(): {what}", choices(("aws", "azure")))])
    files, settings = _files(), _settings()
    environment = _environment(files)
    if cloud not in {target.cloud for target in environment.targets}:
        what = f"the stack's settings have no target in {cloud}"
        raise PolicyErrors([Problem(environment.locate(()), (), what, f"add wsus-egress:{cloud}")])
    known = inspect.get_annotations(_kind(cloud))
    later = sorted(
        key for key, hint in known.items() if "Output" in str(hint) and key not in OLD_NAMES
    )
    Collector([_not_an_output(key, later) for key in outputs if key not in later]).raise_if_any()
    policy = {key: value for key, value in settings.items() if snake(key) in _POLICY}
    found = {argument_of(cloud, key): value for key, value in settings[cloud].items()}
    folder = files.root / files.lists_folder
    if folder.is_dir():
        # As seen from the program: the state keeps it, and must not depend on the machine.
        found["endpoint_lists"] = os.path.relpath(folder)
    accept = [each for each in settings.get("accept", []) if each["what"].startswith(f"{cloud}/")]
    return {**found, "policy": policy, "accept": accept, **outputs}


_POLICY: Final = frozenset(PolicyArgs.__annotations__)


def _not_an_output(key: str, later: list[str]) -> Problem:
    what = "the policy preview reads only the stack's settings, so a program cannot give this"
    return Problem(
        None, (key,), what, f"write it there; what can be given here: {', '.join(later)}"
    )


def _kind(cloud: Literal["aws", "azure"]) -> type:
    if cloud == "aws":
        from wsus_egress.aws.arguments import AwsWsusEgressArgs as Aws  # noqa: PLC0415

        return cast(type, Aws)
    from wsus_egress.azure.arguments import AzureWsusEgressArgs as Azure  # noqa: PLC0415

    return cast(type, Azure)
