# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of a run in words and figures, as wide as there is room.

A text is a list of pieces, each with what it is about, so that whoever prints it can choose a colour.
"""

from __future__ import annotations

import dataclasses
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress import (
    ALL,
    CHANGED,
    FAILED,
    OPEN,
    RIGHT,
    STATES,
    Failure,
    Moment,
)

# What a piece is about: one of the STATES, or nothing.
Piece = tuple[str, str]
PLAIN = ""
_GAP = "  "
_ALWAYS = (CHANGED, RIGHT, FAILED)
_HOST_COLUMNS = ("ok", "changed", "failures", "unreachable", "skipped", "rescued", "ignored")
# A line longer than this is hard to read, however wide the terminal is.
_WIDEST = 100


@dataclasses.dataclass(frozen=True)
class Style:
    """What stays the same for a whole run: the words of check mode, and the two characters of the bar."""

    check_mode: bool = False
    bar_signs: str = "#."

    def word(self, state: str) -> str:
        """What people call a state."""
        words = {
            CHANGED: "would change" if self.check_mode else "changed",
            RIGHT: "already right",
            FAILED: "failed",
            OPEN: "not done",
        }
        return words.get(state, state)


def live_line(moment: Moment, latest: str, clock: Callable[[float], str], width: int, style: Style) -> list[Piece]:
    """The one line of a terminal, at most as wide as given; what matters least is left out first.

    latest: what has just happened. clock: the time of day in so many seconds.
    """
    digits = len(str(moment.total))
    pieces = [
        (_bar(moment.fraction, max(6, min(20, width // 8)), style.bar_signs), PLAIN),
        ("{0:>{2}}/{1}".format(moment.done, moment.total, digits), PLAIN),
        ("{0:>{2}} {1}".format(moment.changed, style.word(CHANGED), digits), CHANGED),
    ]
    if moment.failed:
        pieces.append(("{0} failed".format(moment.failed), FAILED))
    if moment.per_second is not None and moment.remaining is not None:
        pieces.append(("{0:>4} left".format(about(moment.remaining)), PLAIN))
        pieces.append(("{0:>7}".format(rate(moment.per_second)), PLAIN))
        pieces.append(("ends {0}".format(clock(moment.remaining)), PLAIN))
    kept: list[Piece] = []
    for piece in pieces:
        if _width_of([*kept, piece]) <= width:
            kept.append(piece)
    kept.append((_fitting(latest, width - _width_of(kept) - len(_GAP)), PLAIN))
    return _joined([piece for piece in kept if piece[0]])


def plain_line(moment: Moment, style: Style) -> str:
    """A line of progress for output that is no terminal."""
    words = [
        "{0:>{2}}/{1} accounts".format(moment.done, moment.total, len(str(moment.total))),
        "{0} {1}".format(moment.changed, style.word(CHANGED)),
        "{0} failed".format(moment.failed),
    ]
    if moment.per_second is not None:
        words.append(rate(moment.per_second))
    if moment.remaining:
        words.append("{0} left".format(about(moment.remaining)))
    return ", ".join(words)


def who(failure: Failure) -> str:
    """The host that failed, with its account."""
    words = [failure.host]
    if failure.account_id:
        words.append("account {0}".format(failure.account_id))
    if failure.case:
        words.append(failure.case)
    return ", ".join(words)


def reason(failure: Failure, width: int) -> str:
    """The step and, whole, the reason, below the host."""
    return "\n".join(_wrapped(failure.step + ":", width, "  ") + _wrapped(failure.reason, width, "    "))


def failures_once_more(failures: Sequence[Failure], width: int) -> list[Piece]:
    """All that failed, a paragraph each."""
    pieces: list[Piece] = []
    for failure in failures:
        pieces += [("\n", PLAIN), ("{0}  {1}".format(failure.state.upper(), who(failure)), failure.state)]
        pieces.append(("\n" + reason(failure, width) + "\n", PLAIN))
    return pieces


def table(counts: Mapping[str, Mapping[str, int]], style: Style) -> list[Piece]:
    """A row for each case and one for all, with those columns that say something."""
    states = [state for state in STATES if state in _ALWAYS or counts[ALL].get(state)]
    head = ["case", "accounts", *(style.word(state) for state in states)]
    rows = [
        [case, str(sum(found.values())), *(str(found.get(state, 0)) for state in states)]
        for case, found in counts.items()
    ]
    return _table(head, rows, [PLAIN, PLAIN, *states])


def host_table(summaries: Mapping[str, Mapping[str, int]]) -> list[Piece]:
    """What Ansible counts of hosts that are no accounts."""
    names = [name for name in _HOST_COLUMNS if name == "ok" or any(found[name] for found in summaries.values())]
    words = [FAILED if name == "failures" else name for name in names]
    rows = [[host, *(str(found[name]) for name in names)] for host, found in summaries.items()]
    return _table(["host", *words], rows, [PLAIN, *(word if word in STATES else PLAIN for word in words)])


def last_line(counts: Mapping[str, Mapping[str, int]], seconds: float, style: Style) -> str:
    """The whole run in one line."""
    states = [state for state in STATES if state in _ALWAYS or counts[ALL].get(state)]
    words = ["{0} {1}".format(counts[ALL].get(state, 0), style.word(state)) for state in states]
    total = sum(counts[ALL].values())
    return "{0} account{1} in {2}: {3}".format(total, "" if total == 1 else "s", duration(seconds), ", ".join(words))


def rate(per_second: float) -> str:
    """Accounts per second, minute or hour: whichever gives a figure that is easy to grasp."""
    if per_second >= 10:
        return "{0:.0f}/s".format(per_second)
    if per_second * 60 >= 2:
        return "{0:.0f}/min".format(per_second * 60)
    return "{0:.0f}/h".format(per_second * 3600)


def about(seconds: float) -> str:
    """An estimate."""
    if seconds < 99:
        return "{0} s".format(max(1, round(seconds)))
    return duration(60 * max(2, round(seconds / 60)))


def duration(seconds: float) -> str:
    """A span of time, to the second."""
    whole = round(seconds)
    units = ((whole // 3600, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    words = ["{0} {1}".format(number, unit) for number, unit in units if number]
    return " ".join(words) or "0 s"


def width_of(text: str) -> int:
    """The columns that a text takes."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "FW" else 1 for sign in text
    )


