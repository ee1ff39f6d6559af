# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback's words: they fit, they are whole, they change with check mode."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import progress, progress_text
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress import Failure, Moment
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.progress_text import Piece, Style

HALF = Moment(total=200, done=100, changed=97, failed=3, fraction=0.5, per_second=1.2, remaining=83.4)
LATEST = "member-101: Create the access key and hand it to its keepers"
REASON = (
    "finops_assume_role_arn: AWS refused sts:assume_role: AccessDenied: User: arn:aws:iam::111122223333:user/admin is "
    "not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Nobody"
)
FAILURE = Failure("shop", "Check the account's settings and log in", REASON, "444455556666", "member")


def text_of(pieces: Iterable[Piece]) -> str:
    return "".join(text for text, dummy in pieces)


def live(moment: Moment, width: int, latest: str = LATEST, style: Style | None = None) -> str:
    return text_of(progress_text.live_line(moment, latest, lambda seconds: f"+{seconds:.0f}", width, style or Style()))


def test_the_live_line_tells_everything_where_there_is_room() -> None:
    assert live(HALF, 160) == (
        "##########..........  100/200   97 changed  3 failed  83 s left   72/min  ends +83"
        "  member-101: Create the access key and hand it to its keepers"
    )


@pytest.mark.parametrize("width", range(1, 180))
def test_the_live_line_is_never_wider_than_the_terminal(width: int) -> None:
    for moment in (HALF, Moment(1000, 999, 500, 499, 0.999, 1000.0, 1e6), Moment(3, 0, 0, 0, 0.0)):
        for latest in (LATEST, "", "\u8a08" * 60, "x" * 300):
            line = live(moment, width, latest)
            assert progress_text.width_of(line) <= width


def test_the_columns_of_a_text_are_not_its_characters() -> None:
    assert progress_text.width_of("\u8a08\u753ba\u0301") == 5


def test_what_matters_most_is_kept_on_a_narrow_terminal() -> None:
    assert live(HALF, 59) == "###....  100/200   97 changed  3 failed  83 s left   72/min"
    assert live(HALF, 30) == "###...  100/200   97 changed"


def test_of_what_was_just_done_the_host_stays_longest() -> None:
    assert live(HALF, 100).endswith("ends +83  member-101")


def test_the_bar_is_full_only_at_the_end() -> None:
    assert live(Moment(1000, 999, 0, 0, 0.999), 70).startswith("#######.  ")
    assert live(Moment(1000, 1000, 0, 0, 1.0), 70).startswith("########  ")


def test_the_line_has_one_width_while_the_figures_grow() -> None:
    few, many = (live(Moment(200, done, done, 0, 0.0, 1.0, 60.0), 100) for done in (7, 177))
    assert len(few) == len(many)


def test_control_characters_of_others_do_not_reach_the_terminal() -> None:
    assert live(HALF, 160, "shop: a\x1b[2J\nb\rc").endswith("shop: a [2J b c")


def test_no_rate_is_shown_before_there_is_one() -> None:
    assert live(Moment(200, 0, 0, 0, 0.0), 100, "") == "............    0/200    0 changed"


def test_check_mode_has_words_of_its_own() -> None:
    style = Style(check_mode=True)
    counts = {"member": {progress.CHANGED: 2}, progress.ALL: {progress.CHANGED: 2}}
    assert "97 would change" in live(HALF, 160, style=style)
    assert "97 would change" in progress_text.plain_line(HALF, style)
    assert "would change" in text_of(progress_text.table(counts, style))
    assert progress_text.last_line(counts, 3.0, style) == "2 accounts in 3 s: 2 would change, 0 already right, 0 failed"


def test_a_plain_line() -> None:
    expected = "100/200 accounts, 97 changed, 3 failed, 72/min, 83 s left"
    assert progress_text.plain_line(HALF, Style()) == expected
    assert progress_text.plain_line(Moment(200, 200, 200, 0, 1.0, 1.2, 0.0), Style()).endswith("0 failed, 72/min")


