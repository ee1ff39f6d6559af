# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison of the two shells sees every difference but ids and times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import shells


def line(key: str = "AKIAAAAAAAAAAAAAAAAA", changed: bool = True, **result: Any) -> dict[str, Any]:
    return {"host": "shop", "task": "t", "result": {"changed": changed, "msg": f"made {key}", **result}, "diff": [key]}


def are_equal(folder: Path, action: list[dict[str, Any]], module: list[dict[str, Any]]) -> bool:
    for shell, lines in (("action", action), ("module", module)):
        (folder / shell).mkdir()
        (folder / shell / "run").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return shells._is_equal("run")


@pytest.fixture(autouse=True)
def build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(shells, "BUILD", tmp_path)
    return tmp_path


def test_other_ids_and_what_ansible_adds_are_no_difference(build: Path) -> None:
    module = line("AKIABBBBBBBBBBBBBBBB", invocation={"module_args": {}}, session="sealed")
    assert are_equal(build, [line()], [module])


def test_the_order_of_hosts_is_no_difference(build: Path) -> None:
    other = {**line(), "host": "another"}
    assert are_equal(build, [line(), other], [other, line()])


@pytest.mark.parametrize(
    "module",
    [
        [line(changed=False)],
        [line(failed=True)],
        [line(warnings=["w"])],
        [line(), line()],
        [],
        [{**line(), "diff": []}],
        [{**line(), "diff": ["AKIABBBBBBBBBBBBBBBB"]}],
    ],
    ids=["changed", "failed", "warnings", "one more", "none", "diff", "another key in one place"],
)
def test_everything_else_is(build: Path, module: list[dict[str, Any]]) -> None:
    assert not are_equal(build, [line()], module)
