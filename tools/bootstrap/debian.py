"""Unpacks a Debian package and its dependencies into a folder; the system stays as it is.

apt runs with the machine's own sources, keys and proxies, and with lists, archives and settings in
a folder of the caller's, so it needs no root. Nothing here knows a mirror's address.
"""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bootstrap.console import SetupError, last_words, run_long

_ETC_APT = Path("/etc/apt")
_ENVIRONMENT = {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
_MAIN_COMPONENTS = {"main", "universe"}
# Hooks of the machine clean the system's own cache or tell its desktop: neither is meant here. Nor
# is dpkg's lock, which only root could take: nothing is installed.
_SETTINGS = """\
#clear APT::Update;
#clear DPkg::Post-Invoke;
#clear Acquire::IndexTargets::deb::CNF;
#clear Acquire::IndexTargets::deb::DEP-11;
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::ftp::Timeout "20";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Debug::NoLocking "true";
Dir::Cache "{work}";
Dir::Cache::archives "{work}/archives";
Dir::Etc::sourcelist "{work}/sources.list";
Dir::Etc::sourceparts "{work}/sources";
Dir::State::lists "{work}/lists";
"""


def is_debian() -> bool:
    """Whether this machine has apt and sources to fetch packages from."""
    programs = ("apt-get", "apt-cache", "dpkg-deb")
    return all(shutil.which(name) for name in programs) and any(_source_files())


def unpack(package: str, version: str, work: Path, target: Path) -> None:
    """Unpack a package, and the dependencies that the machine lacks, into `target`.

    Args:
        package: Its name.
        version: The prefix of its upstream version, such as `7.0`.
        work: An empty folder for apt's lists and archives.
        target: Receives the files of the packages.

    Raises:
        SetupError: When the machine's sources do not have that version or cannot be reached.
    """
    settings = work / "apt.conf"
    settings.write_text(_SETTINGS.format(work=work), encoding="utf-8")
    for name in ("archives/partial", "lists/partial", "sources"):
        (work / name).mkdir(parents=True)
    backports = _collect_sources(work)
    log = work / "update.log"
    # A source that is out of reach need not be the one that has the package.
    updated = _apt(settings, log, "apt reads the package lists", ["update"])
    problem = _download(package, version, settings, work, backports)
    if problem:
        raise SetupError(
            f"apt cannot fetch {package} {version}",
            problem if updated else last_words(log),
            f"Install {package} {version} yourself: it is used where it is on PATH",
        )
    for archive in sorted((work / "archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", archive, target], check=True)


def library_folders(root: Path) -> list[Path]:
    """The folders of an unpacked tree that the dynamic linker must search."""
    return sorted(folder for folder in root.glob("**/lib/*-linux-*") if folder.is_dir())


def _download(
    package: str, version: str, settings: Path, work: Path, backports: Sequence[str]
) -> str:
    """Download the archives from the release, else from its backports; return what failed."""
    problem = ""
    for release in ("", *backports):
        options = ["-o", f"APT::Default-Release={release}"] if release else []
        candidate = _candidate(package, settings, options)
        if re.match(rf"(\d+:)?{re.escape(version)}\b", candidate):
            command = [*options, "--yes", "--download-only", "install", package]
            log = work / f"install{release}.log"
            if _apt(settings, log, f"apt fetches {package} {candidate}", command):
                return ""
            problem = last_words(log)
    return problem or f"the machine's sources offer {candidate or 'none'}"


def _candidate(package: str, settings: Path, options: Sequence[str]) -> str:
    answer = subprocess.run(
        ["apt-cache", "-c", settings, *options, "policy", package],
        capture_output=True,
        check=False,
        env=os.environ | _ENVIRONMENT,
        text=True,
    )
    match = re.search(r"^\s*Candidate: (\S+)", answer.stdout, re.MULTILINE)
    return match[1] if match else ""


def _apt(settings: Path, log: Path, doing: str, arguments: Sequence[str]) -> bool:
    return run_long(
        ["apt-get", "-c", settings, *arguments],
        log=log,
        env=os.environ | _ENVIRONMENT,
        doing=doing,
        estimate="about 15 s",
    )


def _source_files() -> Iterator[Path]:
    yield from filter(Path.is_file, [_ETC_APT / "sources.list"])
    for suffix in ("list", "sources"):
        yield from sorted((_ETC_APT / "sources.list.d").glob(f"*.{suffix}"))


def _collect_sources(work: Path) -> list[str]:
    """Copy the machine's sources, add their backports, and return the backports' names."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    found: dict[str, None] = {}
    for number, file in enumerate(_source_files()):
        text = file.read_text(encoding="utf-8")
        (work / "sources" / f"{number}{file.suffix}").write_text(text, encoding="utf-8")
        entries = _deb822 if file.suffix == ".sources" else _one_line
        added = []
        for suite, entry in entries(text, {codename, "stable", "oldstable"}):
            found[f"{suite}-backports"] = None
            added.append(entry)
        if added:
            backports = work / "sources" / f"{number}-backports{file.suffix}"
            backports.write_text("\n".join(added), encoding="utf-8")
    (work / "sources.list").touch()
    return list(found)


def _one_line(text: str, suites: set[str]) -> Iterator[tuple[str, str]]:
    """The entries `deb [options] address suite component...`, for the suite's backports."""
    for line in text.splitlines():
        match = re.match(r"(deb\s+(?:\[[^]]*\]\s+)?\S+\s+)(\S+)((?:\s+[^\s#]+)+)", line.strip())
        if match and match[2] in suites and _MAIN_COMPONENTS & set(match[3].split()):
            yield match[2], f"{match[1]}{match[2]}-backports{match[3]}\n"


def _deb822(text: str, suites: set[str]) -> Iterator[tuple[str, str]]:
    """The stanzas of `Field: value` lines, for the suite's backports."""
    without_comments = re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)
    for stanza in re.split(r"\n\s*\n", without_comments):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
        values = {name.lower(): set(value.split()) for name, value in fields.items()}
        named = values.get("suites", set()) & suites
        if (
            not named
            or "deb" not in values.get("types", set())
            or "no" in values.get("enabled", set())
            or not _MAIN_COMPONENTS & values.get("components", set())
        ):
            continue
        suite = min(named)
        line = f"Suites: {suite}-backports"
        entry = re.sub(r"^Suites:.*$", line, stanza, flags=re.MULTILINE | re.IGNORECASE)
        yield suite, f"{entry.strip()}\n"
