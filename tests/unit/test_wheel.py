"""The wheel: what is in it, what it asks for, and that it works without the checkout."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from wsus_egress.release import VERSION

ROOT = Path(__file__).resolve().parents[2]
EPOCH = "1767225600"


def build(folder: Path, kind: str) -> Path:
    """Build a distribution, with the pinned backend and no network."""
    call = f"import hatchling.build as b; print(b.build_{kind}({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        capture_output=True,
        text=True,
        check=True,
    )
    return folder / done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build(tmp_path_factory.mktemp("wheel"), "wheel")


def test_one_package_and_the_lists(wheel: Path) -> None:
    """Only the package is at top level, typed, with every shipped list in it."""
    names = zipfile.ZipFile(wheel).namelist()

    assert {"wsus_egress", f"pulumi_wsus_egress-{VERSION}.dist-info"} == {
        name.partition("/")[0] for name in names
    }
    assert "wsus_egress/py.typed" in names
    shipped = {name for name in names if name.startswith("wsus_egress/lists/")}
    lists = (ROOT / "config" / "endpoints").glob("*.yaml")
    assert {f"wsus_egress/lists/{path.name}" for path in lists} == shipped


def test_no_cloud_sdk_without_its_extra(wheel: Path) -> None:
    """Who uses one cloud installs no other one's SDK."""
    name = f"pulumi_wsus_egress-{VERSION}.dist-info/METADATA"
    metadata = message_from_bytes(zipfile.ZipFile(wheel).read(name))
    requirements = metadata.get_all("Requires-Dist") or []

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


def test_installed_wheel_serves_its_lists(wheel: Path, tmp_path: Path) -> None:
    """Away from the checkout, a component's policy is made from the lists in the wheel."""
    folder = tmp_path / "venv"
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies are those of this environment; the package is the wheel's.
    own = next(path for path in sys.path if path.endswith("site-packages"))
    code = (
        "from wsus_egress.arguments import compile_arguments as c; import wsus_egress; "
        "p={'lists': ['wsus'], 'servers': [{'name': 'wsus', 'addresses': ['10.20.0.10']}]}; "
        "c('dev', p, 'aws', {'vpc_id': 'vpc-1a2b3c4d'}, None); print(wsus_egress.__file__)"
    )
    done = subprocess.run(
        [folder / "bin" / "python", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{site}{os.pathsep}{own}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert str(site) in done.stdout


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
    """What programs import: a change here is a change for every user."""
    from wsus_egress import aws, plugin  # noqa: PLC0415

    assert [
        "AwsWsusDnsFirewall",
        "AwsWsusEgress",
        "AwsWsusNetworkFirewall",
        "AwsWsusSecurityGroup",
    ] == sorted(aws.__all__)
    assert set(aws.__all__) <= {each.__name__ for each in plugin.components()}
