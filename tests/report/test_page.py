# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report in a real Chromium: it works, it is accessible, and thousands of accounts do not freeze it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.files import write
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.inert import visible
from tests.report.browser import BUILD, DESKTOP, PHONE, Opened, axe, chromium, started
from tests.report.sample import HOSTILE, report

if not chromium():
    print("\nSKIPPED: the report's page is not opened, since there is no Chromium here: apt-get install chromium")
    pytest.skip("no Chromium", allow_module_level=True)

FLEET = report(40)
LARGE = 5000
# The most of the page's own thread, in seconds of CPU, so that a machine with other work judges the same.
OPENING, KEYSTROKE = 2.0, 0.25
FAILED = [account for account in FLEET["accounts"] if account["state"] == "failed"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(started())


@pytest.fixture(scope="module")
def path() -> Path:
    write(str(BUILD / "40"), FLEET)
    return BUILD / "40" / "report.html"


@pytest.fixture
def opened(browser: Browser, path: Path) -> Iterator[Opened]:
    one = Opened(browser, path)
    yield one
    one.context.close()
    assert one.complaints == []
    assert {url for url in one.fetched if not url.startswith("data:")} == {path.as_uri()}


def test_what_to_mend_comes_first(opened: Opened) -> None:
    page = opened.page
    assert page.locator("h1").inner_text() == f"Mend {len(FAILED)} accounts, connect {len(FLEET['unconnected'])}."
    first = page.locator("#tasks details").first
    assert first.get_attribute("open") is not None
    assert FLEET["unconnected"][0]["name"] in first.inner_text()
    first.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied", exact=True).wait_for()
    assert opened.copied() == FLEET["unconnected"][0]["inventory"]


def test_names_are_text(opened: Opened) -> None:
    opened.page.get_by_role("button", name="Failed").first.click()
    names = {" ".join(name.split()) for name in opened.page.locator("tr.account .name").all_text_contents()}
    opened.page.locator("#reset").click()
    names |= {" ".join(name.split()) for name in opened.page.locator("tr.account .name").all_text_contents()}
    assert names >= {" ".join(visible(name).split()) for name in HOSTILE}
    assert opened.page.locator("main img, main script").count() == 0


def test_states_filter(opened: Opened) -> None:
    chip = opened.page.locator("#states .chip").first
    chip.click()
    assert opened.count() == f"{len(FAILED)} of 40 accounts"
    assert chip.get_attribute("aria-pressed") == "true"
    assert opened.page.locator("tr.account .pill").all_inner_texts() == ["Failed"] * len(FAILED)
    opened.page.locator("#reset").click()
    assert opened.count() == "40 accounts"


def test_cases_and_links_filter(opened: Opened) -> None:
    opened.page.select_option("#case", "standalone")
    standalone = [account for account in FLEET["accounts"] if account["case"] == "standalone"]
    assert opened.count() == f"{len(standalone)} of 40 accounts"
    opened.page.select_option("#case", "")
    opened.page.select_option("#link", "import")
    wrong = [
        account
        for account in FLEET["accounts"]
        for link in account["links"]
        if link["link"] == "import" and link["state"] not in ("ok", "not_asked")
    ]
    assert wrong and opened.count() == f"{len(wrong)} of 40 accounts"


def test_search_finds_names_ids_hosts_and_codes(opened: Opened) -> None:
    for words in (
        "payments-prod-0",
        FLEET["accounts"][7]["account_id"],
        "<SCRIPT>",
        "source_import_failed",
        "getobject",
    ):
        opened.page.fill("#search", words)
        assert 1 <= len(opened.rows()) < 10, words
    opened.page.fill("#search", "nothing of that kind")
    assert opened.count() == "0 of 40 accounts"
    assert opened.page.get_by_text("No account fits").is_visible()
    opened.page.locator("#reset").click()
    opened.page.locator("h1").click()
    opened.page.keyboard.press("/")
    assert opened.page.evaluate("document.activeElement.id") == "search"


def test_the_address_keeps_the_view(opened: Opened, browser: Browser, path: Path) -> None:
    opened.page.locator("#states .chip").first.click()
    opened.page.fill("#search", "staging")
    count = opened.count()
    opened.page.wait_for_url("**search=staging")
    opened.page.reload()
    opened.page.wait_for_selector("html[data-ready]")
    assert opened.count() == count != "40 accounts"


def test_columns_sort(opened: Opened) -> None:
    def money() -> list[float]:
        texts = opened.page.locator("tr.account .c-spend").all_inner_texts()
        return [
            float(text.replace("USD", "").replace(",", "").replace("\xa0", "")) for text in texts if text != "\u2013"
        ]

    opened.page.locator("thead").get_by_role("button", name="Spend").click()
    assert money() == sorted(money(), reverse=True)
    assert opened.page.locator("th.c-spend").get_attribute("aria-sort") == "descending"
    opened.page.locator("thead").get_by_role("button", name="Spend").click()
    assert money() == sorted(money())
    opened.page.select_option("#order", "name")
    plain = [name for name in opened.rows() if name.replace("-", "").isalpha() and name.isascii()]
    assert len(plain) > 25 and plain == sorted(plain)
    opened.page.locator("thead").get_by_role("button", name="Cost").click()
    assert opened.page.locator("tr.account").first.locator(".c-link .mark").last.get_attribute("aria-label") == "Failed"


def test_an_account_opens_with_evidence_action_and_commands(opened: Opened) -> None:
    account = max(FAILED, key=lambda one: one["spend"])
    link = next(link for link in account["links"] if link["state"] == "failed")
    row = opened.page.locator("tr.account").first
    row.locator(".open").focus()
    opened.page.keyboard.press("Enter")
    details = opened.page.locator("tr.details")
    assert row.locator(".open").get_attribute("aria-expanded") == "true"
    for text in (link["evidence"], link["next_action"], *link["codes"]):
        assert text in details.inner_text()
    details.get_by_role("button", name="Copy").last.click()
    opened.page.get_by_text("Copied", exact=True).wait_for()
    assert opened.copied() == f"ansible-playbook finops_for_cloud.aws.audit --limit {account['host']}"
    opened.page.keyboard.press("Shift+Tab")
    row.locator(".c-state").click()
    assert details.count() == 0


def test_changes_and_tasks_lead_to_their_accounts(opened: Opened) -> None:
    opened.page.locator("#changes .who").first.click()
    assert opened.page.locator("tr.details").count() == 1
    task = opened.page.locator("#tasks details", has_text="1 other").first
    task.locator("summary").click()
    task.get_by_role("button", name="Show these 2 accounts").click()
    assert opened.count() == "2 of 40 accounts"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_layouts(browser: Browser, path: Path, name: str, size: tuple[int, int], theme: str) -> None:
    opened = Opened(browser, path, size, theme)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.screenshot(path=BUILD / f"{name}-{theme}-first.png")
    why = page.locator("tr.account .why").first
    if name == "phone":
        assert why.evaluate("(one) => one.getBoundingClientRect().width") > size[0] / 2
    else:
        assert not why.is_visible()
    page.locator("tr.account .open").first.click()
    page.locator(".missing summary").first.click()
    page.locator(".legend summary").click()
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=BUILD / f"{name}-{theme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    script = axe()
    if script is None:
        print("\nSKIPPED: accessibility is not looked at, since npm did not bring axe-core here")
    else:
        assert opened.violations(script) == []
    assert opened.complaints == []
    opened.context.close()


def test_the_switch_beats_the_device(opened: Opened) -> None:
    def paper() -> str:
        colour: str = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour

    light = paper()
    opened.page.locator("#theme").click()
    assert paper() == light
    opened.page.locator("#theme").click()
    assert paper() != light
    opened.page.reload()
    assert paper() != light


def test_paper(opened: Opened) -> None:
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not opened.page.locator("#filters").is_visible() and not opened.page.locator(".copy").first.is_visible()
    opened.page.pdf(path=BUILD / "print.pdf", format="A4")
    assert (BUILD / "print.pdf").read_bytes().startswith(b"%PDF")
    assert opened.page.locator("#tasks details:not([open])").count() == 0
    opened.page.screenshot(path=BUILD / "print.png", full_page=True)


def test_a_healthy_fleet_says_so(browser: Browser) -> None:
    write(str(BUILD / "healthy"), report(12, healthy=True))
    opened = Opened(browser, BUILD / "healthy" / "report.html")
    assert opened.page.locator("h1").inner_text() == "All 12 accounts are proven."
    assert not opened.page.locator("#first").is_visible() and not opened.page.locator("#unconnected").is_visible()
    assert opened.complaints == []


def test_an_empty_report_says_so(browser: Browser) -> None:
    write(str(BUILD / "empty"), {})
    opened = Opened(browser, BUILD / "empty" / "report.html")
    assert opened.page.locator("h1").inner_text() == "There is no account yet."
    assert opened.complaints == []


def test_thousands_of_accounts_do_not_freeze_it(browser: Browser) -> None:
    cpu = time.process_time()
    write(str(BUILD / str(LARGE)), report(LARGE))
    written = time.process_time() - cpu
    file = BUILD / str(LARGE) / "report.html"
    opened = Opened(browser, file)
    page = opened.page
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
    opening = opened.cpu_seconds()
    waits, costs = [], []
    for letter in "discovery":
        before, began = opened.cpu_seconds(), time.monotonic()
        page.locator("#search").press(letter)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        waits.append(time.monotonic() - began)
        costs.append(opened.cpu_seconds() - before)
    print(
        f"\n{LARGE} accounts: {written:.1f} s of CPU to write all files, page of {file.stat().st_size / 1e6:.1f} MB; "
        f"first paint after {paint:.2f} s, {opening:.2f} s of CPU to open it; a keystroke in the search "
        f"{1000 * sorted(waits)[len(waits) // 2]:.0f} ms, of CPU {1000 * sorted(costs)[len(costs) // 2]:.0f} ms "
        f"(worst {1000 * max(costs):.0f} ms)"
    )
    assert opening < OPENING and sorted(costs)[len(costs) // 2] < KEYSTROKE
    page.fill("#search", "")
    drawn = page.locator("tr.account").count()
    assert drawn < 200
    page.locator("#more").click()
    assert page.locator("tr.account").count() >= drawn + 200
    assert opened.complaints == []
