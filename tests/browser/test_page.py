"""The page in a real browser: used by mouse, by keyboard and by a screen reader, and with long lists."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from paths import ROOT
from sample import TODAY
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from wsus_egress.cli.report import as_html
from wsus_egress.review.analysis import analyse
from wsus_egress.review.comparison import without_base

AXE = Path(axe_core_python.__file__).with_name("axe.min.js")
Open = Callable[..., webdriver.Chrome]


@pytest.fixture
def opened(chromium: webdriver.Chrome, report_file: Path) -> Open:
    """Opens the shipped environments' page anew, in a scheme of colours and a width."""

    def open_page(*, scheme: str = "light", width: int = 1280) -> webdriver.Chrome:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        chromium.set_window_size(width, 900)
        logged(chromium, "browser")
        logged(chromium, "performance")
        chromium.get(report_file.as_uri())
        return chromium

    return open_page


def logged(page: Any, kind: str) -> list[dict[str, Any]]:
    """What was logged since the last call."""
    found: list[dict[str, Any]] = page.get_log(kind)
    return found


def rows(page: webdriver.Chrome, table: str = "#matrix-table") -> list[str]:
    """The first cell of each row of a table."""
    found = page.find_elements(By.CSS_SELECTOR, f"{table} tbody th")
    return [element.text for element in found]


def test_the_page_asks_for_nothing_and_breaks_no_rule(opened: Open) -> None:
    """The only request is for the file itself; no script fails and no policy is violated."""
    page = opened()
    page.find_element(By.ID, "url").send_keys("https://sws.update.microsoft.com/")
    events = [json.loads(entry["message"])["message"] for entry in logged(page, "performance")]
    asked = [event["params"]["request"]["url"] for event in events
             if event["method"] == "Network.requestWillBeSent"]  # fmt: skip
    assert ([page.current_url], []) == (asked, logged(page, "browser"))


def test_the_policy_stops_foreign_scripts(opened: Open) -> None:
    """A script that somebody slips in does not run, nor does a handler in an attribute."""
    page = opened()
    page.execute_script("""
        const script = document.createElement("script");
        script.textContent = "window.slipped = true";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<button id=slip onclick='window.slipped = 1'>x</button>");
        document.getElementById("slip").click();
    """)
    refused = [
        entry for entry in logged(page, "browser") if "Content Security Policy" in entry["message"]
    ]
    assert (None, 2) == (page.execute_script("return window.slipped"), len(refused))


def test_a_typed_url_is_answered(opened: Open) -> None:
    """Every environment has its verdict, and every control its rule, while one types."""
    page = opened()
    page.find_element(By.ID, "url").send_keys("https://sws.update.microsoft.com/")
    said = page.find_element(By.CSS_SELECTOR, "#answer .said").text
    assert "The policy allows it in 5 of 5 environments, for every party that may ask." == said
    assert ["dev", "open", "prod", "sandbox", "staging"] == rows(page, "#answer")
    rulings = page.find_element(By.CSS_SELECTOR, "#answer .rulings").text.splitlines()
    assert ["allow aws-security-group: wsus-egress-https-ipv4",
            "allow aws-network-firewall: tls-443-*.update.microsoft.com"] == rulings  # fmt: skip


def test_a_typed_host_is_answered_by_both_schemes(opened: Open) -> None:
    """Without a scheme every environment has two rows, which say by which scheme."""
    page = opened()
    page.find_element(By.ID, "url").send_keys("sws.update.microsoft.com")
    said = page.find_element(By.CSS_SELECTOR, "#answer .said").text
    assert (
        "The policy allows it by http in 5 of 5 environments, by https in 5 of 5 environments, "
        "for every party that may ask."
    ) == said
    names = ("dev", "open", "prod", "sandbox", "staging")
    assert [f"{name}, {s}" for s in ("http", "https") for name in names] == rows(page, "#answer")


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("//sws.update.microsoft.com",
         "//sws.update.microsoft.com is neither a URL nor a host; write https:// and the host."),
        ("https://a%2eb.com/",
         "https://a%2eb.com/ has a % in its host, which some programs decode and others send; write the host "
         "as it is sent."),
        ("https://bücher.example/",
         "https://bücher.example/ has a host that no list has in this form; write it as "
         "xn--bcher-kva.example. Or ask wsus-egress explain."),
        ("https://a\u00ad\u0300.xn--a/",
         "https://a\u00ad\u0300.xn--a/ has a host that no list has in this form. Or ask wsus-egress explain."),
        ("<img src=x>/", '<img src=x>/ has "<" in it; write it percent-encoded.'),
        ("", ""),
    ],
)  # fmt: skip
def test_what_has_no_answer_has_a_reason(opened: Open, url: str, answer: str) -> None:
    """What cannot be read is quoted as text, with what to write instead."""
    page = opened()
    page.find_element(By.ID, "url").send_keys(url)
    assert answer == page.find_element(By.ID, "answer").text


