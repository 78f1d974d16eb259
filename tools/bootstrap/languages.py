"""Builds what stacks in TypeScript, Go and YAML need here: language hosts, and the SDK writer.

A Pulumi of the user's own, or of Pulumi's installer, brings the hosts. What is neither on PATH nor
beside the engine is built, into the per-user cache, keyed by what it is built from. Only tests need it,
so a machine where it cannot be built is told, and set up anyway.
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
    "pulumi-language-yaml": (
        "language-yaml",
        "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    ),
    "sdkgen": ("sdkgen", "."),
}
"""Module of ours and package of each; the last is ours alone, so no PATH of a user's has it."""


def ensure_languages() -> None:
    """Build the hosts and the SDK writer unless they exist; say what could not be built."""
    try:
        _build()
    except (SetupError, OSError, subprocess.SubprocessError) as problem:
        say(
            f"note: without {', '.join(missing())} the tests of stacks in TypeScript, Go and "
            f"YAML are skipped: {problem}"
        )


def missing() -> list[str]:
    """Those that are neither on PATH nor beside the engine nor in the cache."""
    folders = [env.cached_languages(), *filter(None, [env.engine_folder(env.ROOT)])]
    return [
        name
        for name in _PROGRAMS
        if not any((folder / name).is_file() for folder in folders)
        and (name == "sdkgen" or shutil.which(name) is None)
    ]


def _build() -> None:
    if not missing():
        return
    cache = env.cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    with exclusive(cache / "languages.lock", "the hosts of TypeScript, Go and YAML"):
        wanted = missing()
        if not wanted:
            return  # Another set-up installed them while this one waited.
        # A folder is replaced as a whole: what is in it already is built again, from the cache.
        wanted += [name for name in _PROGRAMS if (env.cached_languages() / name).is_file()]
        for left_behind in cache.glob("*.languages"):
            shutil.rmtree(left_behind, ignore_errors=True)
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
