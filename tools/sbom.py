"""Writes a release's bill of materials: the wheel and its pinned dependencies, extras included.

The CycloneDX tool describes whatever an environment has, and `.venv` has the tests' packages too. So
it is shown an environment that holds the metadata of the wheel and of its dependencies, and no more.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS: Final = ("requirements.txt", "tools/requirements.txt")
_PIN: Final = re.compile(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)
_EXTRA: Final = "wsus-egress:extra"


class UnpinnedError(Exception):
    """The installed versions differ from the lock files."""


def pins(root: Path) -> dict[str, str]:
    """Each package's version in the lock files, which agree with each other."""
    found: dict[str, str] = {}
    for name in LOCKS:
        found |= {
            canonicalize_name(package): version
            for package, version in _PIN.findall((root / name).read_text(encoding="utf-8"))
        }
    return found


def needs(wheel: metadata.Distribution) -> dict[str, frozenset[str]]:
    """The packages that a wheel needs, directly or not, each with the extras that need it.

    The extra of what is always needed is the empty text.
    """
    extras = ("", *sorted(wheel.metadata.get_all("Provides-Extra") or ()))
    found: dict[str, set[str]] = defaultdict(set)
    for extra in extras:
        seen: set[tuple[str, str]] = set()
        todo = [(wheel, extra)]
        while todo:
            distribution, asked = todo.pop()
            for text in distribution.requires or ():
                requirement = Requirement(text)
                if requirement.marker and not requirement.marker.evaluate({"extra": asked}):
                    continue
                name = canonicalize_name(requirement.name)
                found[name].add(extra)
                for each in ("", *sorted(requirement.extras)):
                    if (name, each) not in seen:
                        seen.add((name, each))
                        todo.append((metadata.distribution(name), each))
    return {name: frozenset(each) for name, each in sorted(found.items())}


def bill(wheel: Path, root: Path) -> dict[str, Any]:
    """The bill of materials of a wheel.

    Args:
        wheel: The built wheel.
        root: The checkout, for its lock files and its pyproject.toml.

    Raises:
        UnpinnedError: Where another version is installed than the lock files pin.
    """
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, symlinks=True)
        (site,) = Path(folder).glob("lib/python*/site-packages")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site, [name for name in archive.namelist() if ".dist-info/" in name])
        (own,) = metadata.distributions(path=[str(site)])
        version, needed = own.version, needs(own)
        _check(needed, pins(root))
        for name in needed:
            described = _metadata_folder(metadata.distribution(name))
            (site / described.name).symlink_to(described)
        made = subprocess.run(
            [
                *(sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"),
                *("--pyproject", root / "pyproject.toml", "--mc-type", "library"),
                Path(folder) / "bin" / "python",
            ],
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
    whole: dict[str, Any] = json.loads(made)
    _complete(whole, version, wheel, needed)
    return whole


def _check(needed: Mapping[str, object], pinned: Mapping[str, str]) -> None:
    wrong = [
        f"{name} {metadata.version(name)} is installed, {pinned.get(name, 'no version')} is pinned"
        for name in needed
        if metadata.version(name) != pinned.get(name)
    ]
    if wrong:
        raise UnpinnedError(f"{'; '.join(wrong)}. Run `make lock` or `make setup` again")


def _metadata_folder(distribution: metadata.Distribution) -> Path:
    file = next(
        each for each in distribution.files or ()
        if each.name == "METADATA" and each.parent.suffix == ".dist-info"
    )  # fmt: skip
    return Path(str(file.locate())).parent


def _complete(
    whole: dict[str, Any], version: str, wheel: Path, needed: Mapping[str, frozenset[str]]
) -> None:
    product = whole["metadata"]["component"]
    product |= {
        "version": version,
        "purl": f"pkg:pypi/{product['name']}@{version}",
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}],
    }
    for component in whole["components"]:
        # The tool reads a licence in its modern forms; older packages have a line of text.
        declared = metadata.metadata(component["name"]).get_all("License")
        if "licenses" not in component and declared:
            named = {"acknowledgement": "declared", "name": declared[0]}
            component["licenses"] = [{"license": named}]
        extras = needed[canonicalize_name(component["name"])]
        if "" not in extras:
            component["properties"] = [{"name": _EXTRA, "value": extra} for extra in sorted(extras)]
    # Links of the packages' makers: advertisement in part, and no material.
    for component in (*whole["components"], *whole["metadata"]["tools"]["components"]):
        component.pop("externalReferences", None)
