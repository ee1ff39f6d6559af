# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier audits have read is kept, and nonsense there is as good as nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.known_costs import keep, known

ACCOUNT = "111122223333"
DELIVERY = {"tags": {"a.parquet": "e1"}, "costs": {"2026-10": {"USD": {ACCOUNT: "1.5"}}}, "calls": 3}


def test_what_is_kept_is_known_again(tmp_path: Path) -> None:
    assert known(str(tmp_path), ACCOUNT) is None
    keep(str(tmp_path), {ACCOUNT: DELIVERY, "444455556666": None})
    assert known(str(tmp_path), ACCOUNT) == {"tags": DELIVERY["tags"], "costs": DELIVERY["costs"]}
    assert [path.name for path in (tmp_path / "costs").iterdir()] == [f"{ACCOUNT}.json"]


def test_what_could_not_be_read_this_time_stays(tmp_path: Path) -> None:
    keep(str(tmp_path), {ACCOUNT: DELIVERY})
    keep(str(tmp_path), {ACCOUNT: {"tags": {}, "costs": {}}})
    assert known(str(tmp_path), ACCOUNT) is not None


@pytest.mark.parametrize("content", ["", "[]", "{", '{"tags": {}}', '{"tags": [], "costs": {}}', "[" * 100_000])
def test_nonsense_is_nothing(tmp_path: Path, content: str) -> None:
    keep(str(tmp_path), {ACCOUNT: DELIVERY})
    (tmp_path / "costs" / f"{ACCOUNT}.json").write_text(content)
    assert known(str(tmp_path), ACCOUNT) is None


@pytest.mark.parametrize("account", ["../../etc/passwd", "", "None"])
def test_an_account_that_is_none_names_no_file(tmp_path: Path, account: str) -> None:
    keep(str(tmp_path), {account: DELIVERY})
    assert list(tmp_path.iterdir()) == []
    assert known(str(tmp_path), account) is None
