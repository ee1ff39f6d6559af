# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a thing in the report's bucket is, by its name alone; pure.

An export's files lie under its prefix in a folder of the export's name, and names are unique in an account. When an export is made
AWS leaves a test object at the root of its bucket (AWS Data Exports user guide).
"""

from __future__ import annotations

TEST_OBJECT = "aws-programmatic-access-test-object"


def is_of_export(path: str, name: str) -> bool:
    """Whether a key, or a folder with its slash, lies in a folder of the export's name."""
    return name in path.split("/")[:-1]


def is_ours(key: str, name: str) -> bool:
    """Whether an object came with the export of that name: a file of it, AWS's test object, or a folder's own entry."""
    return is_of_export(key, name) or key == TEST_OBJECT or key.endswith("/")