def test_the_matrix_is_filtered_and_shows_controls(opened: Open) -> None:
    """The filter narrows the rows, the choice of columns shows one environment's controls."""
    page = opened()
    page.find_element(By.ID, "filter").send_keys("wustat")
    heads = page.find_elements(By.CSS_SELECTOR, "#matrix-table thead th")
    cells = page.find_elements(By.CSS_SELECTOR, "#matrix-table tbody td .badge")
    shown = dict(zip([head.text for head in heads[4:]], [cell.text for cell in cells], strict=True))
    expected = {"dev\naws": "allow", "open\naws": "allow", "open\nazure": "allow", "prod\naws": "deny",
                "prod\nazure": "deny", "sandbox\naws": "deny", "sandbox\nazure": "unknown",
                "staging\nazure": "deny"}  # fmt: skip
    assert (["wustat.windows.com"], expected) == (rows(page), shown)
    Select(page.find_element(By.ID, "columns")).select_by_visible_text("Controls of dev")
    heads = page.find_elements(By.CSS_SELECTOR, "#matrix-table thead th")
    assert ["aws\ntogether", "aws\naws-security-group", "aws\naws-network-firewall"] == [
        head.text for head in heads[4:]
    ]


def test_what_is_listed_and_what_is_allowed_stand_apart(opened: Open) -> None:
    """What a list says of an entry is not what an environment allows, where both schemes count."""
    page = opened()
    page.find_element(By.ID, "filter").send_keys("windowsupdate.microsoft.com http wsus ")
    cells = page.find_elements(By.CSS_SELECTOR, "#matrix-table tbody td")
    assert ["http", "http, https"] == [cell.text for cell in cells[:2]]
    page.find_element(By.ID, "filter").clear()
    page.find_element(By.ID, "filter").send_keys("wustat")
    Select(page.find_element(By.ID, "columns")).select_by_visible_text("Controls of prod")
    cells = page.find_elements(By.CSS_SELECTOR, "#matrix-table tbody td")
    assert ["http, https", "nothing"] == [cell.text for cell in cells[:2]]


def test_the_keyboard_reaches_everything(opened: Open) -> None:
    """From the top, tabs pass the skip link, every link, field and disclosure, each with an outline."""
    page = opened()
    wanted = page.execute_script("""
        return [...document.querySelectorAll("a[href], input, select, button:enabled, summary")].length;
    """)
    seen, outlined = set(), True
    for _ in range(wanted + 40):
        page.switch_to.active_element.send_keys(Keys.TAB)
        focused = page.switch_to.active_element
        if focused.tag_name == "body":
            break
        if focused.tag_name in ("a", "input", "select", "button", "summary"):
            seen.add(focused.id)
            outlined &= focused.value_of_css_property("outline-style") != "none"
    assert (wanted, True) == (len(seen), outlined)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 500])
def test_axe_finds_nothing(opened: Open, scheme: str, width: int) -> None:
    """No violation of any rule of axe-core, best practices included, with all of it open."""
    page = opened(scheme=scheme, width=width)
    page.find_element(By.ID, "url").send_keys("https://sws.update.microsoft.com/")
    page.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
    page.execute_script(AXE.read_text(encoding="utf-8"))
    found: Any = page.execute_async_script("axe.run().then(arguments[0])")
    told = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
    assert ([], True) == (told, len(found["passes"]) > 20)


def test_a_narrow_page_does_not_scroll_sideways(opened: Open) -> None:
    """Only tables and pictures do, each by itself."""
    page = opened(width=500)
    page.find_element(By.ID, "url").send_keys("https://sws.update.microsoft.com/")
    wide = page.execute_script("return document.documentElement.scrollWidth > window.innerWidth")
    assert wide is False


