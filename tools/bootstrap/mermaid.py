"""Fetches Mermaid, with which the documentation site draws its diagrams.

The script is 2.5 MB, too much for the repository, and the site loads nothing from other sites. So
npm fetches the official package once into the per-user cache, and the build copies it into the site.
Only the site needs it: where it cannot be had, the set-up says so and continues.
"""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import env
from bootstrap.console import SetupError, say
from bootstrap.exclusive import exclusive

SCRIPT = "mermaid.tiny.js"
LICENSE = "LICENSE"
_PACKAGE = "@mermaid-js/tiny"
# As npm's own lock files write a package's integrity: SHA-512 in base64.
_SHA512 = "PmFr1c5cSfNf5AngLLR98DrbvR4U5KeD7I+hQkGqG5w5Veu3QT4dG0qu9f99cpn/sKj2XxRBK0q7EL6hr9NY/A=="
_MEMBERS = {f"package/dist/{SCRIPT}": SCRIPT, f"package/{LICENSE}": LICENSE}


def ensure_mermaid() -> Path | None:
    """Finds or fetches Mermaid.

    Returns:
        None where it cannot be had; the user has been told then.
    """
    folder = env.cached_mermaid()
    if (folder / SCRIPT).is_file():
        return folder
    try:
        _fetch(folder)
    except (SetupError, OSError, subprocess.SubprocessError, tarfile.TarError) as problem:
        say(f"note: without Mermaid the documentation site shows its diagrams as text: {problem}")
        return None
    return folder


def _fetch(final: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SetupError(
            "there is no npm on PATH", "npm fetches it", "Install Node.js and set up again"
        )
    cache = env.cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    with exclusive(cache / "mermaid.lock", "Mermaid"):
        if (final / SCRIPT).is_file():
            return  # Another set-up fetched it while this one waited.
        partial = Path(tempfile.mkdtemp(suffix=".mermaid", dir=cache))
        try:
            package = f"{_PACKAGE}@{env.MERMAID_VERSION}"
            command = [npm, "pack", "--silent", package]
            subprocess.run(command, cwd=partial, check=True, capture_output=True, text=True)
            _unpack(next(partial.glob("*.tgz")), partial / "whole")
            shutil.rmtree(final, ignore_errors=True)
            (partial / "whole").rename(final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _unpack(packed: Path, folder: Path) -> None:
    """Write the script and its licence, if the package is the one that was looked at."""
    digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    if digest != _SHA512:
        raise SetupError(
            f"the package {_PACKAGE} {env.MERMAID_VERSION} has another content than expected",
            f"its SHA-512 is {digest}",
            "Do not use it; find out what your package registry serves",
        )
    folder.mkdir()
    with tarfile.open(packed) as archive:
        for member, name in _MEMBERS.items():
            content = archive.extractfile(member)
            if content is None:
                raise SetupError(f"{member} is not a file", "the package is odd", "Report it")
            (folder / name).write_bytes(content.read())
