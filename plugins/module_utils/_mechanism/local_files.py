# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text files on the machine that the core runs on, replaced all at once."""

from __future__ import annotations

import os

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError


def read_text(path: str) -> str | None:
    """What a file holds, None where there is none; FinopsError where it cannot be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise FinopsError("{0} cannot be read: {1}".format(path, error))


def write_text(path: str, text: str) -> None:
    """Makes a file and the folders above it; FinopsError where they cannot be made."""
    temporary = "{0}.{1}".format(path, os.getpid())
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError as error:
        raise FinopsError("{0} cannot be written: {1}".format(path, error.strerror))
