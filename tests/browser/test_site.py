"""The documentation site in a real browser: every page, in light and in dark, wide and on a telephone."""

from __future__ import annotations

import functools
import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import axe_core_python
import pytest
from paths import ROOT
from selenium import webdriver
from selenium.webdriver.support.wait import WebDriverWait

from website import diagrams

AXE: Final = Path(axe_core_python.__file__).with_name("axe.min.js")
WIDE, NARROW = 1280, 390
BUILD: Final = """
import sys
from mkdocs.commands.build import build
from mkdocs.config import load_config
config = load_config("mkdocs.yml", site_dir=sys.argv[1])
from website import repository  # The hook has put it on the path.
repository.link(config, "https://github.com/contoso/egress")
build(config)
"""
"""A site with a repository: its link is what the theme would ask another site about."""
JUDGE: Final = """
const done = arguments[arguments.length - 1];
axe.run(document, arguments[0]).then((found) => done(found.violations.map((one) =>
  `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" ")}`)));
"""
SWITCH: Final = "document.querySelector('[data-md-component=palette] label:not([hidden])').click()"
TOO_WIDE: Final = """
const out = [];
if (document.documentElement.scrollWidth > innerWidth) out.push("the page");
for (const label of document.querySelectorAll(".diagram-drawn foreignObject > *"))
  if (label.scrollWidth > label.parentElement.width.baseVal.value + 1) out.push(label.textContent);
for (const text of document.querySelectorAll(".md-content :is(p, li, h1, h2, h3, h4, dt, dd)")) {
  const box = text.getBoundingClientRect();
  if (box.right > innerWidth && !text.closest(".md-typeset__scrollwrap, .tabbed-labels, pre")) out.push(text.textContent);
}
return out;
"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@dataclass
class Page:
    """What a page's HTML refers to, and what can be referred to in it."""

    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, text: str) -> Page:
        """Reads a page."""
        page = cls()
        _Reader(page).feed(text)
        return page


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base's
        given = {key: value or "" for key, value in attrs}
        self._page.links.extend(given[key] for key in ("href", "src", "srcset") if key in given)
        self._page.ids.update(given[key] for key in ("id", "name") if key in given)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-c", BUILD, str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where it is served."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def visitor(chromium: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The browser of one who has never been here; for the tests of the report it is then as before."""
    source = {"source": "try { localStorage.clear() } catch {}"}
    script = chromium.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)
    chromium.set_script_timeout(240)  # axe takes its time for the long pages on a busy machine.
    yield chromium
    chromium.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chromium.get("about:blank")


def pages(site: Path) -> list[str]:
    """The address of every page, below the site's."""
    found = sorted(site.rglob("index.html"))
    return [path.parent.relative_to(site).as_posix().replace(".", "", 1) for path in found]


def look(chromium: webdriver.Chrome, url: str, width: int, scheme: str) -> None:
    """Open a page as one sees it whose system has this scheme, and who has chosen nothing."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    chromium.get("about:blank")
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    chromium.get(url)
    drawn = "return !document.querySelector('pre.diagram') || !!document.documentElement.dataset.diagrams"
    WebDriverWait(chromium, 60).until(lambda page: page.execute_script(drawn))
    shown = "return document.body.dataset.mdColorScheme"
    assert {"light": "default", "dark": "slate"}[scheme] == chromium.execute_script(shown)


def faults(chromium: webdriver.Chrome) -> list[str]:
    """What axe says of the page as it is."""
    chromium.execute_script(AXE.read_text(encoding="utf-8"))
    found: list[str] = chromium.execute_async_script(
        JUDGE, {"resultTypes": ["violations"], "preload": False}
    )
    return found


def asked(chromium: Any) -> set[str]:
    """Every address that the browser has asked for since the last call."""
    events = [json.loads(entry["message"])["message"] for entry in chromium.get_log("performance")]
    return {
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    }


def said(chromium: Any) -> list[str]:
    """What scripts and the browser have said on the console since the last call."""
    return [entry["message"] for entry in chromium.get_log("browser")]


def test_every_page_is_readable(visitor: webdriver.Chrome, site: Path, address: str) -> None:
    """Nothing is too wide, no script complains, axe finds nothing, and no request leaves the machine.

    axe judges each page in light and wide, and in dark and narrow; the switch then shows the other scheme.
    """
    asked(visitor)
    wrong: dict[str, list[str]] = {}
    for page in pages(site):
        for width, scheme in ((WIDE, "light"), (NARROW, "dark")):
            look(visitor, f"{address}{page}", width, scheme)
            found = [*visitor.execute_script(TOO_WIDE), *faults(visitor)]
            visitor.execute_script(SWITCH)
            found += [*visitor.execute_script(TOO_WIDE), *said(visitor)]
            for fault in found:
                wrong.setdefault(fault, []).append(f"{page} {width} {scheme}")
    assert not wrong, json.dumps(wrong, indent=1)

    urls = asked(visitor)
    assert f"{address}tutorial/" in urls
    assert set() == {url for url in urls if not url.startswith((address, "data:", "about:"))}


def test_every_link_leads_somewhere(site: Path) -> None:
    """Every address below the site's has its file, and every part that a link names is there."""
    read = {path: Page.of(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    lost = []
    for path, page in read.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            base = site if parts.path.startswith("/") else path.parent
            target = path if not parts.path else base / unquote(parts.path).lstrip("/")
            target = target.resolve()
            target = target / "index.html" if target.is_dir() else target
            known = read[target].ids if target in read else {unquote(parts.fragment)}
            if not target.is_file() or (parts.fragment and unquote(parts.fragment) not in known):
                lost.append((path.relative_to(site).as_posix(), link))

    assert 25 < len(read)
    assert [] == lost


def test_edit_links_lead_to_the_repository(site: Path) -> None:
    """A page names the file that one edits; a page that a tool writes names none."""
    edit = "https://github.com/contoso/egress/edit/main/"
    links = {name: Page.of((site / name / "index.html").read_text()).links for name in
             ("aws", "benchmarks", "settings")}  # fmt: skip

    assert f"{edit}docs/aws.md" in links["aws"]
    assert f"{edit}benchmarks/README.md" in links["benchmarks"]
    assert [] == [link for link in links["settings"] if link.startswith(edit)]
    assert "https://github.com/contoso/egress/" in links["settings"]


def test_diagrams_are_drawn(visitor: webdriver.Chrome, address: str) -> None:
    """A drawing stands where its text was, has a name, and its lines follow the switch."""
    if not diagrams.available():
        pytest.skip("Mermaid is not in the cache: the set-up fetches it with npm")
    look(visitor, f"{address}architecture/", WIDE, "light")
    line = """return [document.querySelectorAll("pre.diagram").length,
        document.querySelector(".diagram-drawn svg title").textContent,
        getComputedStyle(document.querySelector(".diagram-drawn .flowchart-link")).stroke]"""
    left, title, light = visitor.execute_script(line)
    visitor.execute_script(SWITCH)
    _, _, dark = visitor.execute_script(line)

    assert (0, "From files to clouds") == (left, title)
    assert light != dark


def test_the_language_stays_chosen(visitor: webdriver.Chrome, address: str) -> None:
    """Whoever reads Go on one page reads it on the next, and the code is that of the file."""
    look(visitor, address, WIDE, "light")
    shown = """return [...document.querySelectorAll(".tabbed-block")]
        .filter((block) => block.offsetParent).map((block) => block.querySelector("code").textContent)"""
    visitor.execute_script("""[...document.querySelectorAll(".tabbed-labels label")]
        .find((label) => label.textContent.trim() === "Go").click()""")
    (code,) = visitor.execute_script(shown)

    assert (ROOT / "docs/examples/go/main.go").read_text().split() == code.split()
