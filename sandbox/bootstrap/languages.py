"""What stacks in TypeScript and Go need here: their language hosts, and the writer of SDKs.

A Pulumi of the user's own brings both hosts. Where the engine was built here they are built too,
into the per-user cache, keyed by what they are built from.
"""

import shutil
import tempfile
from pathlib import Path

import env
from bootstrap import golang
from bootstrap.exclusive import exclusive

_SDK = "github.com/pulumi/pulumi/sdk/v3"
_HOSTS = {
    "pulumi-language-nodejs": f"{_SDK}/nodejs/cmd/pulumi-language-nodejs",
    "pulumi-language-go": f"{_SDK}/go/pulumi-language-go",
}


def ensure_languages() -> None:
    """Builds the hosts and the SDK writer, unless they are there."""
    if is_ready():
        return
    cache = env.cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    with exclusive(cache / "languages.lock", "the hosts of TypeScript and Go"):
        if is_ready():
            return  # Another set-up installed them while this one waited.
        partial = Path(tempfile.mkdtemp(suffix=".languages", dir=cache))
        try:
            with golang.toolchain() as build:
                for name, package in _HOSTS.items():
                    build("languages", package, partial / "bin" / name)
                build("sdkgen", ".", partial / "bin" / "sdkgen")
            final = env.cached_languages().parent
            shutil.rmtree(final, ignore_errors=True)
            partial.chmod(0o755)
            partial.rename(final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def is_ready() -> bool:
    """Whether `ensure_languages` has nothing to do."""
    return all((env.cached_languages() / name).is_file() for name in (*_HOSTS, "sdkgen"))
