# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line at the bottom of a terminal that is drawn again and again, and makes way for everything else.

Others print whenever they like: Ansible its warnings, action plugins what they have to say. So between this process
and its terminal stands a stream that takes the line away before it lets anything else through.
"""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

_BEGIN = "\r"
_CLEAR_REST = "\x1b[K"


def is_terminal(stream: Any) -> bool:
    """Whether a stream's reader sees a line being drawn over."""
    return bool(stream.isatty()) and os.environ.get("TERM", "dumb") != "dumb"


class LiveLine:
    """The line, from open() to close().

    It is drawn through Ansible's own display, whose lock keeps apart what several threads print.
    """

    def __init__(self, display: Any) -> None:
        self._display = display
        self._streams: dict[str, TextIO] = {}
        self._frame: str | None = None
        self.is_shown = False

    def open(self) -> None:
        """From now on the line makes way for others."""
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if is_terminal(stream):
                self._streams[name] = stream
                setattr(sys, name, _MakingWay(stream, self))

    def close(self) -> None:
        """Take the line away, and leave the streams as they were."""
        self.wipe()
        for name, stream in self._streams.items():
            setattr(sys, name, stream)
        self._streams = {}

    def draw(self, text: str) -> None:
        """Show a text, which must be narrower than the terminal, in place of the one before."""
        self._frame = _BEGIN + text + _CLEAR_REST
        self._display.display(self._frame, screen_only=True, newline=False)

    def wipe(self) -> None:
        """Leave an empty line, with the cursor at its beginning."""
        self._display.display("", screen_only=True, newline=False)

    def pass_on(self, stream: TextIO, text: str) -> int:
        """Write to one of the streams, whoever asks for it."""
        if text == self._frame:
            self.is_shown = True
            written = stream.write(text)
            stream.flush()
            return written
        if self.is_shown:
            self.is_shown = False
            self._streams["stdout"].write(_BEGIN + _CLEAR_REST)
            self._streams["stdout"].flush()
        return stream.write(text)


class _MakingWay:
    """A stream like another, through which the line learns what others write."""

    def __init__(self, stream: TextIO, line: LiveLine) -> None:
        self._stream = stream
        self._line = line

    def write(self, text: str) -> int:
        """Write, after the line is gone."""
        return self._line.pass_on(self._stream, text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
