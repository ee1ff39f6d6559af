# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where amazon.aws is not installed, both shells and the inventory say so in one sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[4]
SENTENCE = "the collection amazon.aws is not installed, which finops_for_cloud.aws builds on. Install it: "


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Every Python that starts finds no amazon.aws."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ansible_collections.amazon'] = None\n")
    return {**os.environ, "PYTHONPATH": str(tmp_path), "ANSIBLE_HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1"}


@pytest.mark.parametrize("name", ["cur", "access_key_info"])
def test_a_module_says_what_is_missing(environment: dict[str, str], name: str) -> None:
    code = f"from ansible_collections.finops_for_cloud.aws.plugins.modules.{name} import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, input="{}"
    )
    result = json.loads(run.stdout)
    assert result["failed"] and result["msg"].startswith(SENTENCE)
    assert run.stderr == ""


@pytest.mark.parametrize("action", ["account", "step"])
def test_the_action_says_what_is_missing(environment: dict[str, str], action: str) -> None:
    ansible = Path(sys.executable).with_name("ansible")
    run = subprocess.run(
        [
            sys.executable,
            ansible,
            "localhost",
            "-m",
            f"finops_for_cloud.aws.{action}",
            "-a",
            "account_id=x case=member",
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert SENTENCE in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_the_inventory_says_what_is_missing(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "organization.yml").write_text("plugin: finops_for_cloud.aws.organization\n")
    run = subprocess.run(
        [sys.executable, Path(sys.executable).with_name("ansible-inventory"), "-i", tmp_path, "--graph"],
        env={**environment, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode
    assert SENTENCE in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr


def test_nothing_else_takes_anything_from_amazon_aws() -> None:
    """What imports it elsewhere would end in a traceback where it is missing."""
    takers = [
        path.relative_to(CHECKOUT).as_posix()
        for path in sorted((CHECKOUT / "plugins").rglob("*.py"))
        if re.search(r"^\s*(from|import) ansible_collections\.amazon", path.read_text(), re.MULTILINE)
    ]
    assert takers == ["plugins/inventory/organization.py", "plugins/module_utils/_aws/amazon_aws.py"]