def one_line(value: Any) -> str:
    """A value without line breaks and control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())


def _bar(fraction: float, width: int, signs: str) -> str:
    full = int(fraction * width)
    return signs[0] * full + signs[1] * (width - full)


def _width_of(pieces: Sequence[Piece]) -> int:
    return sum(width_of(text) for text, dummy in pieces) + len(_GAP) * (len(pieces) - 1)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    return [part for piece in pieces for part in ((_GAP, PLAIN), piece)][1:]


def _fitting(text: str, width: int) -> str:
    """As much of a text as there is room for: all, or what stands before its colon, or nothing."""
    text = one_line(text)
    return next((part for part in (text, text.partition(": ")[0]) if width_of(part) <= width), "")


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    lines: list[str] = []
    for paragraph in text.splitlines():
        # Words that are longer than a line, such as ARNs, stay whole, so that they can be copied.
        lines += textwrap.wrap(
            one_line(paragraph),
            min(width, _WIDEST),
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], kinds: Sequence[str]) -> list[Piece]:
    """Words to the left, figures to the right; a figure is about its column's state unless it is 0."""
    widths = [max(width_of(row[number]) for row in (head, *rows)) for number in range(len(head))]
    pieces: list[Piece] = []
    for row in (head, *rows):
        for number, cell in enumerate(row):
            space = " " * (widths[number] - width_of(cell))
            text = cell + space if number == 0 else _GAP + space + cell
            pieces.append((text, PLAIN if row is head or cell == "0" else kinds[number]))
        pieces.append(("\n", PLAIN))
    return pieces
