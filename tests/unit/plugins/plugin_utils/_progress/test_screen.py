# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The live line makes way for others, and is not drawn more often than it can be read; plain lines elsewhere."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from ansible.utils.display import Display

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress import screen as module
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress.accounts import Accounts
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress.screen import Screen
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress.words import STATES

HOSTS = [f"shop-{number}" for number in range(100)]


class Stream(io.StringIO):
    """What is printed to a terminal or to a file."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class Watched:
    """A screen, where it prints, its accounts, and the time as the test wants it."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, stream: Stream, interval: float, is_watched: bool = True
    ) -> None:
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", stream)
        self.stream, self.now = stream, 1000.0
        clock = SimpleNamespace(monotonic=lambda: self.now, strftime=lambda pattern: "12:34:56  ")
        monkeypatch.setattr(module, "time", clock)
        self.screen = Screen(Display(), STATES, interval, is_watched)
        self.accounts = Accounts()
        self.accounts.expect(HOSTS, {"member": HOSTS})

    def show(self, seconds: float = 0.0, ended: list[str] | None = None, at_once: bool = False) -> None:
        self.now += seconds
        for host in ended or []:
            self.accounts.end(host, "right", self.now)
        self.screen.show(self.accounts, "latest", at_once)

    @property
    def text(self) -> str:
        return self.stream.getvalue()


Opened = Callable[..., Watched]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Opens a screen; only within the test, as pytest has streams of its own for each phase."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")

    def watched(is_terminal: bool, interval: float = 10.0, is_watched: bool = True) -> Watched:
        return Watched(monkeypatch, Stream(is_terminal), interval, is_watched)

    return watched


def test_what_others_print_stands_on_lines_of_its_own_and_the_line_is_back_at_once(opened: Opened) -> None:
    run = opened(True)
    print("nothing to take away")
    run.show(1)
    print("[WARNING]: something", file=sys.stderr)
    run.show()
    run.screen.say("said")
    run.show()
    run.screen.close()
    assert run.text.count("\u2591  ") == 3
    assert run.text.startswith("nothing to take away\n\r\u2591")
    assert "latest\x1b[K\r\x1b[K[WARNING]: something\n\r\u2591" in run.text
    assert "latest\x1b[K\r\x1b[Ksaid\n\r\u2591" in run.text
    assert run.text.endswith("latest\x1b[K\r\x1b[K")
    assert sys.stdout is run.stream
    assert sys.stderr is run.stream


def test_the_line_is_drawn_ten_times_a_second_at_most(opened: Opened) -> None:
    run = opened(True)
    for dummy in range(1000):
        run.show(0.001)
    run.screen.close()
    assert 9 <= run.text.count("\u2591  ") <= 11


def test_a_terminal_that_another_program_reads_gets_plain_lines(opened: Opened) -> None:
    run = opened(True, is_watched=False)
    run.show(11)
    run.screen.close()
    assert run.text == "12:34:56    0/100 accounts, 0 changed\n"


@pytest.mark.parametrize("name", ["TERM", "AWX_ISOLATED_DATA_DIR", "RUNNER_OMIT_EVENTS"])
def test_a_terminal_that_nobody_looks_at_gets_plain_lines(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "dumb")
    run = opened(True)
    run.show(11)
    run.screen.close()
    assert run.text == "12:34:56    0/100 accounts, 0 changed\n"


@pytest.mark.parametrize(
    ("steps", "interval", "figures"),
    [
        ([1] * 100, 1e9, [f"{number}/100" for number in range(5, 101, 5)]),
        ([98, 2], 1e9, ["98/100", "100/100"]),
        ([0] * 30, 5.0, ["0/100"] * 6),
    ],
    ids=["every twentieth account", "the end, however few were left", "the interval"],
)
def test_plain_lines_come_with(opened: Opened, steps: list[int], interval: float, figures: list[str]) -> None:
    run, rest = opened(False, interval), list(HOSTS)
    for count in steps:
        run.show(1, [rest.pop() for dummy in range(count)])
    run.show(1, at_once=True)
    run.screen.close()
    assert [line.split()[1] for line in run.text.splitlines()] == figures
    assert "\r" not in run.text and "\x1b" not in run.text


def test_a_log_file_gets_what_is_printed_without_colours(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    logger = SimpleNamespace(log=lambda level, text, **keywords: logged.append(text))
    monkeypatch.setattr("ansible.utils.display.logger", logger)
    run = opened(True)
    run.show(1)
    run.screen.say("\x1b[0;31mFAILED\x1b[0m  shop-1")
    run.screen.close()
    assert "\x1b[0;31mFAILED\x1b[0m  shop-1\n" in run.text
    assert [text.strip() for text in logged] == ["FAILED  shop-1"]


def test_both_lines_tell_who_waits_for_the_platform(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "waiting", lambda: 7)
    for is_terminal in (True, False):
        run = opened(is_terminal)
        run.show(11)
        run.screen.close()
        assert "7 wait for the platform" in run.text
