# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/awx.yml against a stand-in of the controller: all is made once, and a second run changes nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.controller.stand_in import ENCRYPTED, Controller
from tests.emulator.serving import Server
from tests.lint.tree import AWX, CHECKOUT, PACKAGES

SECRETS = {"AWS_SECRET_ACCESS_KEY": "first-hidden-word", "FINOPS_PLATFORM_TOKEN": "second-hidden-word"}
HOME = str(CHECKOUT / "build" / "ansible")
pytestmark = pytest.mark.skipif(not (PACKAGES / AWX).is_dir(), reason="SKIPPED: awx.awx is not installed here")


@pytest.fixture(scope="module")
def controller() -> Controller:
    return Controller()


@pytest.fixture(scope="module")
def url(controller: Controller) -> Iterator[str]:
    server = Server(controller, threads=4)
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What somebody gives who uses everything."""
    folder = tmp_path_factory.mktemp("files")
    logins, password = folder / "logins.ini", folder / "password"
    logins.write_text("[laboratory]\naws_secret_access_key = third-hidden-word\n")
    password.write_text("fourth-hidden-word")
    chosen = {
        "finops_awx_standalone_logins": logins,
        "finops_awx_vault_password_file": password,
        "finops_awx_webhook_url": "https://hooks.example.com/finops",
    }
    return [word for name, value in chosen.items() for word in ("-e", f"{name}={value}")]


def apply(url: str, *arguments: str) -> tuple[str, int]:
    """The output of a run that succeeds, and how many objects it changed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "CONTROLLER_"))}
    access = {"CONTROLLER_HOST": url, "CONTROLLER_OAUTH_TOKEN": "any"}
    platform = {"FINOPS_PLATFORM_URL": "https://finops.example.com", "FINOPS_PLATFORM_ORGANIZATION_ID": "one"}
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "playbooks/awx.yml", "-vvv", *arguments],
        cwd=CHECKOUT,
        env={
            **kept,
            **access,
            **platform,
            **SECRETS,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "ANSIBLE_HOME": HOME,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output, len(re.findall(r"^changed: ", output, re.MULTILINE))


def test_a_second_application_changes_nothing_and_no_secret_is_shown(
    controller: Controller, url: str, settings: list[str]
) -> None:
    output, changed = apply(url, *settings)
    assert changed > 40
    assert {"first-hidden-word", "second-hidden-word", "fourth-hidden-word"} <= set(controller.secrets)
    assert any("third-hidden-word" in secret for secret in controller.secrets)
    assert "hidden-word" not in output
    assert {one["inputs"].get("token", ENCRYPTED) for one in controller.objects["credentials"].values()} == {ENCRYPTED}

    controller.writes.clear()
    output, changed = apply(url, *settings)
    assert changed == 0, output
    assert controller.writes == []

    dummy, changed = apply(url, *settings, "-e", "finops_awx_update_secrets=true")
    assert {path.split("/")[3] for path in controller.writes} == {"credentials"}
    assert "hidden-word" not in output


def test_somebodys_change_is_put_right(controller: Controller, url: str, settings: list[str]) -> None:
    connect = next(one for one in controller.objects["job_templates"].values() if one["name"] == "FinOps connect")
    connect["allow_simultaneous"] = True
    controller.writes.clear()
    dummy, changed = apply(url, *settings)
    assert changed == 1
    assert controller.writes == [f"PATCH {connect['url']}"]
    assert connect["allow_simultaneous"] is False
