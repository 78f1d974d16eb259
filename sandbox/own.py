"""`make up ENV=mine` and `make down ENV=mine`: any environment, deployed by the real engine to stand-ins.

The environment runs from a copy in `.sandbox/try-mine/`, with a state, clouds and a scratch world of
its own: the checkout's files stay as they are. `stack.py` calls this with the checkout's own Python.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import env

sys.path.insert(0, str(env.ROOT / "components"))

from invented import Invention, invent
from place import Place
from providers.store import Store
from wsus_egress.config.project import environment_names, load_environments
from wsus_egress.config.stacks import NAMESPACE, read_project, read_stack

_CONFIG: Final = "config"  # `stackConfigDir` of this checkout's Pulumi.yaml.
_PREFIX: Final = "Pulumi."
_SUFFIX: Final = ".yaml"
# What ties a settings file to one backend: the copy has a state and an empty passphrase of its own.
_OF_A_BACKEND: Final = ("secretsprovider", "encryptedkey", "encryptionsalt", "environment")

NEXT_STEPS: Final = """
Both clouds above are stand-ins on this machine: no account was used and nothing left the machine.
What to try next:

  edit {file}, then `make up ENV={asked}`: the engine changes only what differs
  `make down ENV={asked}` removes all of it
  docs/deploy.md says how to deploy it to your own accounts
"""


class NotThereError(Exception):
    """An environment that nobody knows, in one sentence."""


def find(asked: str) -> tuple[str, Path]:
    """An environment's name and settings file, by its name or by the file's path.

    Raises:
        NotThereError: If there is none.
    """
    names = environment_names(env.ROOT)
    if asked in names:
        return asked, env.ROOT / _CONFIG / f"{_PREFIX}{asked}{_SUFFIX}"
    path = Path(asked)
    name = path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    if path.is_file() and path.name == f"{_PREFIX}{name}{_SUFFIX}" and name.strip("."):
        return name, path
    raise NotThereError(
        f"there is no environment {asked!r}: write ENV={', ENV='.join(names)}, or the path of a "
        f"file {_PREFIX}<name>{_SUFFIX}"
    )


def place_of(name: str) -> Place:
    """Where an environment lives while it is tried."""
    folder = env.sandbox_directory(env.ROOT) / f"try-{name}"
    settings = env.private_engine(folder) | {
        "WSUS_EGRESS_SANDBOX_WORLD": str(folder / "world.yaml")
    }
    return Place(name, folder / "project", folder, settings)


def copy(place: Place, file: Path) -> tuple[str, ...]:
    """Copy the program and the settings; return what of the settings was left out, a line each."""
    shutil.rmtree(place.program, ignore_errors=True)
    env.copy_program(place.program)
    config = place.program / _CONFIG
    inside = file.parent == env.ROOT / _CONFIG
    # The others say which claims of theirs this one must not make; a file from elsewhere has none.
    ignored = None if inside else shutil.ignore_patterns(f"{_PREFIX}*")
    shutil.copytree(env.ROOT / _CONFIG, config, ignore=ignored)
    text, lines = without_backend(file.read_text(encoding="utf-8"))
    (config / f"{_PREFIX}{place.stack}{_SUFFIX}").write_text(text, encoding="utf-8")
    return lines


def without_backend(text: str) -> tuple[str, tuple[str, ...]]:
    """A settings file without what only its own backend can read, and a line for what is missing.

    A file that has nothing of it stays as it is, comments and lines included.
    """
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        return text, ()  # `check` says what is wrong.
    if not isinstance(data, dict):
        return text, ()
    config = data.get("config")
    secrets = [
        key
        for key, value in (config.items() if isinstance(config, dict) else ())
        if isinstance(value, dict) and "secure" in value
    ]
    if not secrets and not data.keys() & {*_OF_A_BACKEND}:
        return text, ()
    lines = [f"{key}: it is encrypted, so the copy goes without it" for key in secrets]
    if "environment" in data:
        lines.append("environment: imports are Pulumi Cloud's, so the copy goes without them")
    kept = {key: value for key, value in data.items() if key not in _OF_A_BACKEND}
    if isinstance(config, dict):
        kept["config"] = {key: value for key, value in config.items() if key not in secrets}
    return yaml.safe_dump(kept, sort_keys=False), tuple(lines)


def released(config: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The settings that let go of what they protect or attach, and which of them that changes.

    Args:
        config: The settings by key, as a file has them.
    """
    found: dict[str, Any] = deepcopy(dict(config))
    aws, azure = found.get(f"{NAMESPACE}aws") or {}, found.get(f"{NAMESPACE}azure") or {}
    changed = []
    firewall, dns = aws.get("networkFirewall") or {}, aws.get("dnsFirewall") or {}
    if firewall.get("mode") == "full" and firewall.get("protected", True):
        firewall["protected"] = False
        changed.append("networkFirewall.protected: false")
    if dns.get("protected"):
        dns["protected"] = False
        changed.append("dnsFirewall.protected: false")
    for subnet in azure.get("subnets") or ():
        if subnet.get("attached", True):
            subnet["attached"] = False
            changed.append(f"attached: false of {subnet['name']}")
    return found, tuple(changed)


