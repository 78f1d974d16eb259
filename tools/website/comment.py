"""Takes the pictures of a pull request's comment, docs/images/comment-*.png.

The text is what `wsus-egress preview --base` says of a change that opens `*.contoso.com`. Each picture
carries its text's SHA-512 in the PNG, so that a test notices when the command says something else. `make pictures`
takes them anew then; it needs Chromium.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from itertools import product
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

ROOT: Final = Path(__file__).resolve().parents[2]
EXAMPLE: Final = "docs/examples/settings/Pulumi.aws-policy.yaml"
CHANGE: Final = """\
  wsus-egress:extraEndpoints:
    - pattern: "*.contoso.com"
      schemes: [https]
      owner: web team
      reason: Our own mirror
"""
DAY: Final = "2026-11-24"
_KEY: Final = b"wsus-egress text sha-512"
_GIT: Final = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
_STYLE: Final = """
:root { --ground: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --head: #f6f8fa; }
.dark { --ground: #0d1117; --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --head: #151b23; }
* { box-sizing: border-box; }
body { margin: 0; padding: 16px; background: var(--ground); color: var(--ink);
       font: 14px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
article { border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
header { padding: 8px 16px; background: var(--head); border-bottom: 1px solid var(--line); color: var(--soft); }
header b { color: var(--ink); }
main { padding: 4px 16px 16px; }
h2 { font-size: 1.4em; border-bottom: 1px solid var(--line); padding-bottom: .3em; margin: 12px 0; }
h3 { font-size: 1.15em; margin: 18px 0 10px; }
p { margin: 10px 0; }
code, pre { font: 12px/1.45 ui-monospace, Consolas, "DejaVu Sans Mono", monospace; background: var(--head); border-radius: 6px; }
code { padding: .2em .4em; }
pre { padding: 12px; white-space: pre-wrap; }
pre code { padding: 0; background: none; }
table { border-collapse: collapse; font-size: 13px; }
th, td { border: 1px solid var(--line); padding: 6px 8px; text-align: left; vertical-align: top; }
th:first-child, td:first-child { white-space: nowrap; }
"""


def text() -> str:
    """The comment, down to the first part that is folded, of a change in a repository made for it."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        shutil.copytree(ROOT / "config" / "endpoints", project / "config" / "endpoints")
        shutil.copy(ROOT / "Pulumi.yaml", project)
        settings = project / "config" / "Pulumi.prod.yaml"
        shutil.copy(ROOT / EXAMPLE, settings)
        identity = ["-c", "user.name=main", "-c", "user.email=main@example.com"]
        for command in (
            ["init", "--quiet", "--initial-branch=main"],
            ["add", "--all"],
            [*identity, "commit", "--quiet", "--message=main"],
        ):
            subprocess.run(["git", *command], cwd=project, check=True, env=os.environ | _GIT)
        with settings.open("a", encoding="utf-8") as file:
            file.write(CHANGE)
        program = str(Path(sys.executable).with_name("wsus-egress"))
        command = [program, "preview", "--base", "main", "--format", "markdown", "--today", DAY]
        done = subprocess.run(
            command, cwd=project, capture_output=True, text=True, check=False, env=os.environ | _GIT
        )
    said, folded, _ = done.stdout.partition("<details>")
    if done.returncode != 1 or not folded:
        raise SystemExit(f"error: the preview should refuse the change, but said: {done.stderr}")
    return said


def page(said: str, scheme: str) -> str:
    """The comment as a pull request shows it."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    return (
        f'<!doctype html><html lang="en" class="{scheme}"><meta charset="utf-8">'
        f"<style>{_STYLE}</style><article><header><b>github-actions</b> commented on this pull request"
        f"</header><main>{reader.render(said)}</main></article></html>"
    )


def shapes(said: str) -> dict[str, tuple[int, str]]:
    """Width and text of each picture: a telephone's one ends before the table."""
    return {"": (900, said), "-narrow": (420, said.partition("### Newly allowed")[0])}


def fingerprint(said: str) -> str:
    """What a picture carries of its text."""
    return hashlib.sha512(said.encode()).hexdigest()


def marked(png: bytes, said: str) -> bytes:
    """The picture with its text's fingerprint, in a chunk of text before the last one."""
    data = _KEY + b"\0" + fingerprint(said).encode()
    chunk = struct.pack(">I", len(data)) + b"tEXt" + data
    chunk += struct.pack(">I", zlib.crc32(b"tEXt" + data))
    end = png.rindex(b"IEND") - 4
    return png[:end] + chunk + png[end:]


def mark(png: bytes) -> str:
    """The fingerprint that a picture carries."""
    _, _, rest = png.partition(_KEY + b"\0")
    return rest[:128].decode("ascii", "replace")


def main() -> int:
    """Take both pictures."""
    from website.browser import start  # noqa: PLC0415 - the tests of the text need no browser

    said = text()
    with tempfile.TemporaryDirectory() as folder:
        browser = start(Path(folder) / "profile")
        if browser is None:
            print(
                "error: there is no Chromium; install chromium and chromium-driver", file=sys.stderr
            )
            return 1
        for scheme, (shape, (width, shown)) in product(("light", "dark"), shapes(said).items()):
            html = Path(folder) / "comment.html"
            html.write_text(page(shown, scheme), encoding="utf-8")
            browser.get(html.as_uri())
            size = {"width": width, "height": 100, "deviceScaleFactor": 2, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            height = browser.execute_script("return document.documentElement.offsetHeight")
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
            taken = browser.execute_cdp_cmd(
                "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}
            )
            target = ROOT / "docs" / "images" / f"comment{shape}-{scheme}.png"
            target.write_bytes(marked(base64.b64decode(taken["data"]), said))
            print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")
        browser.quit()
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tools"))
    sys.exit(main())
