"""The wheel: what is in it, what it asks for, and that it works without the checkout."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest
from distribution import Installed, build, link
from paths import ROOT

import sbom
from wsus_egress.release import REPOSITORY, VERSION


def test_one_package_and_the_lists(wheel: Path) -> None:
    """Only the package is at top level, and what Pulumi looks for; it is typed, and has every list."""
    names = zipfile.ZipFile(wheel).namelist()

    assert {
        "wsus_egress",
        "pulumi_wsus_egress",
        f"pulumi_wsus_egress-{VERSION}.dist-info",
    } == {name.partition("/")[0] for name in names}
    assert ["pulumi_wsus_egress/pulumi-plugin.json"] == [
        name for name in names if name.startswith("pulumi_wsus_egress/")
    ]
    assert "wsus_egress/py.typed" in names
    shipped = {name for name in names if name.startswith("wsus_egress/lists/")}
    lists = (ROOT / "config" / "endpoints").glob("*.yaml")
    assert {f"wsus_egress/lists/{path.name}" for path in lists} == shipped
    workflows = {name for name in names if name.startswith("wsus_egress/ci/")}
    assert {f"wsus_egress/ci/{path.name}" for path in (ROOT / "docs" / "ci").iterdir()} == workflows
    assert ["PulumiPolicy.yaml", "__main__.py", "requirements.txt"] == sorted(
        name.rpartition("/")[2] for name in names if name.startswith("wsus_egress/policy_pack/")
    )


def metadata_of(wheel: Path) -> Message:
    """What the wheel tells package indexes."""
    name = f"pulumi_wsus_egress-{VERSION}.dist-info/METADATA"
    return message_from_bytes(zipfile.ZipFile(wheel).read(name))


def test_the_index_learns_where_it_comes_from(wheel: Path) -> None:
    """Every address is the repository's; the classifiers say what it is for."""
    found = metadata_of(wheel)
    urls = dict(each.split(", ") for each in found.get_all("Project-URL") or [])

    assert {"Homepage", "Repository", "Issues", "Changelog"} == set(urls)
    assert [] == [url for url in urls.values() if not f"{url}/".startswith(f"{REPOSITORY}/")]
    assert {"Typing :: Typed", "Topic :: System :: Networking :: Firewalls"} <= {
        *(found.get_all("Classifier") or [])
    }


def test_no_cloud_sdk_without_its_extra(wheel: Path) -> None:
    """Who uses one cloud installs no other one's SDK."""
    requirements = metadata_of(wheel).get_all("Requires-Dist") or []

    assert ["idna", "pulumi", "pydantic", "pyyaml"] == sorted(
        each.partition(">")[0] for each in requirements if "extra ==" not in each
    )
    extras = {each.partition("extra == ")[2].strip("'\"") for each in requirements}
    assert {"", "aws", "azure", "cli", "guardrails"} == extras


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_builds_are_reproducible(tmp_path: Path, kind: str) -> None:
    """The same tree and date give the same bytes."""
    digests = set()
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        digests.add(hashlib.sha256(build(folder, kind).read_bytes()).hexdigest())

    assert 1 == len(digests)


def test_what_the_package_reads_is_in_it(wheel: Path) -> None:
    """Modules, schemas, templates and assets of the checkout are all there to the byte, and the licence."""
    archive = zipfile.ZipFile(wheel)
    names = set(archive.namelist())
    package = ROOT / "components" / "wsus_egress"
    tracked = subprocess.run(
        ["git", "ls-files", "."], cwd=package, capture_output=True, text=True, check=True,
    )  # fmt: skip

    files = tracked.stdout.splitlines()
    assert set() == {f"wsus_egress/{name}" for name in files} - names
    assert [] == [
        name
        for name in files
        if (package / name).read_bytes() != archive.read(f"wsus_egress/{name}")
    ]
    assert f"pulumi_wsus_egress-{VERSION}.dist-info/licenses/LICENSE" in names