def let_go(place: Place) -> int:
    """Deploy the copy without what holds it, so that it can be destroyed; return the engine's status."""
    file = place.program / _CONFIG / f"{_PREFIX}{place.stack}{_SUFFIX}"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["config"], changed = released(data["config"])
    if not changed:
        return 0
    print(
        "It is removed in two steps, here as in your accounts (docs/remove.md):\n"
        f"  1. {', '.join(changed)}; `pulumi up`\n  2. `pulumi destroy`",
        flush=True,
    )
    file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return place.pulumi(["up", "--yes", "--skip-preview"]).returncode


def invention_of(place: Place) -> Invention:
    """What the copied environment names, invented.

    Raises:
        PolicyErrors: If the settings are wrong.
    """
    (environment,) = load_environments(place.program, [place.stack])
    stack = read_stack(place.program, place.stack, read_project(place.program))
    given = {
        key: value
        for key, (value, _, _) in stack.values.items()
        if isinstance(value, str) and value
    }
    return invent(environment, given)


def write(place: Place, invention: Invention) -> None:
    """Write the scratch world, what its clouds hold already, and the provider settings."""
    text = "# Invented from the environment's settings by `make up`, and written anew each time.\n"
    text += yaml.safe_dump(invention.world, sort_keys=True)
    (place.folder / "world.yaml").write_text(text, encoding="utf-8")
    for provider, kinds in invention.held.items():
        with Store(provider, place.folder / "cloud").change() as records:
            for kind, rows in kinds.items():
                held = records.setdefault(kind, {})
                held.update({id_: row for id_, row in rows.items() if id_ not in held})
    if invention.settings:
        file = place.program / "Pulumi.yaml"
        project: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        declared = project.setdefault("config", {})
        declared |= {key: {"value": value} for key, value in invention.settings.items()}
        file.write_text(yaml.safe_dump(project, sort_keys=False), encoding="utf-8")


def said(place: Place, invention: Invention, left_out: tuple[str, ...]) -> str:
    """What was invented, in words."""
    world = os.path.relpath(place.folder / "world.yaml", env.ROOT)
    parts: Mapping[str, tuple[str, ...]] = {
        f"Invented for the stand-ins, because the settings name it ({world}):": invention.lines,
        "The stand-ins do not know:": invention.unknown,
        "Left out of the copy that is deployed:": left_out,
    }
    return "\n".join(
        "\n".join((title, *(f"  {line}" for line in lines)))
        for title, lines in parts.items()
        if lines
    )


def wsus_egress(place: Place, *arguments: str) -> int:
    """Run the command line on the copy."""
    sys.stdout.flush()
    program = env.ROOT / ".venv" / "bin" / "wsus-egress"
    return subprocess.run([program, *arguments], check=False, cwd=place.program).returncode


def up(asked: str) -> int:
    """Deploy an environment to stand-ins and show its policy."""
    name, file = find(asked)
    place = place_of(name)
    if not place.wait_for_others():
        return 1
    place.recover()
    left_out = copy(place, file)
    unusable = 2
    if wsus_egress(place, "check", "--env", name) == unusable:
        return unusable
    invention = invention_of(place)
    write(place, invention)
    print(f"\n{said(place, invention, left_out)}\n")
    print(f"Deploying the environment `{name}` to stand-ins on this machine", flush=True)
    status = place.make() or place.pulumi(["up", "--yes", "--skip-preview"]).returncode
    if status != 0:
        return status
    status = wsus_egress(place, "preview", "--env", name)
    if status != 0:
        print(
            f"error: `{name}` is deployed, but its policy has findings: they stand above "
            f"(wsus-egress preview ended with status {status})",
            file=sys.stderr,
        )
        return status
    print(NEXT_STEPS.format(asked=asked, file=file if asked != name else
                            f"{_CONFIG}/{file.name}"))  # fmt: skip
    return 0


def down(asked: str) -> int:
    """Destroy a tried environment, and remove everything that it had."""
    name, _ = find(asked)
    place = place_of(name)
    if not place.exists():
        print(f"The environment `{name}` is not deployed to stand-ins: nothing to remove")
        shutil.rmtree(place.folder, ignore_errors=True)
        return 0
    if not place.wait_for_others():
        return 1
    place.recover()
    if place.exists() and (status := let_go(place) or place.destroy()) != 0:
        print(f"`rm -r {place.folder}` removes it whatever its state is", file=sys.stderr)
        return status
    shutil.rmtree(place.folder)
    print(f"The environment `{name}` is removed; its settings file stays as it is")
    return 0


def main() -> int:
    """Run `up` or `down` for one environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["up", "down"])
    parser.add_argument("environment", help="its name, or the path of its settings file")
    arguments = parser.parse_args()
    try:
        return (
            up(arguments.environment) if arguments.action == "up" else down(arguments.environment)
        )
    except NotThereError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
