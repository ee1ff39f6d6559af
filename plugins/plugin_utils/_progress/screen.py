# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the progress of a run is seen: on a line of a terminal that is drawn again and again, or in plain lines."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.shared_file import waiting
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress import words
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress.accounts import Accounts

# ansible-runner, and so AWX, sets them; it reads the terminal that it gives to Ansible, and keeps all of it as text.
_RUNNER = ("AWX_ISOLATED_DATA_DIR", "RUNNER_OMIT_EVENTS")


def is_terminal(stream: Any) -> bool:
    """Whether a person sees a line being drawn over."""
    is_dumb = os.environ.get("TERM", "dumb") == "dumb" or any(name in os.environ for name in _RUNNER)
    return bool(stream.isatty()) and not is_dumb


class Screen:
    """What is printed, and the progress below it, until it is closed; all through Ansible's display and under its lock.

    states: what people call them. interval: the most seconds between two plain lines. is_watched: whether a person may
    be at the terminal, if it is one; not where another program has made itself the callback.
    """

    def __init__(self, display: Any, states: Mapping[str, str], interval: float, is_watched: bool = True) -> None:
        self._display, self._states, self._interval = display, states, interval
        self._is_live = is_watched and is_terminal(sys.stdout)
        names = [name for name in ("stdout", "stderr") if self._is_live and is_terminal(getattr(sys, name))]
        self._streams: dict[str, TextIO] = {name: getattr(sys, name) for name in names}
        for name, stream in self._streams.items():
            setattr(sys, name, _MakingWay(stream, self))
        self._frame, self._is_shown = "\r", False
        self._last_look = self._last_line = time.monotonic()
        self._last_done = 0

    @property
    def width(self) -> int:
        """The columns there are; a text that takes all of them would move the cursor to the next line."""
        return shutil.get_terminal_size().columns - 1

    def close(self) -> None:
        """Take the line away, and leave the streams as they were."""
        if self._is_shown:
            self._display.display("", screen_only=True, newline=False)
        for name, stream in self._streams.items():
            setattr(sys, name, stream)

    def say(self, text: str) -> None:
        """Print; the colours are for the terminal, not for a log file."""
        self._display.display(text, screen_only=True)
        self._display.display(words.plain(text), log_only=True)
        # Whoever follows a run through a pipe wants to see it at once as well.
        sys.stdout.flush()

    def show(self, accounts: Accounts, latest: str, at_once: bool = False) -> None:
        """The progress, not more often than it can be read; the live line at once below what others printed."""
        now, total = time.monotonic(), len(accounts.states)
        is_early = now - self._last_look < 0.1 and (self._is_shown or not self._is_live)
        if not total or (is_early and not at_once):
            return
        self._last_look = now
        counts = accounts.counts()["all"]
        waits = waiting()
        per_second = accounts.per_second(now, is_queue=waits > 0)
        done, parts = total - counts["open"], words.progress(counts, per_second, self._states, waits)
        if self._is_live:
            self._frame = "\r" + words.live_line(done / total, parts, words.one_line(latest), self.width) + "\x1b[K"
            self._display.display(self._frame, screen_only=True, newline=False)
        elif self._is_due(done, total, now):
            self.say(time.strftime("%H:%M:%S  ") + ", ".join([parts[0] + " accounts", *map(str.strip, parts[1:])]))

    def _is_due(self, done: int, total: int, now: float) -> bool:
        """With every twentieth of the accounts, at the end, and when the interval is over."""
        more, is_late = done - self._last_done, now - self._last_line >= self._interval
        if more < max(1, total / 20) and not (more if done == total else is_late):
            return False
        self._last_line, self._last_done = now, done
        return True

    def pass_on(self, stream: TextIO, text: str) -> int:
        """Write to one of the streams, whoever asks for it."""
        was_shown, self._is_shown = self._is_shown, text == self._frame
        if was_shown and not self._is_shown:
            self._streams["stdout"].write("\r\x1b[K")
        written = stream.write(text)
        self._streams["stdout"].flush()
        return written


class _MakingWay:
    """A stream between this process and its terminal: it takes the live line away before others print, who do at any time."""

    def __init__(self, stream: TextIO, screen: Screen) -> None:
        self._stream, self._screen = stream, screen

    def write(self, text: str) -> int:
        return self._screen.pass_on(self._stream, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
