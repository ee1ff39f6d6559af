# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the targets of ansible-test integration against the emulator, each in an account of its own.

`python -m tests.targets NAME...` runs some of them. A target passes when ansible-test says so and its account was
written to, since ansible-test leaves out what it finds unfit and succeeds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.emulator.fleet import Emulator
from tests.lint.tree import AMAZON, CHECKOUT, COLLECTION, PACKAGES, copy_collection, link
from tests.variables import common_variables

BUILD = CHECKOUT / "build" / "targets"
TARGETS = Path("tests", "integration", "targets")


def main(names: Sequence[str]) -> int:
    """The exit code; runs the targets of the given names, or all."""
    wanted = list(names) or sorted(path.parent.name for path in CHECKOUT.glob(str(TARGETS / "*" / "aliases")))
    tree = copy_collection(BUILD / COLLECTION)
    # ansible-test asks the nearest repository for the files, and this checkout's knows none under build/.
    subprocess.run(["git", "init", "--quiet", tree], check=True)
    link(BUILD / AMAZON, PACKAGES / AMAZON)
    with Emulator(members=len(wanted) + 1) as emulator:
        accounts = dict(zip((*wanted, "standalone"), emulator.member_account_ids, strict=True))
        accounts["management"] = emulator.management_account_id
        _configure(tree, emulator, accounts)
        code = _run(tree, wanted)
        written = {call["account"] for call in emulator.calls() if call["write"]}
    passed = _passed(tree)
    failed = [name for name in wanted if name not in passed or accounts[name] not in written]
    for name in failed:
        print(f"{name}: {'wrote nothing' if name in passed else 'did not pass'}")
    print(f"targets: {len(wanted) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or code else 0


def _configure(tree: Path, emulator: Emulator, accounts: Mapping[str, str]) -> None:
    """Write the variables that ansible-test gives to every target."""
    variables: dict[str, Any] = {
        "finops_accounts": accounts,
        "finops_role": emulator.assume_role_name,
        **common_variables(emulator.as_json()),
    }
    path = tree / "tests" / "integration" / "integration_config.yml"
    path.touch(mode=0o600)
    path.write_text(json.dumps(variables))


def _run(tree: Path, names: Sequence[str]) -> int:
    home = BUILD / "home"
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_"))}
    environment = {
        **kept,
        "HOME": str(home),
        "PATH": os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"])),
    }
    command = ("ansible-test", "integration", "--color", "no", "--continue-on-error", *names)
    return subprocess.run(command, cwd=tree, env=environment, check=False).returncode


def _passed(tree: Path) -> set[str]:
    """The targets that ansible-test ran to their end, from its own record."""
    records = (tree / "tests" / "output" / "data").glob("integration-*.json")
    return {name for record in records for name in json.loads(record.read_text())["targets"]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
