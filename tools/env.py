"""The environment in which the Pulumi engine runs here: private, local, without credentials.

The set-up, the Makefile and the tests all take it from here. It keeps the sandbox away from the
user's own Pulumi: its own home folder and plugins, its state in a local folder, no access token,
no cloud credentials. Nothing but the standard library, for it runs before the set-up has finished.

    python3 tools/env.py -- pulumi stack ls      run one command in it
    eval "$(python3 tools/env.py)"               put a shell into it
"""

import hashlib
import os
import platform
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

ENGINE_VERSION = "3.259.0"
"""The engine that the set-up installs where the user has none."""

SURICATA_SERIES = "7.0"
"""The Suricata that AWS Network Firewall runs: AWS's developer guide, since November 2024."""

SURICATA = "WSUS_EGRESS_SURICATA"
"""The variable that names the Suricata to run: for the stand-in for AWS, and by a user's wish."""

ACTIONLINT_VERSION = "1.7.12"
"""The actionlint that the set-up builds: as tools/engine/actionlint/go.mod has it."""

MERMAID_VERSION = "11.17.2"
"""The Mermaid that draws the diagrams of the documentation site: bootstrap/mermaid.py has its hash."""

ROOT = Path(__file__).resolve().parent.parent

PROGRAM = ("Pulumi.yaml", "__main__.py")
"""What a stack needs of the project beside its configuration."""

# Real credentials have no business with stand-ins; an access token or a passphrase file of the
# user's would take the place of what is set below.
_LEFT_OUT_PREFIXES = ("AWS_", "ARM_", "AZURE_")
_LEFT_OUT = (
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_STACK",
    "PYTHONHOME",
    "PYTHONPATH",
    # pip leaves the compiling to the first import. Where nothing compiled may be kept, every program,
    # provider and test would compile both clouds' SDKs and this project again.
    "PYTHONDONTWRITEBYTECODE",
)


def cache_directory() -> Path:
    """The per-user cache, shared by every checkout."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification has relative paths ignored.
    parent = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return parent / "pulumi-wsus-egress"


def cached_engine() -> Path:
    """The folder of the engine that the set-up installs, whether it is there yet or not."""
    return cache_directory() / f"engine-{ENGINE_VERSION}" / "bin"


def cached_languages() -> Path:
    """The folder of the language hosts that the set-up builds, whether they are there or not."""
    digest = hashlib.sha256()
    for module in ("language-yaml", "languages", "sdkgen"):
        for path in sorted((ROOT / "tools" / "engine" / module).iterdir()):
            digest.update(path.read_bytes())
    return cache_directory() / f"languages-{digest.hexdigest()[:12]}" / "bin"


def sandbox_directory(root: Path) -> Path:
    """Everything that the sandbox of one checkout keeps: plugins, state, the engine's place."""
    return root / ".sandbox"


def engine_record(root: Path) -> Path:
    """The file in which the set-up notes the folder of the engine that it chose."""
    return sandbox_directory(root) / "engine"


def _recorded(record: Path) -> list[Path]:
    """The place that the set-up noted; none where a crash left the note empty or cut off."""
    if not record.is_file():
        return []
    noted = Path(record.read_text(encoding="utf-8", errors="replace").rstrip("\0\n"))
    # A relative path, or none, would be looked up from the current folder. Python finds no file with a NUL.
    return [noted] if noted.is_absolute() and "\0" not in str(noted) else []


def engine_folder(root: Path) -> Path | None:
    """The folder of the `pulumi` to run: the set-up's choice, else the cached one, else PATH's."""
    candidates = [*_recorded(engine_record(root)), cached_engine()]
    for folder in candidates:
        if (folder / "pulumi").is_file():
            return folder
    found = shutil.which("pulumi")
    return Path(found).parent if found else None


def cached_actionlint() -> Path:
    """The actionlint that the set-up builds, whether it is there yet or not."""
    return cache_directory() / f"actionlint-{ACTIONLINT_VERSION}" / "bin" / "actionlint"


def cached_mermaid() -> Path:
    """The folder of the Mermaid that the set-up fetches, whether it is there yet or not."""
    return cache_directory() / f"mermaid-{MERMAID_VERSION}"


