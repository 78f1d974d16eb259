"""Builds what stacks in TypeScript and Go need here: language hosts, and the SDK writer.

A Pulumi of the user's own brings both hosts. What is not on PATH is built, into the per-user cache,
keyed by what it is built from. Only tests need it, so a machine where it cannot be built is told, and
set up anyway.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import env
from bootstrap import golang
from bootstrap.console import SetupError, say
from bootstrap.exclusive import exclusive

_SDK = "github.com/pulumi/pulumi/sdk/v3"
_PROGRAMS = {
    "pulumi-language-nodejs": ("languages", f"{_SDK}/nodejs/cmd/pulumi-language-nodejs"),
    "pulumi-language-go": ("languages", f"{_SDK}/go/pulumi-language-go"),
    "sdkgen": ("sdkgen", "."),
}
"""Module of ours and package of each; the last is ours alone, so no PATH of a user's has it."""


def ensure_languages() -> None:
    """Build the hosts and the SDK writer unless they exist; say what could not be built."""
    try:
        _build()
    except (SetupError, OSError, subprocess.SubprocessError) as problem:
        say(
            f"note: without {', '.join(missing())} the tests of stacks in TypeScript and Go are "
            f"skipped: {problem}"
        )


def missing() -> list[str]:
    """Those that are neither on PATH nor in the cache."""
    cached = env.cached_languages()
    return [
        name
        for name in _PROGRAMS
        if not (cached / name).is_file() and (name == "sdkgen" or shutil.which(name) is None)
    ]


def _build() -> None:
    if not missing():
        return
    cache = env.cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    with exclusive(cache / "languages.lock", "the hosts of TypeScript and Go"):
        wanted = missing()
        if not wanted:
            return  # Another set-up installed them while this one waited.
        # A folder is replaced as a whole: what is in it already is built again, from the cache.
        wanted += [name for name in _PROGRAMS if (env.cached_languages() / name).is_file()]
        partial = Path(tempfile.mkdtemp(suffix=".languages", dir=cache))
        try:
            with golang.toolchain() as build:
                for name in wanted:
                    module, package = _PROGRAMS[name]
                    build(module, package, partial / "bin" / name)
            final = env.cached_languages().parent
            shutil.rmtree(final, ignore_errors=True)
            partial.chmod(0o755)
            partial.rename(final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
