# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a thing in the report's bucket is, by its name."""

from __future__ import annotations

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.bucket_contents import (
    is_of_export,
    is_ours,
)

NAME = "billing-111122223333"


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        (f"reports/{NAME}/data/BILLING_PERIOD=2026-01/{NAME}-00001.snappy.parquet", True),
        (f"{NAME}/metadata/BILLING_PERIOD=2026-01/{NAME}-Manifest.json", True),
        (f"a/b/{NAME}/data/x", True),
        ("aws-programmatic-access-test-object", True),
        ("reports/", True),
        (f"reports/{NAME}", False),
        (f"reports/{NAME}-other/data/x", False),
        ("reports/notes.txt", False),
        ("x/aws-programmatic-access-test-object", False),
    ],
)
def test_an_object_of_the_export(key: str, ours: bool) -> None:
    assert is_ours(key, NAME) is ours


@pytest.mark.parametrize(("folder", "ours"), [(f"reports/{NAME}/", True), ("reports/", False), ("", False)])
def test_a_folder_of_the_export(folder: str, ours: bool) -> None:
    assert is_of_export(folder, NAME) is ours
