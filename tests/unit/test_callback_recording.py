# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorder writes down what a person sees of a terminal, and notices what is wrong."""

from __future__ import annotations

import json
import sys

import pytest

from tests.recording import Chunk, Line, Session, cast, mistakes, run_in_terminal, written

CLEAR = "\x1b[K"


def session(*chunks: tuple[float, str], code: int = 2) -> Session:
    return Session(code, [Chunk(moment, text) for moment, text in chunks])


def test_lines_that_stay_and_the_line_that_is_drawn_over() -> None:
    recorded = session(
        (0.1, "\r## 1/4" + CLEAR),
        (0.2, "\r### 2/4" + CLEAR + "\r" + CLEAR + "\x1b[0;31mFAILED\x1b[0m  shop\r\n"),
        (0.3, "\r# 3" + CLEAR),
        (0.4, "\r" + CLEAR),
        (0.5, "end\n"),
    )
    assert recorded.lines() == [
        Line(0.1, "## 1/4", True),
        Line(0.2, "### 2/4", True),
        Line(0.2, "FAILED  shop", False),
        Line(0.3, "# 3", True),
        Line(0.5, "end", False),
    ]


def test_a_line_printed_over_the_live_line_is_seen_as_garbled() -> None:
    (dummy, garbled) = session((0.1, "\r###### 2/4" + CLEAR), (0.2, "[WARNING]: x\n")).lines()
    assert garbled == Line(0.2, "###### 2/4[WARNING]: x", False)


def test_an_escape_in_two_chunks_is_one() -> None:
    recorded = session((0.1, "\r## 1/4\x1b["), (0.2, "K"), (0.3, "\r\x1b"), (0.4, "[Kend\n"))
    assert [line.text for line in recorded.lines()] == ["## 1/4", "end"]


def test_of_the_live_line_one_drawing_a_second_is_written_down() -> None:
    drawings = [(tenth / 10, f"\r{tenth}/99{CLEAR}") for tenth in range(31)]
    text = written(session(*drawings, (3.05, f"\r{CLEAR}end\n")), "ansible-playbook")
    assert text.splitlines() == [
        "         $ ansible-playbook",
        "   0.0 ~ 0/99",
        "   1.0 ~ 10/99",
        "   2.0 ~ 20/99",
        "   3.0 ~ 30/99",
        "   3.0   end",
        "         (exit code 2)",
    ]


def test_a_cast_is_a_header_and_all_chunks() -> None:
    header, *events = map(json.loads, cast(session((0.12345, "\ra"), (1.0, "b\n")), "ls", 100).splitlines())
    assert (header["version"], header["width"], header["command"]) == (2, 100, "ls")
    assert events == [[0.123, "o", "\ra"], [1.0, "o", "b\n"]]


GOOD = "200 accounts: 197 changed, 0 already right, 3 FAILED\n200 accounts in 2 s: 197 changed, 0 already right, 3 failed\n"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (GOOD, 2, []),
        (GOOD, 0, ["exit code"]),
        (GOOD.replace("3 FAILED", "4 FAILED"), 2, ["the recap"]),
        (GOOD.replace("3 failed", "2 failed"), 2, ["the callback"]),
        ("", 2, ["the recap", "the callback"]),
    ],
)
def test_a_run_that_is_not_as_it_should_be_is_noticed(text: str, code: int, words: list[str]) -> None:
    found = mistakes(session((0.0, text), code=code), 200)
    assert len(found) == len(words)
    assert all(word in mistake for word, mistake in zip(words, found, strict=True))


def test_the_terminal_is_one_and_has_its_width() -> None:
    program = "import shutil, sys; print(sys.stdout.isatty(), shutil.get_terminal_size().columns); sys.exit(3)"
    recorded = run_in_terminal([sys.executable, "-c", program], {"COLUMNS": "7"}, columns=61)
    assert (recorded.code, recorded.text) == (3, "True 61\r\n")
