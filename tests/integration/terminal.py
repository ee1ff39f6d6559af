# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a terminal of their own, and what a person sees of them."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.integration.playbook import CHECKOUT, ONBOARD, Fleet, Variables

CALLBACK = "finops_for_cloud.aws.fleet"
_PART = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\r?\n|\r|[^\x1b\r\n]+|\x1b")


class Line(NamedTuple):
    """What a person saw: a line that stayed, or one drawing of the live line."""

    moment: float
    text: str
    is_live: bool


class Session(NamedTuple):
    """A command that ran in a terminal: what it printed, with the seconds since the beginning."""

    code: int
    chunks: list[tuple[float, str]]

    @property
    def text(self) -> str:
        """All that was printed, with its escapes."""
        return "".join(text for dummy, text in self.chunks)

    def lines(self) -> Iterator[Line]:
        """All that was seen: a return and the clearing of the rest draw over what was there."""
        moments = [moment for moment, text in self.chunks for dummy in text]
        line, column = "", 0
        for match in _PART.finditer(self.text):
            moment, part = moments[match.end() - 1], match[0]
            if part.endswith("\n"):
                yield Line(moment, line.rstrip(), False)
                line, column = "", 0
            elif part == "\r":
                column = 0
            elif part == "\x1b[K":
                line = line[:column]
                if line:
                    yield Line(moment, line, True)
            elif not part.startswith("\x1b"):
                line = line[:column] + part + line[column + len(part) :]
                column += len(part)


# Who is started in the background may ignore interruptions, and would have its children do so.
_ATTENTIVE = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


def run_in_terminal(
    command: Sequence[str],
    environment: Mapping[str, str],
    columns: int = 100,
    terminal: bool = True,
    started: Callable[[int], None] = lambda group: None,
) -> Session:
    """Run a command in a terminal of its own, or through a pipe, to its end; started is told its process group."""
    ours, its = pty.openpty() if terminal else os.pipe()
    if terminal:
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    # A variable COLUMNS would be believed more than the terminal.
    kept = {key: value for key, value in environment.items() if key not in ("COLUMNS", "LINES")}
    kept["TERM"] = "xterm-256color"
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    session = Session(0, [])
    begun = time.monotonic()
    attentive = [sys.executable, "-c", _ATTENTIVE, *command]
    with subprocess.Popen(
        attentive, cwd=CHECKOUT, env=kept, stdin=subprocess.DEVNULL, stdout=its, stderr=its, process_group=0
    ) as process:
        os.close(its)
        started(process.pid)
        # A terminal whose last writer is gone gives an error instead of an end.
        with contextlib.suppress(OSError):
            while data := os.read(ours, 65536):
                session.chunks.append((time.monotonic() - begun, decoder.decode(data)))
    os.close(ours)
    return session._replace(code=process.returncode)


def command_for(fleet: Fleet, groups: Mapping[str, Mapping[str, Variables]], *arguments: str) -> list[str]:
    """ansible-playbook over an inventory of the given groups; its arguments begin with the playbook where it is another."""
    inventory = fleet.folder / "inventory.json"
    hosts = {group: {"hosts": members} for group, members in groups.items()}
    inventory.write_text(json.dumps({**hosts, "all": {"vars": fleet.common}}))
    return [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), *(arguments or [ONBOARD])]


def environment_for(fleet: Fleet) -> dict[str, str]:
    """The test's own callbacks and settings are not those of the person who watches."""
    kept = {key: value for key, value in fleet.environment(Path(os.devnull)).items() if not key.startswith("ANSIBLE_")}
    return {**kept, "ANSIBLE_HOME": str(fleet.folder / "ansible"), "ANSIBLE_STDOUT_CALLBACK": CALLBACK}
