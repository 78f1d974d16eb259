"""Finds or unpacks Suricata, with which the tests judge AWS Network Firewall's rules.

Only tests need it: where it is unavailable, the set-up names the skipped tests and continues.
Where it comes from Debian packages, these are unpacked into the per-user cache, keyed by the
series and the system, and never installed.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import env
from bootstrap import debian
from bootstrap.console import SetupError, say
from bootstrap.exclusive import exclusive

_UNFINISHED = ".unpacking"
_LAUNCHER = """\
#!/bin/sh
# Runs the unpacked Suricata with the libraries that were unpacked beside it.
here=$(cd "$(dirname "$0")/.." && pwd) || exit
libraries=
for folder in {folders}; do
    libraries="${{libraries:+$libraries:}}$here/$folder"
done
LD_LIBRARY_PATH="$libraries${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export LD_LIBRARY_PATH
exec "$here/tree/usr/bin/suricata" "$@"
"""


def ensure_suricata(root: Path) -> Path | None:
    """Finds or installs Suricata, notes the choice for `env.py`, and returns the program.

    Returns:
        None where it cannot be had; the user has been told then.
    """
    program = users_own() or _usable(env.cached_suricata())
    if program is None:
        try:
            program = _install()
        except (SetupError, OSError, subprocess.SubprocessError) as problem:
            say(
                f"note: without Suricata {env.SURICATA_SERIES} the tests that judge the rules for "
                f"AWS Network Firewall by it are skipped: {problem}"
            )
    record = env.suricata_record(root)
    if program is None:
        record.unlink(missing_ok=True)
        return None
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(f"{program}\n", encoding="utf-8")
    return program


def users_own() -> Path | None:
    """The user's own `suricata`, if it belongs to the series that AWS runs."""
    found = shutil.which("suricata")
    return None if found is None else _usable(Path(found))


def _usable(program: Path) -> Path | None:
    """The program itself, if it runs and belongs to the series."""
    try:
        answer = subprocess.run(
            [program, "-V"], capture_output=True, check=True, text=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"version (\d+\.\d+)\.", answer.stdout)
    return program if match is not None and match[1] == env.SURICATA_SERIES else None


def _install() -> Path:
    if not debian.is_debian():
        raise SetupError(
            "there is none on PATH, and no apt to fetch it with",
            f"AWS Network Firewall runs Suricata {env.SURICATA_SERIES}",
            "Install that series (on macOS `brew install suricata`, where it still is that one), "
            "`make setup` will use it",
        )
    cache = env.cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    final = env.cached_suricata()
    with exclusive(cache / "suricata.lock", "Suricata"):
        if _usable(final) is not None:
            return final  # Another set-up installed it while this one waited.
        for left_behind in cache.glob(f"*{_UNFINISHED}"):
            shutil.rmtree(left_behind, ignore_errors=True)
        unfinished = Path(tempfile.mkdtemp(suffix=_UNFINISHED, dir=cache))
        try:
            _unpack(unfinished)
            folder = final.parent.parent
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.chmod(0o755)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    say(f"Suricata is ready for every checkout of this user: {final}")
    return final


def _unpack(folder: Path) -> None:
    work = folder / "apt"
    work.mkdir()
    tree = folder / "tree"
    debian.unpack("suricata", env.SURICATA_SERIES, work, tree)
    shutil.rmtree(work)
    launcher = folder / "bin" / "suricata"
    launcher.parent.mkdir()
    folders = " ".join(str(found.relative_to(folder)) for found in debian.library_folders(tree))
    launcher.write_text(_LAUNCHER.format(folders=folders), encoding="utf-8")
    launcher.chmod(0o755)
    if _usable(launcher) is None:
        raise SetupError(
            "the Suricata that was unpacked does not run",
            "a library that it needs may be missing",
            f"Install Suricata {env.SURICATA_SERIES} yourself, `make setup` will use it",
        )
