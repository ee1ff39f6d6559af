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

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import progress_screen
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress import FAILED, Progress
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress_screen import Screen
from tests.recording import Chunk, Line, Session

Opened = Callable[..., Screen]
HOSTS = [f"shop-{number}" for number in range(100)]


class Stream(io.StringIO):
    """What is printed to a terminal or to a file."""

    encoding = "utf-8"

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class Display:
    """As Ansible's display prints."""

    @staticmethod
    def log(msg: str) -> None:
        """Without a file there is no log."""

    def display(
        self,
        msg: str,
        stderr: bool = False,
        screen_only: bool = False,
        log_only: bool = False,
        newline: bool = True,
    ) -> None:
        if not log_only:
            (sys.stderr if stderr else sys.stdout).write(msg + ("\n" if newline else ""))
        if not screen_only:
            self.log(msg)


class Clock:
    """The time as the tests want it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(progress_screen, "time", SimpleNamespace(monotonic=found, strftime=lambda pattern: "12:34:56"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    return found


@pytest.fixture
def terminal(clock: Clock) -> Stream:
    """A terminal that both streams go to."""
    return Stream(is_terminal=True)


@pytest.fixture
def file(clock: Clock) -> Stream:
    """Output that is no terminal."""
    return Stream(is_terminal=False)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Opens a screen on a stream; only now, as pytest has streams of its own for each phase of a test."""

    def open_on(stream: Stream, interval: float = 10.0, errors: Stream | None = None) -> Screen:
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", errors or stream)
        screen = Screen(Display(), check_mode=False, interval=interval)
        screen.open()
        return screen

    return open_on


@pytest.fixture
def run() -> Progress:
    found = Progress()
    found.expect(dict.fromkeys(HOSTS, "member"), HOSTS, 1)
    found.begin(1000.0)
    return found


def seen(stream: Stream) -> list[Line]:
    return Session(0, [Chunk(0.0, stream.getvalue())]).lines()


def stayed(stream: Stream) -> list[str]:
    return [line.text for line in seen(stream) if not line.is_live]


def drawn(stream: Stream) -> list[str]:
    return [line.text for line in seen(stream) if line.is_live]


def test_what_others_print_stands_on_lines_of_its_own(opened: Opened, terminal: Stream, run: Progress) -> None:
    screen = opened(terminal)
    screen.show(run, "shop-1: Create the user")
    print("[WARNING]: something", file=sys.stderr)
    screen.show(run, "shop-2: Create the user")
    print("said by an action plugin")
    screen.show(run, "shop-3: Create the user")
    screen.close()
    assert stayed(terminal) == ["[WARNING]: something", "said by an action plugin"]
    assert [line[-23:] for line in drawn(terminal)] == [f"shop-{number}: Create the user" for number in (1, 2, 3)]
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_line_that_is_not_shown_is_not_taken_away(opened: Opened, terminal: Stream) -> None:
    screen = opened(terminal)
    print("first")
    print("second")
    screen.close()
    assert terminal.getvalue() == "first\nsecond\n"


def test_the_streams_are_given_back(opened: Opened, terminal: Stream) -> None:
    screen = opened(terminal)
    assert sys.stdout is not terminal
    assert sys.stdout.encoding == "utf-8"
    screen.close()
    assert sys.stdout is terminal
    assert sys.stderr is terminal


def test_errors_that_go_to_a_file_leave_the_line_alone(opened: Opened, terminal: Stream, run: Progress) -> None:
    errors = Stream(is_terminal=False)
    screen = opened(terminal, errors=errors)
    screen.show(run, "")
    before = terminal.getvalue()
    print("[WARNING]: something", file=sys.stderr)
    assert errors.getvalue() == "[WARNING]: something\n"
    assert terminal.getvalue() == before
    screen.close()


def test_the_line_is_drawn_ten_times_a_second_at_most(
    opened: Opened, terminal: Stream, run: Progress, clock: Clock
) -> None:
    screen = opened(terminal)
    for dummy in range(1000):
        clock.now += 0.001
        screen.show(run, "")
    screen.close()
    assert 9 <= len(drawn(terminal)) <= 11


def test_the_line_is_back_at_once_below_what_was_printed(opened: Opened, terminal: Stream, run: Progress) -> None:
    screen = opened(terminal)
    screen.show(run, "")
    screen.say(("FAILED  shop-1", FAILED))
    screen.show(run, "")
    screen.close()
    assert [line.is_live for line in seen(terminal)] == [True, False, True]


