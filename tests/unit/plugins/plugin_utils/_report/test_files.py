# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report's files are written all at once and read again, and a file that is no report is no reason to fail."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.files import read_previous, write
from tests.report.sample import report

NAMES = ["report.json", "report.csv", "junit.xml", "metrics.prom", "report.html"]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "where"
    paths = write(str(folder), report(9))
    assert paths == [str(folder / name) for name in NAMES]
    assert sorted(os.listdir(folder)) == sorted(NAMES)
    assert {os.stat(path).st_mode & 0o777 for path in paths} == {0o644}
    assert read_previous(str(folder)) == (report(9), "")


def test_the_last_report_is_replaced(tmp_path: Path) -> None:
    write(str(tmp_path), report(9))
    (tmp_path / "notes.txt").write_text("mine")
    write(str(tmp_path), report(3))
    assert read_previous(str(tmp_path)) == (report(3), "")
    assert sorted(os.listdir(tmp_path)) == sorted([*NAMES, "notes.txt"])


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FinopsError, match=r"cannot be written to .*file: (File exists|Not a directory)"):
        write(str(tmp_path / "file"), report(1))


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(FinopsError, match="cannot be written"):
        write(str(tmp_path), report(1))
    assert os.listdir(tmp_path) == ["report.json"]


def test_there_need_be_no_report(tmp_path: Path) -> None:
    assert read_previous(str(tmp_path)) == (None, "")
    assert read_previous(str(tmp_path / "missing")) == (None, "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\xff\xfe\x00", "is no JSON"),
        (b"[" * 100000, "is no JSON"),
        (b"[]", "is no report"),
        (b"{}", "is no report"),
        (b'{"schema_version": true, "accounts": []}', "is no report"),
        (b'{"schema_version": 1}', "is no report"),
        (b'{"schema_version": 2, "accounts": []}', "has schema version 2, and this collection knows 1"),
    ],
)
def test_what_is_no_report_is_said_to_be_none(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "report.json").write_bytes(content)
    assert read_previous(str(tmp_path)) == (None, f"{tmp_path / 'report.json'} {reason}")


def test_a_folder_in_its_place_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    assert read_previous(str(tmp_path)) == (None, f"{tmp_path / 'report.json'} is no file")


def test_odd_rows_of_the_last_report_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps({"schema_version": 1, "accounts": [7, {"account_id": "1"}]}))
    found, reason = read_previous(str(tmp_path))
    assert reason == "" and found is not None
    assert [(row["account_id"], row["links"]) for row in found["accounts"]] == [("1", [])]
