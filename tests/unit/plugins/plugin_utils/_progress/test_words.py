# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback's words: they fit, they are whole, they change with check mode."""

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress import words
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._progress.words import IN_CHECK_MODE, STATES

HALF = {"changed": 97, "failed": 3, "open": 100}
LATEST = "member-101: Create the access key and hand it to its keepers"
REASON = (
    "finops_assume_role_arn: AWS refused sts:assume_role: AccessDenied: User: arn:aws:iam::111122223333:user/admin is "
    "not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Nobody"
)


def live(counts: dict[str, int], width: int, latest: str = LATEST, per_second: float = 1.2) -> str:
    done = 1 - counts.get("open", 0) / sum(counts.values())
    return words.live_line(done, words.progress(counts, per_second, STATES), latest, width)


def test_the_live_line_tells_everything_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words.time, "strftime", lambda *arguments: "14:03")
    assert live(HALF, 160) == (
        "██████████░░░░░░░░░░  100/200   97 changed  3 failed  83 s left   72/min  ends 14:03"
        "  member-101: Create the access key and hand it to its keepers"
    )
    assert live(HALF, 100).endswith("  ends 14:03  member-101")
    assert live(HALF, 30) == "███░░░  100/200   97 changed"


@pytest.mark.parametrize("width", range(1, 180, 10))
@pytest.mark.parametrize("latest", [LATEST, "", "\u8a08" * 60, "x" * 300])
def test_the_live_line_is_never_wider_than_the_terminal(width: int, latest: str) -> None:
    for counts in (HALF, {"changed": 500, "failed": 499, "open": 1}, {"open": 3}):
        assert words.width_of(live(counts, width, latest)) <= width


def test_the_bar_is_full_only_at_the_end() -> None:
    assert live({"right": 999, "open": 1}, 70).startswith("███████░  ")
    assert live({"right": 1000}, 70).startswith("████████  ")


@pytest.mark.parametrize(
    ("open_", "per_second", "parts"),
    [
        (100, 0.0, []),
        (0, 1.2, []),
        (100, 1.2, ["83 s left", " 72/min"]),
        (100, 0.02, ["1 h 23 min left", "1.2/min"]),
        (1, 50.0, [" 1 s left", "3000/min"]),
    ],
)
def test_a_rate_and_what_is_left_are_easy_to_grasp(open_: int, per_second: float, parts: list[str]) -> None:
    assert words.progress({"changed": 100, "open": open_}, per_second, STATES)[2:4] == parts


@pytest.mark.parametrize(
    ("waiting", "told"), [(0, []), (1, ["1 waits for the platform"]), (31, ["31 wait for the platform"])]
)
def test_who_waits_for_the_platform_is_told_before_the_rate_and_without_one(waiting: int, told: list[str]) -> None:
    assert words.progress(HALF, 1.2, STATES, waiting)[3:-2] == ["83 s left", *told]
    assert words.progress(HALF, 0.0, STATES, waiting)[3:] == told
    parts = words.progress(HALF, 1.2, STATES, waiting)
    assert all(text in words.live_line(0.5, parts, LATEST, 79) for text in told)


def test_check_mode_has_words_of_its_own() -> None:
    counts = Counter({"changed": 2})
    assert words.progress(counts, 1.0, IN_CHECK_MODE) == ["2/2", "2 would change"]
    assert words.last_line(counts, 3.0, IN_CHECK_MODE) == "2 accounts in 3 s: 2 would change, 0 already right, 0 failed"


@pytest.mark.parametrize("width", [30, 60, 200])
def test_a_reason_is_whole_and_wrapped_below_its_step(width: int) -> None:
    head, step, *rest = words.failure("shop, member", "failed", "Log in", REASON, width).splitlines()
    assert (head, step) == ("FAILED  shop, member", "  Log in:")
    assert all(line.startswith("    ") for line in rest)
    assert " ".join(" ".join(rest).split()) == REASON
    # A word that is longer than a line, such as an ARN, stays whole.
    assert any("arn:aws:iam::111122223333:user/admin" in line for line in rest)
    assert all(len(line) <= min(width, 100) or " " not in line.strip() for line in rest)


def test_lines_of_a_reason_stay_lines_and_escapes_go() -> None:
    assert words.failure("a\x1b[2Jb", "failed", "Copy", "first\n\x1b[31msecond\x1b[0m", 60) == (
        "FAILED  a [2Jb\n  Copy:\n    first\n    [31msecond [0m"
    )


def test_a_table_has_figures_below_their_words_and_only_columns_that_say_something() -> None:
    rows = {
        "member": {"accounts": 195, "changed": 192, "failed": 3},
        "all": {"accounts": 196, "changed": 192, "open": 1},
    }
    assert words.table("case", rows, {"accounts": "accounts", **STATES}) == (
        "case    accounts  changed  already right  failed  not done\n"
        "member       195      192              0       3         0\n"
        "all          196      192              0       0         1"
    )
    hosts = {"web-1": {"ok": 12, "rescued": 1}, "計": {"failures": 1}}
    assert words.table("host", hosts, {key: key for key in ("ok", "failures", "skipped", "rescued")}) == (
        "host   ok  failures  rescued\nweb-1  12         0        1\n計      0         1        0"
    )


def test_only_figures_that_are_not_0_have_a_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible.utils.color.ANSIBLE_COLOR", True)
    table = words.table("case", {"all": {"changed": 2}}, STATES)
    assert table.endswith("\nall   \x1b[0;33m      2\x1b[0m              0       0")
    assert words.plain(table).endswith("\nall         2              0       0")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (98, "98 s"), (161, "2 min 41 s"), (3600, "1 h"), (3661, "1 h 1 min 1 s")]
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text