def test_while_others_have_the_terminal_nothing_is_drawn(opened: Opened, terminal: Stream, run: Progress) -> None:
    screen = opened(terminal)
    screen.show(run, "")
    screen.pause(True)
    before = terminal.getvalue()
    assert before.endswith("\r\x1b[K")
    screen.show(run, "", at_once=True)
    assert terminal.getvalue() == before
    screen.pause(False)
    screen.show(run, "")
    assert terminal.getvalue() != before
    screen.close()


def test_when_all_are_done_the_line_is_gone(opened: Opened, terminal: Stream, run: Progress, clock: Clock) -> None:
    screen = opened(terminal)
    screen.show(run, "")
    for host in HOSTS:
        run.end_unit(host, 1001.0)
    screen.show(run, "", at_once=True)
    assert terminal.getvalue().endswith("\r\x1b[K")
    before = terminal.getvalue()
    clock.now += 10
    screen.show(run, "", at_once=True)
    assert terminal.getvalue() == before
    screen.close()


def test_without_accounts_there_is_no_line(opened: Opened, terminal: Stream) -> None:
    screen = opened(terminal)
    screen.show(Progress(), "localhost: something")
    screen.close()
    assert terminal.getvalue() == ""


def test_a_terminal_that_cannot_draw_gets_plain_lines(
    opened: Opened, terminal: Stream, run: Progress, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    screen = opened(terminal)
    screen.show(run, "")
    clock.now += 11
    screen.show(run, "")
    screen.close()
    assert "\r" not in terminal.getvalue() and "\x1b" not in terminal.getvalue()
    assert "0/100 accounts" in terminal.getvalue()


def test_plain_lines_come_with_every_twentieth_account_and_at_the_end(
    opened: Opened, file: Stream, run: Progress, clock: Clock
) -> None:
    screen = opened(file, interval=1e9)
    for host in HOSTS:
        clock.now += 1
        run.end_unit(host, clock.now)
        screen.show(run, "")
    screen.show(run, "", at_once=True)
    screen.close()
    assert [line.split()[1] for line in stayed(file)] == [f"{number}/100" for number in range(5, 101, 5)]


def test_the_end_is_told_however_few_were_left(opened: Opened, file: Stream, run: Progress, clock: Clock) -> None:
    screen = opened(file)
    for hosts in (HOSTS[:98], HOSTS[98:]):
        clock.now += 2
        for host in hosts:
            run.end_unit(host, clock.now)
        screen.show(run, "")
    assert [line.split()[1] for line in stayed(file)] == ["98/100", "100/100"]


def test_plain_lines_are_no_more_than_one_a_second(opened: Opened, file: Stream, run: Progress, clock: Clock) -> None:
    screen = opened(file)
    for host in HOSTS:
        clock.now += 0.01
        run.end_unit(host, clock.now)
        screen.show(run, "")
    screen.show(run, "", at_once=True)
    assert [line.split()[1] for line in stayed(file)] in (["99/100", "100/100"], ["100/100"])


def test_plain_lines_come_at_least_in_the_interval(opened: Opened, file: Stream, run: Progress, clock: Clock) -> None:
    screen = opened(file, interval=5.0)
    for dummy in range(30):
        clock.now += 1
        screen.show(run, "")
    assert [line.split()[1] for line in stayed(file)] == ["0/100"] * 6


def test_plain_lines_have_no_escapes(opened: Opened, file: Stream, run: Progress, clock: Clock) -> None:
    screen = opened(file)
    clock.now += 20
    screen.show(run, "")
    screen.say(("FAILED  shop-1", FAILED))
    screen.close()
    assert "\r" not in file.getvalue() and "\x1b" not in file.getvalue()


def test_a_log_file_gets_what_is_printed_without_colours(
    opened: Opened, terminal: Stream, run: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansible.utils.color.ANSIBLE_COLOR", True)
    logged: list[str] = []
    monkeypatch.setattr(Display, "log", logged.append)
    screen = opened(terminal)
    screen.show(run, "")
    screen.say(("FAILED", FAILED), ("  shop-1", ""))
    screen.close()
    assert "\x1b[0;31mFAILED\x1b[0m  shop-1\n" in terminal.getvalue()
    assert logged == ["FAILED  shop-1"]