def cached_suricata() -> Path:
    """The Suricata that the set-up unpacks, whether it is there yet or not: one for each system."""
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        system = {}
    parts = (system.get("ID", ""), system.get("VERSION_ID", ""), platform.machine())
    name = "-".join(["suricata", SURICATA_SERIES, *filter(None, parts)])
    return cache_directory() / name / "bin" / "suricata"


def suricata_record(root: Path) -> Path:
    """The file in which the set-up notes the Suricata that it chose."""
    return sandbox_directory(root) / "suricata"


def suricata_program(root: Path) -> Path | None:
    """The Suricata to run: the one that is named, else the set-up's choice, else the cached one."""
    named = os.environ.get(SURICATA, "")
    candidates = [Path(named)] if named else []
    candidates += [*_recorded(suricata_record(root)), cached_suricata()]
    return next((program for program in candidates if program.is_file()), None)


def sandbox_settings(root: Path) -> dict[str, str]:
    """The variables that the sandbox sets, by name."""
    sandbox = sandbox_directory(root)
    folders = [str(root / ".venv" / "bin")]
    engine = engine_folder(root)
    if engine is not None:
        folders.append(str(engine))
    if cached_actionlint().is_file():
        folders.append(str(cached_actionlint().parent))
    # After the engine: its own hosts, where it brings some, are those that belong to it.
    folders.append(str(cached_languages()))
    suricata = suricata_program(root)
    judge = {} if suricata is None else {SURICATA: str(suricata)}
    inherited = os.environ.get("PATH", os.defpath).split(os.pathsep)
    folders.extend(folder for folder in inherited if folder not in folders)
    return {
        "PATH": os.pathsep.join(folders),
        "VIRTUAL_ENV": str(root / ".venv"),
        "PULUMI_HOME": str(sandbox / "pulumi-home"),
        "PULUMI_BACKEND_URL": f"file://{sandbox / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "WSUS_EGRESS_SANDBOX_CLOUD": str(sandbox / "cloud"),
        # A stand-in that is missing must be an error, not a download of the real provider.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        **judge,
    }


def left_out(environment: Iterable[str]) -> list[str]:
    """The variables of an environment that must not reach the sandbox, sorted."""
    return sorted(
        name for name in environment if name in _LEFT_OUT or name.startswith(_LEFT_OUT_PREFIXES)
    )


def engine_environment(root: Path = ROOT) -> dict[str, str]:
    """The whole environment for a child process that runs the engine for the checkout at `root`."""
    dropped = {*left_out(os.environ)}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | sandbox_settings(root)


def private_engine(folder: Path, root: Path = ROOT) -> dict[str, str]:
    """The engine's environment with private state and stand-in clouds in a folder."""
    (folder / "state").mkdir(parents=True, exist_ok=True)
    return engine_environment(root) | {
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "WSUS_EGRESS_SANDBOX_CLOUD": str(folder / "cloud"),
    }


def copy_program(folder: Path, root: Path = ROOT) -> None:
    """Copies the project's program, without its configuration, into a new folder."""
    folder.mkdir()
    for name in PROGRAM:
        shutil.copy(root / name, folder / name)


def shell_lines(root: Path = ROOT) -> list[str]:
    """The shell commands that set the variables of `engine_environment`."""
    settings = sandbox_settings(root)
    # A name that is not an identifier cannot be a shell variable.
    gone = [name for name in left_out(os.environ) if name.isascii() and name.isidentifier()]
    return [
        *(f"unset {name}" for name in gone if name not in settings),
        *(f"export {name}={shlex.quote(value)}" for name, value in settings.items()),
    ]


def become(command: list[str]) -> NoReturn:
    """Replaces this process by `command`, run in the environment."""
    environment = engine_environment(ROOT)
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        print(f"error: {command[0]} is not there: run `make setup` first", file=sys.stderr)
        sys.exit(127)
    os.execve(program, command, environment)  # noqa: S606 - the command is the user's own


def main(arguments: list[str]) -> None:
    """Runs a command in the environment, or prints the environment for a shell."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if command:
        become(command)
    print("\n".join(shell_lines()))


if __name__ == "__main__":
    main(sys.argv[1:])
