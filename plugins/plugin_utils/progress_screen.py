# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the progress of a run is seen: a live line on a terminal, plain lines anywhere else."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Any

from ansible import constants as C
from ansible.utils.color import stringc

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import progress_text
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.live_line import LiveLine, is_terminal
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress import (
    CHANGED,
    FAILED,
    RIGHT,
    SKIPPED,
    UNREACHABLE,
    Moment,
    Progress,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress_text import PLAIN, Piece, Style

# Seconds between two drawings of the live line, unless something was printed above it, and between two plain lines.
_APART_ON_TERMINAL = 0.1
_APART = 1
# A plain line whenever so much more of the accounts is done.
_PART = 0.05
_COLOURS = {
    CHANGED: C.COLOR_CHANGED,
    RIGHT: C.COLOR_OK,
    FAILED: C.COLOR_ERROR,
    UNREACHABLE: C.COLOR_UNREACHABLE,
    SKIPPED: C.COLOR_SKIP,
}


class Screen:
    """What is printed, and the progress below it."""

    def __init__(self, display: Any, check_mode: bool, interval: float) -> None:
        self.is_live = is_terminal(sys.stdout)
        has_blocks = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "") == "utf8"
        self.style = Style(check_mode, "\u2588\u2591" if has_blocks else "#.")
        self._display = display
        self._interval = interval
        self._line = LiveLine(display)
        self._is_paused = False
        self._last_look = self._last_line = time.monotonic()
        self._last_done = 0

    @property
    def width(self) -> int:
        """The columns there are; a text that takes all of them would move the cursor to the next line."""
        return shutil.get_terminal_size().columns - 1

    def open(self) -> None:
        """The run begins."""
        if self.is_live:
            self._line.open()

    def close(self) -> None:
        """The run ends."""
        self._line.close()

    def pause(self, is_paused: bool) -> None:
        """Leave the terminal to others for a while, or no more."""
        self._is_paused = is_paused
        if is_paused and self._line.is_shown:
            self._line.wipe()

    def say(self, *pieces: Piece) -> None:
        """Print; the colours are for the terminal, not for a log file."""
        self._display.display("".join(_coloured(piece) for piece in pieces), screen_only=True)
        self._display.display("".join(text for text, dummy in pieces), log_only=True)
        # Whoever follows a run through a pipe wants to see it at once as well.
        sys.stdout.flush()

    def show(self, progress: Progress, latest: str, at_once: bool = False) -> None:
        """The progress, if it is time to."""
        now = time.monotonic()
        if self._is_paused:
            return
        if self.is_live and (at_once or not self._line.is_shown or now - self._last_look >= _APART_ON_TERMINAL):
            self._last_look = now
            self._draw(progress.moment(now), latest)
        elif not self.is_live and (at_once or now - self._last_look >= _APART):
            self._last_look = now
            self._say_progress(progress.moment(now), now)

    def _draw(self, moment: Moment, latest: str) -> None:
        if moment.done < moment.total:
            pieces = progress_text.live_line(moment, latest, clock, self.width, self.style)
            self._line.draw("".join(_coloured(piece) for piece in pieces))
        elif self._line.is_shown:
            self._line.wipe()

    def _say_progress(self, moment: Moment, now: float) -> None:
        more = moment.done - self._last_done
        is_end = more > 0 and moment.done == moment.total
        is_late = moment.done < moment.total and now - self._last_line >= self._interval
        if is_end or is_late or more >= max(1, moment.total * _PART):
            self._last_line, self._last_done = now, moment.done
            self.say(("{0}  {1}".format(clock(), progress_text.plain_line(moment, self.style)), PLAIN))


def clock(seconds: float | None = None) -> str:
    """The time of day, or with seconds the one in so many seconds, which is an estimate and so in minutes."""
    if seconds is None:
        return time.strftime("%H:%M:%S")
    return time.strftime("%H:%M", time.localtime(time.time() + seconds))


def _coloured(piece: Piece) -> str:
    text, kind = piece
    return stringc(text, _COLOURS[kind]) if kind in _COLOURS else text
