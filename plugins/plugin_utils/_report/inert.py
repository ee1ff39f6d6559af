# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that come from AWS and the platform, made inert: what cannot be seen is shown by its code point."""

from __future__ import annotations

import re

# Controls but for tab and line feed; marks that turn or isolate the direction of writing (Unicode 15, chapter 23.2 and
# UAX 9); signs without width that hide differences; separators of lines; half pairs and code points that are no
# characters, which XML 1.0 and UTF-8 refuse; tags. Joiners stay: emoji and some scripts are written with them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff"
    + "".join("{0}{1}".format(chr(plane + 0xFFFE), chr(plane + 0xFFFF)) for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
# What makes a spreadsheet take a cell for a formula: OWASP, "CSV Injection", with the signs' wide forms.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def visible(text: str) -> str:
    """The text with its lines, every hidden sign as C([U+202E])."""
    return _HIDDEN.sub(lambda match: "[U+{0:04X}]".format(ord(match[0])), text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The same in one line, without white space around it."""
    return " ".join(visible(text).split())


def cell(text: str) -> str:
    """The same as a cell of a spreadsheet: text that would be a formula stands behind an apostrophe."""
    line = one_line(text)
    return "'" + line if line.startswith(_FORMULA) else line
