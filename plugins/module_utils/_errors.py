# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, said so that the reader knows the account, the variable and what to do."""

from __future__ import annotations


class FinopsError(Exception):
    """Something that a person must decide or mend; its text is what they read."""


class InputError(FinopsError):
    """A setting that cannot work.

    variable: the inventory variable to mend, such as C(finops_cur_prefix).
    reason: what is wrong with its value and what would be right.
    """

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__("{0}: {1}".format(variable, reason))
        self.variable = variable


class OutcomeUnknown(FinopsError):
    """A write whose answer was lost or was a server's error: it may or may not have happened, so look."""
