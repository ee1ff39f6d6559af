# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret that cannot be sent is never shown, through either shell; run by the real ansible."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    finops_in_process: {in_process}
    ansible_python_interpreter: {python}
  tasks:
    - finops_for_cloud.aws.user_info:
        account_id: "111122223333"
        access_key: AKIAEXAMPLE
        secret_key: "hidden-secret"
        session_token: "hidden-token\\nhidden-rest"
        endpoint_url: http://127.0.0.1:1
      ignore_errors: true
    - finops_for_cloud.aws.data_source_info:
        account_id: "111122223333"
        platform_url: http://127.0.0.1:1
        platform_organization_id: org-1
        platform_token: "hidden-token\\nhidden-rest"
      ignore_errors: true
"""


@pytest.mark.parametrize("in_process", [True, False], ids=["action", "module"])
def test_a_token_with_a_newline_in_it_is_never_shown(tmp_path: Path, in_process: bool) -> None:
    play = tmp_path / "play.yml"
    play.write_text(PLAY.format(in_process=json.dumps(in_process), python=json.dumps(sys.executable)))
    command = [sys.executable, Path(sys.executable).with_name("ansible-playbook"), "-vvv", play]
    environment = {**os.environ, "ANSIBLE_HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    shown = run.stdout + run.stderr
    assert run.returncode == 0, shown
    # Ansible itself quotes the task's source where it marks an error's origin.
    shown = "\n".join(line for line in shown.splitlines() if str(play) not in line)
    assert "session_token: has white space" in shown and "platform_token: has white space" in shown
    assert "hidden" not in shown