def test_a_reason_is_whole_and_wrapped_below_its_step() -> None:
    lines = progress_text.reason(FAILURE, 60).splitlines()
    assert lines[0] == "  Check the account's settings and log in:"
    assert all(line.startswith("    ") for line in lines[1:])
    assert max(map(len, lines)) <= 60
    assert " ".join(" ".join(lines[1:]).split()) == REASON


def test_a_word_longer_than_a_line_stays_whole() -> None:
    assert "arn:aws:iam::111122223333:user/admin" in progress_text.reason(FAILURE, 30)


def test_lines_of_a_reason_stay_lines_and_escapes_go() -> None:
    failure = Failure("shop", "Copy", "first\n\x1b[31msecond\x1b[0m")
    assert progress_text.reason(failure, 60) == "  Copy:\n    first\n    [31msecond [0m"


def test_a_failure_names_account_and_case_where_there_are() -> None:
    assert progress_text.who(FAILURE) == "shop, account 444455556666, member"
    assert progress_text.who(Failure("localhost", "Look", "no")) == "localhost"


def test_the_failures_once_more() -> None:
    pieces = progress_text.failures_once_more([FAILURE], 80)
    assert ("FAILED  shop, account 444455556666, member", progress.FAILED) in pieces
    assert text_of(pieces).startswith("\nFAILED  shop, account 444455556666, member\n  Check the account's")


def test_the_table_has_figures_below_their_words() -> None:
    counts = {
        "management": {progress.RIGHT: 1},
        "member": {progress.CHANGED: 192, progress.FAILED: 3},
        progress.ALL: {progress.CHANGED: 192, progress.FAILED: 3, progress.RIGHT: 1},
    }
    assert text_of(progress_text.table(counts, Style())) == (
        "case        accounts  changed  already right  failed\n"
        "management         1        0              1       0\n"
        "member           195      192              0       3\n"
        "all              196      192              1       3\n"
    )


def test_the_table_has_more_columns_only_where_they_say_something() -> None:
    counts = {progress.ALL: {progress.UNREACHABLE: 1, progress.OPEN: 2, progress.SKIPPED: 3}}
    head = text_of(progress_text.table(counts, Style())).splitlines()[0]
    assert head.endswith("failed  unreachable  skipped  not done")


def test_only_figures_that_are_not_0_have_a_colour() -> None:
    counts = {progress.ALL: {progress.CHANGED: 2}}
    coloured = [(text.strip(), kind) for text, kind in progress_text.table(counts, Style()) if kind]
    assert coloured == [("2", progress.CHANGED)]


def test_the_table_of_hosts_that_are_no_accounts() -> None:
    nothing = dict.fromkeys(("ok", "changed", "failures", "unreachable", "skipped", "rescued", "ignored"), 0)
    summaries = {"web-1": {**nothing, "ok": 12, "rescued": 1}, "db": {**nothing, "failures": 1}}
    assert text_of(progress_text.host_table(summaries)) == (
        "host   ok  failed  rescued\nweb-1  12       0        1\ndb      0       1        0\n"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (0.4, "0 s"), (59.6, "1 min"), (161, "2 min 41 s"), (3600, "1 h"), (3661, "1 h 1 min 1 s")],
)
def test_durations(seconds: float, words: str) -> None:
    assert progress_text.duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.1, "1 s"), (83.4, "83 s"), (99, "2 min"), (161, "3 min"), (8000, "2 h 13 min")]
)
def test_estimates_are_rounded(seconds: float, words: str) -> None:
    assert progress_text.about(seconds) == words


@pytest.mark.parametrize(("per_second", "words"), [(25, "25/s"), (1.2, "72/min"), (0.034, "2/min"), (0.01, "36/h")])
def test_a_rate_is_a_figure_that_is_easy_to_grasp(per_second: float, words: str) -> None:
    assert progress_text.rate(per_second) == words
