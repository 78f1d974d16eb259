"""The texts that `new` writes: a project's files, settings, a platform's workflows, a policy pack."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import jinja2

from wsus_egress.release import VERSION

CI: TypeAlias = Literal["github", "azure", "gitlab"]
MAIN: Final = "from wsus_egress.program import run\n\nrun()\n"
_PROJECT_TEXT: Final = """\
name: {name}
description: WSUS egress rules for AWS and Azure from one endpoint list
# The Python that is active: of a virtual environment, once it is activated.
runtime:
  name: python
  options:
    toolchain: pip
"""
IGNORED: Final = ".venv/\n__pycache__/\n"
"""What a repository must not have: the virtual environment, and what Python compiles."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A file of a platform.

    Attributes:
        source: Its name in docs/ci.
        place: Its path in a repository.
        to_do: What is left to do by hand, with `{file}` for its path.
        again: What is said of an environment that comes to one that is there.
    """

    source: str
    place: str
    to_do: str
    again: str = "{file} is there already, and previews this environment too."


WORKFLOWS: Final[Mapping[CI, tuple[Workflow, ...]]] = {
    "github": (
        Workflow(
            "github-actions.yml",
            ".github/workflows/policy-preview.yml",
            "In {file}, replace OWNER and COMMIT by those of the release that you use.",
        ),
        Workflow(
            "github-drift.yml",
            ".github/workflows/drift.yml",
            "{file} starts when the repository's variable DRIFT_STACKS names stacks, as docs/drift.md says.",
            "{file} is there already: add this environment to the repository's variable DRIFT_STACKS.",
        ),
    ),
    "azure": (
        Workflow(
            "azure-pipelines.yml",
            "azure-pipelines.yml",
            "In Azure Repos, add {file} as a build validation to the branch policy.",
        ),
    ),
    "gitlab": (
        Workflow(
            "gitlab-ci.yml",
            ".gitlab-ci.yml",
            "Add an access token with the scope `api` as the masked variable GITLAB_TOKEN.",
        ),
    ),
}

PACK: Final = "policy_pack"
"""The policy pack's folder, in a project and in the repository."""
# Where the wheel's build puts copies of docs/ci and policy_pack, and where they are in a checkout.
_IN_WHEEL: Final = Path(__file__).parents[2]
_IN_CHECKOUT: Final = Path(__file__).resolve().parents[4]
# A name that YAML reads as text, whatever version of YAML reads it.
_PLAIN: Final = re.compile(
    r"(?!(?:y|n|on|off|yes|no|true|false|null)\Z)[A-Za-z][A-Za-z0-9_-]*", re.IGNORECASE
)
# How each workflow says which folder of the repository has the project.
_PROJECT: Final = re.compile(r'((?:PROJECT|project): )"?\."?')
_VERSION: Final = re.compile(r"(?<=pulumi-wsus-egress\[cli\]==)[0-9.]+")


def settings(name: str, clouds: Collection[str], lists: str) -> str:
    """The commented settings of an environment, which are valid as they stand.

    Args:
        name: The environment's.
        clouds: `aws`, `azure`, or both.
        lists: The folder of the project's own lists.
    """
    templates = jinja2.Environment(
        autoescape=False,  # noqa: S701 - YAML, of names without markup
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    found = {cloud: cloud in clouds for cloud in ("aws", "azure")}
    return templates.get_template("settings.yaml.j2").render(name=name, lists=lists, **found)


def project(name: str) -> str:
    """Pulumi.yaml of a project that is called so."""
    return _PROJECT_TEXT.format(name=name if _PLAIN.fullmatch(name) else json.dumps(name))


def requirement(clouds: Collection[str]) -> str:
    """This version of the package, with what these clouds need."""
    return f"pulumi-wsus-egress[{','.join([*sorted(clouds), 'cli'])}]=={VERSION}"


def workflow(source: str, project: str) -> str:
    """A workflow, for this version.

    Args:
        source: Its name in docs/ci.
        project: The project's folder, from the repository's.
    """
    text = (_shipped("ci", "docs/ci") / source).read_text(encoding="utf-8")
    quoted = project if re.fullmatch(r"[A-Za-z0-9_./-]+", project) else f"'{project}'"
    placed = _PROJECT.sub(lambda found: f"{found[1]}{quoted}", text)
    return _VERSION.sub(VERSION, placed)


def pack(name: str) -> dict[str, str]:
    """The policy pack's files, by their names, with a configuration that names an environment.

    Args:
        name: The environment's; its project is the folder that the pack's folder is in.
    """
    from wsus_egress.guardrails.catalogue import GUARDRAILS  # noqa: PLC0415 - only if asked for

    folder = _shipped(PACK, PACK)
    files = ("PulumiPolicy.yaml", "__main__.py", "requirements.txt")
    config = {
        rule.id: {"project": "..", "environment": name} for rule in GUARDRAILS if rule.needs_policy
    }
    return {
        **{file: (folder / file).read_text(encoding="utf-8") for file in files},
        f"{name}.json": f"{json.dumps(config, indent=2)}\n",
    }


def _shipped(in_wheel: str, in_checkout: str) -> Path:
    folder = _IN_WHEEL / in_wheel
    return folder if folder.is_dir() else _IN_CHECKOUT / in_checkout