def test_the_sdist_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """It has what the build needs and nothing else; what it builds is the wheel, to the byte."""
    with tarfile.open(build(tmp_path, "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = (path for path in tmp_path.iterdir() if path.is_dir())

    assert [
        ".gitignore", "LICENSE", "PKG-INFO", "README.md", "components", "config", "docs", "policy_pack",
        "pyproject.toml",
    ] == sorted(path.name for path in tree.iterdir())  # fmt: skip
    assert wheel.read_bytes() == build(tmp_path, "wheel", tree).read_bytes()


@pytest.fixture(scope="module")
def with_extra(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Installed]:
    """Installs the wheel with the dependencies of one extra, or of none, and no others."""
    folder = tmp_path_factory.mktemp("extras")

    def install(extra: str) -> Installed:
        place = folder / (extra or "none")
        place.mkdir()
        installed = Installed.from_wheel(wheel, place, place / "others")
        (own,) = metadata.distributions(path=[str(installed.site)])
        link(installed.others, [n for n, extras in sbom.needs(own).items() if extras & {"", extra}])
        return installed

    return install


@pytest.mark.parametrize(
    ("extra", "module", "package", "needed"),
    [("aws", "azure", "pulumi_azure_native", "azure"),
     ("azure", "aws", "pulumi_aws", "aws"),
     ("", "guardrails.pack", "pulumi_policy", "guardrails")],
)  # fmt: skip
def test_a_missing_extra_is_named(
    with_extra: Callable[[str], Installed], tmp_path: Path,
    extra: str, module: str, package: str, needed: str,
) -> None:  # fmt: skip
    """With one cloud's extra its components work; the other's name what to install."""
    installed = with_extra(extra)
    own = installed.run("-c", f"import wsus_egress.{extra}".rstrip("."), cwd=tmp_path)
    other = installed.run("-c", f"import wsus_egress.{module}", cwd=tmp_path)
    expected = (
        f"ModuleNotFoundError: {package} is not installed: "
        f'pip install "pulumi-wsus-egress[{needed}]"'
    )

    assert (0, "") == (own.returncode, own.stderr)
    assert (1, expected) == (other.returncode, other.stderr.splitlines()[-1])


def test_without_the_command_line_it_says_so(
    with_extra: Callable[[str], Installed], tmp_path: Path
) -> None:
    """A missing extra ends with exit status 2 and a message, not a traceback."""
    done = with_extra("guardrails").run(
        "-c", "from wsus_egress.cli import main; main()", cwd=tmp_path
    )
    expected = 'error: click is not installed: pip install "pulumi-wsus-egress[cli]"\n'

    assert (2, expected) == (done.returncode, done.stderr)


def test_a_python_that_is_too_old(wheel: Path) -> None:
    """Pip refuses it by the wheel's metadata; the command says the same where pip was not asked."""
    from wsus_egress.extras import OLDEST  # noqa: PLC0415

    code = (
        "import sys; from wsus_egress.cli import main; "
        "sys.version_info = (3, 10, 4, 'final', 0); main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    name = f"pulumi_wsus_egress-{VERSION}.dist-info/METADATA"
    required = message_from_bytes(zipfile.ZipFile(wheel).read(name))["Requires-Python"]

    assert (2, f">={'.'.join(map(str, OLDEST))}") == (done.returncode, required)
    assert done.stderr == (
        "error: wsus-egress needs Python 3.11 or newer, and this is 3.10.4: make a virtual environment "
        "with a newer one\n"
    )


def test_the_command_line_alone(with_extra: Callable[[str], Installed], root: Path) -> None:
    """With its extra and no cloud's SDK the installed command proves the shipped environments."""
    installed = with_extra("cli")
    done = installed.run(
        installed.python.with_name("wsus-egress"), "check", "--project", root, "--today", "2026-11-24",
        cwd=installed.site,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.endswith(": no finding\n")


def test_a_preview_runs_on_what_the_action_installs(
    wheel: Path, root: Path, tmp_path: Path
) -> None:
    """The action's lock file has neither Pulumi nor a cloud's SDK, and that is enough."""
    lock = root / ".github" / "actions" / "policy-preview" / "requirements.txt"
    names = [line.partition("==")[0] for line in lock.read_text().splitlines() if "==" in line]
    installed = Installed.from_wheel(wheel, tmp_path, tmp_path / "others")
    link(installed.others, names)
    done = installed.run(
        installed.python.with_name("wsus-egress"), "preview", "--project", root, "--format", "markdown",
        cwd=tmp_path,
    )  # fmt: skip
    pulumi = installed.run("-c", "import pulumi", cwd=tmp_path)

    assert (0, "") == (done.returncode, done.stderr)
    assert "No module named 'pulumi'" in pulumi.stderr


def measured(code: str) -> tuple[float, float]:
    """Seconds and megabytes that a statement takes in a fresh interpreter, the best of three."""
    probe = (
        "import resource, time; r = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        f"m = r(); t = time.process_time(); {code}; print(time.process_time() - t, r() - m)"
    )
    runs = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", probe], capture_output=True, text=True, check=True
        )
        seconds, size = map(float, done.stdout.split())
        # Linux counts kilobytes, macOS bytes.
        runs.append((seconds, size / (1024 if sys.platform == "linux" else 1024**2)))
    return min(runs)


def test_import_is_light() -> None:
    """Importing the package costs at most 0.15 s and 15 MB over the interpreter."""
    seconds, megabytes = measured("import wsus_egress")

    assert seconds <= 0.15
    assert megabytes <= 15


def test_the_interface() -> None:
    """The components that programs import by name, which are those of the plugin, and no other."""
    from wsus_egress import aws, azure, plugin  # noqa: PLC0415

    names = [*aws.__all__, *azure.__all__]
    exported = [name for name in names if not name.endswith("Args")]
    assert [
        "AwsWsusDnsFirewall",
        "AwsWsusEgress",
        "AwsWsusNetworkFirewall",
        "AwsWsusSecurityGroup",
        "AzureWsusDnsSecurityPolicy",
        "AzureWsusEgress",
        "AzureWsusFirewall",
        "AzureWsusFirewallRules",
        "AzureWsusNetworkSecurityGroup",
        "AzureWsusRouteTable",
    ] == sorted(exported)
    assert {*exported} == {each.__name__ for each in plugin.components()}
