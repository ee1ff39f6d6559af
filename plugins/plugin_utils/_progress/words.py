# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of a run in words and figures, as wide as there is room."""

from __future__ import annotations

import re
import textwrap
import time
from collections.abc import Mapping, Sequence

from ansible import constants as C
from ansible.utils.color import stringc
from ansible.utils.display import get_text_width

# The states of an account, and what people call them.
STATES = dict(
    changed="changed", right="already right", failed="failed", found="findings", pending="pending", open="not done"
)
IN_CHECK_MODE = {**STATES, "changed": "would change"}
_ALWAYS = ("accounts", "ok", "changed", "right", "failed")
_GOOD = dict(changed=C.COLOR_CHANGED, right=C.COLOR_OK, pending=C.COLOR_WARN, found=C.COLOR_WARN)
_COLOURS = {**_GOOD, "failed": C.COLOR_ERROR, "failures": C.COLOR_ERROR, "unreachable": C.COLOR_UNREACHABLE}


def progress(counts: Mapping[str, int], per_second: float, states: Mapping[str, str], waiting: int = 0) -> list[str]:
    """How far a run is, what matters most first, from accounts by state; waiting: how many wait for the platform."""
    total, failed, still_open = sum(counts.values()), counts.get("failed"), counts.get("open", 0)
    digits = len(str(total))
    parts = ["{0:>{1}}/{2}".format(total - still_open, digits, total)]
    parts.append(paint("{0:>{1}} {2}".format(counts.get("changed", 0), digits, states["changed"]), "changed"))
    if failed:
        parts.append(paint("{0} failed".format(failed), "failed"))
    queue = ["{0} wait{1} for the platform".format(waiting, "s" if waiting == 1 else "")] if waiting else []
    if per_second and still_open:
        seconds = still_open / per_second
        left = duration(max(1, seconds) if seconds < 99 else 60 * round(seconds / 60))
        ends = time.strftime("%H:%M", time.localtime(time.time() + seconds))
        rate = round(60 * per_second, 1 if per_second < 0.1 else None)
        return [*parts, "{0:>4} left".format(left), *queue, "{0:>3}/min".format(rate), "ends " + ends]
    return parts + queue


def live_line(done: float, parts: Sequence[str], latest: str, width: int) -> str:
    """A bar, of which the part `done` is full, the progress and what has just happened, as far as there is room."""
    size = max(6, min(20, width // 8))
    line = ("\u2588" * int(done * size)).ljust(size, "\u2591")[:width]
    # Where there is no room for all that has just happened, then for what stands before its colon.
    for part in (*parts, latest, latest.partition(": ")[0]):
        if part and width_of(line) + 2 + width_of(part) <= width and not (latest and line.endswith(latest)):
            line += "  " + part
    return line


def failure(who: str, state: str, step: str, reason: str, width: int) -> str:
    """Who failed; below it the step and, whole, the reason."""
    head = paint("{0}  {1}".format(state.upper(), one_line(who)), state)
    return "\n".join([head, *_wrapped(step + ":", width, "  "), *_wrapped(reason, width, "    ")])


def table(title: str, rows: Mapping[str, Mapping[str, int]], columns: Mapping[str, str]) -> str:
    """A row for each name, with those columns that say something; a figure is coloured unless it is 0."""
    shown = [key for key in columns if key in _ALWAYS or any(row.get(key) for row in rows.values())]
    first = max(map(width_of, (title, *rows)))
    widths = {key: max(len(columns[key]), *(len(str(row.get(key, 0))) for row in rows.values())) for key in shown}
    lines = ["  ".join([title.ljust(first), *(columns[key].rjust(widths[key]) for key in shown)])]
    for name, row in rows.items():
        figures = [paint("{0:>{1}}".format(row.get(key, 0), widths[key]), key if row.get(key) else "") for key in shown]
        lines.append("  ".join([name + " " * (first - width_of(name)), *figures]))
    return "\n".join(lines)


def last_line(counts: Mapping[str, int], seconds: float, states: Mapping[str, str]) -> str:
    """The whole run in one line."""
    total = sum(counts.values())
    parts = ["{0} {1}".format(counts.get(key, 0), states[key]) for key in states if key in _ALWAYS or counts.get(key)]
    return "{0} account{1} in {2}: {3}".format(total, "" if total == 1 else "s", duration(seconds), ", ".join(parts))


def duration(seconds: float) -> str:
    """A span of time."""
    whole = round(seconds)
    units = ((whole // 3600, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    words = ["{0} {1}".format(number, unit) for number, unit in units if number]
    return " ".join(words) if whole >= 99 else "{0} s".format(whole)


def one_line(text: str) -> str:
    """Without line breaks and control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def paint(text: str, state: str) -> str:
    """In the state's colour, unless Ansible's settings are against colours."""
    return stringc(text, _COLOURS[state]) if state in _COLOURS else text


def plain(text: str) -> str:
    """Without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def width_of(text: str) -> int:
    """The columns that a text takes."""
    return int(get_text_width(plain(text)))


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """In lines that are easy to read; longer words, such as ARNs, stay whole, so that they can be copied."""
    wrapper = textwrap.TextWrapper(min(width, 100), indent, indent, break_long_words=False, break_on_hyphens=False)
    return [line for paragraph in text.splitlines() for line in wrapper.wrap(one_line(paragraph))]
