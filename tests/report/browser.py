# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser for the report's page: Debian's Chromium, driven by Playwright, and axe-core from npm."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

BUILD = Path(__file__).resolve().parents[2] / "build" / "report"
AXE_VERSION = "4.14.1"
DESKTOP, PHONE = (1280, 900), (390, 844)


def chromium() -> str | None:
    """The browser's path, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def axe() -> Path | None:
    """axe-core's script, which npm brings into build/; None without npm or where it cannot fetch it."""
    script = BUILD / "npm" / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists() and shutil.which("npm"):
        (BUILD / "npm").mkdir(parents=True, exist_ok=True)
        options = ("--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", "--prefix", BUILD / "npm")
        subprocess.run(["npm", "install", *options, f"axe-core@{AXE_VERSION}"], check=False, timeout=180)
    return script if script.exists() else None


@contextmanager
def started() -> Iterator[Browser]:
    """Chromium without a window; with this flag it starts for root and in containers too."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


class Opened:
    """The page of a report as a reader has it; complaints are what the browser's console was told."""

    def __init__(self, browser: Browser, path: Path, size: tuple[int, int] = DESKTOP, theme: str = "light") -> None:
        self.context = browser.new_context(
            viewport=dict(width=size[0], height=size[1]), color_scheme=theme, locale="en-US"
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.complaints: list[str] = []
        self.fetched: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.fetched.append(request.url))
        self._session = self.context.new_cdp_session(self.page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready]", timeout=120_000)

    def rows(self) -> list[str]:
        """The names of the accounts that are drawn."""
        found: list[str] = self.page.locator("tr.account .name").all_inner_texts()
        return found

    def count(self) -> str:
        """What the page says of how many accounts are chosen."""
        return self.page.locator("#count").inner_text()

    def cpu_seconds(self) -> float:
        """What the page's main thread has worked so far."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    def copied(self) -> str:
        """What is on the clipboard."""
        text: str = self.page.evaluate("navigator.clipboard.readText()")
        return text

    def violations(self, script: Path) -> list[str]:
        """What axe-core finds serious or critical, with where."""
        # Not as an element, which the page's own policy would refuse.
        self.page.evaluate(script.read_text())
        found: list[dict[str, Any]] = self.page.evaluate("axe.run(document).then((result) => result.violations)")
        return [
            "{0}: {1}".format(one["id"], "; ".join(str(node["target"]) for node in one["nodes"][:5]))
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
