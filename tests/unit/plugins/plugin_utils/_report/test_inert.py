# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS and the platform let people write is shown, never obeyed."""

from __future__ import annotations

import unicodedata

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.inert import cell, one_line, visible

EXPLORER = "\U0001f9d1\u200d\U0001f680"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("payments", "payments"),
        ("m\u00fcller \u05d0\u05d1 " + EXPLORER, "m\u00fcller \u05d0\u05d1 " + EXPLORER),
        ("a\u202eb\u202c", "a[U+202E]b[U+202C]"),
        ("\u2066x\u2069\u200e\u200f\u061c", "[U+2066]x[U+2069][U+200E][U+200F][U+061C]"),
        ("a\u200bb\ufeffc\u00add", "a[U+200B]b[U+FEFF]c[U+00AD]d"),
        ("\x00\x1b[31m\x7f\x85", "[U+0000][U+001B][31m[U+007F][U+0085]"),
        ("\ud800\ufffe\U0001ffff\U000e0041", "[U+D800][U+FFFE][U+1FFFF][U+E0041]"),
        ("one\r\ntwo\u2028three\ttab", "one\ntwo[U+2028]three\ttab"),
        ("lone\rreturn", "lone[U+000D]return"),
    ],
)
def test_hidden_signs_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_what_is_left_is_xml_utf_8_and_turns_nothing() -> None:
    for number in range(0x110000):
        for sign in visible(chr(number)):
            assert sign in "\t\n" or unicodedata.category(sign) not in ("Cc", "Cs"), hex(number)
            assert unicodedata.bidirectional(sign) not in (
                "LRE",
                "RLE",
                "LRO",
                "RLO",
                "PDF",
                "LRI",
                "RLI",
                "FSI",
                "PDI",
            )
            assert ord(sign) & 0xFFFE != 0xFFFE, hex(number)


def test_a_line_is_one() -> None:
    assert one_line("  two\n lines\tand\x0bmore ") == "two lines and[U+000B]more"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize("before", ["", " ", "\n", "\t", "\r\n"])
def test_a_cell_is_no_formula(sign: str, before: str) -> None:
    assert cell(f"{before}{sign}1+1") == f"'{sign}1+1"


def test_a_cell_of_plain_text_is_as_it_is() -> None:
    assert cell("a=b") == "a=b"