def test_paper_has_all_of_it(opened: Open) -> None:
    """Printed, everything that can be opened is open; afterwards it is closed again."""
    page = opened()
    count = "return document.querySelectorAll('details:not([open])').length"
    closed = page.execute_script(count)
    page.execute_script("""
        window.addEventListener("beforeprint", () => {
          window.closedOnPaper = document.querySelectorAll("details:not([open])").length;
        });
    """)
    paper = base64.b64decode(
        page.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    )
    assert b"%PDF-" == io.BytesIO(paper).read(5)
    assert (True, 0) == (closed > 0, page.execute_script("return window.closedOnPaper"))
    assert closed == page.execute_script(count)


@pytest.fixture
def long_page(chromium: webdriver.Chrome, tmp_path: Path) -> webdriver.Chrome:
    """A page of an environment with 5,000 names."""
    entry = (
        "  - {{pattern: '{}', schemes: [http, https], purpose: x, source: x, date: 2026-11-01}}\n"
    )
    listed = "".join(
        entry.format(f"{'*.' if n % 2 else ''}host{n}.domain{n % 97}.example") for n in range(5000)
    )
    config = (ROOT / "config" / "Pulumi.staging.yaml").read_text()
    (tmp_path / "config" / "endpoints").mkdir(parents=True)
    (tmp_path / "config" / "endpoints" / "wsus.yaml").write_text(
        f"title: Long\nendpoints:\n{listed}"
    )
    (tmp_path / "config" / "Pulumi.staging.yaml").write_text(config)
    analyses = analyse(tmp_path, (), TODAY, each_control=True)
    page = tmp_path / "report.html"
    page.write_text(as_html.render(without_base(analyses, TODAY)), encoding="utf-8")
    assert page.stat().st_size < 5_000_000
    chromium.get(page.as_uri())
    return chromium


def test_five_thousand_names_stay_smooth(long_page: webdriver.Chrome) -> None:
    """From a key to the painted answer it takes no longer than a reader notices: 100 ms."""
    script = """
        const [id, text, done] = arguments, field = document.getElementById(id), times = [];
        const type = (length) => {
          if (length > text.length) return done(times);
          field.value = text.slice(0, length);
          const before = performance.now();
          field.dispatchEvent(new Event("input"));
          void document.body.offsetHeight;
          times.push(performance.now() - before);
          requestAnimationFrame(() => type(length + 1));
        };
        type(1);
    """
    long_page.set_script_timeout(60)
    typed: list[float] = long_page.execute_async_script(script, "filter", "host4321.domain")
    asked: list[float] = long_page.execute_async_script(
        script, "url", "https://a.host4321.domain53.example/"
    )
    assert "1 to 1 of 1" == long_page.find_element(By.ID, "matrix-count").text
    assert "allow" == long_page.find_element(By.CSS_SELECTOR, "#answer td .badge").text
    times = sorted([*typed, *asked])
    assert (True, True) == (times[len(times) // 2] < 100, times[-1] < 1000)


def test_paper_has_a_thousand_rows(long_page: webdriver.Chrome) -> None:
    """Nobody turns pages on paper: as many rows as a reader could want, and fifty again afterwards."""
    long_page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    printed = long_page.find_element(By.ID, "matrix-count").text
    long_page.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert ("1 to 1000 of 5000", 50) == (printed, len(rows(long_page)))


def test_pages_of_the_matrix_are_turned(long_page: webdriver.Chrome) -> None:
    """Rows come fifty at a time; the first page has no previous, the last no next."""
    forward, back = (long_page.find_element(By.ID, each) for each in ("next", "previous"))
    count = long_page.find_element(By.ID, "matrix-count")
    assert (False, 50, "1 to 50 of 5000") == (back.is_enabled(), len(rows(long_page)), count.text)
    forward.click()
    assert (True, "51 to 100 of 5000") == (back.is_enabled(), count.text)
    long_page.find_element(By.ID, "filter").send_keys("host4999")
    assert (False, False, "1 to 1 of 1") == (back.is_enabled(), forward.is_enabled(), count.text)
