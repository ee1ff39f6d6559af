# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, said so that the reader knows the account, the option and what to do.

The core knows options alone and writes one as O(bucket), in Ansible's own markup for documentation; words.py puts in what
the reader calls it.
"""

from __future__ import annotations


class FinopsError(Exception):
    """Something that a person must decide or mend; its text is what they read.

    finding_code: the code of the finding that this is where nothing may be raised, as in an audit.
    """

    finding_code = "READ_FAILED"

    def __init__(self, text: str, finding_code: str = "") -> None:
        super().__init__(text)
        self.finding_code = finding_code or self.finding_code


class InputError(FinopsError):
    """An option that cannot work.

    option: its name in the core, such as C(prefix).
    reason: what is wrong with its value and what would be right.
    """

    finding_code = "OPTION_INVALID"

    def __init__(self, option: str, reason: str) -> None:
        super().__init__("O({0}): {1}".format(option, reason))
        self.option = option


class OutcomeUnknown(FinopsError):
    """A write whose answer was lost or was a server's error: it may or may not have happened, so look."""
