# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who competes: each is a command over a fleet that an emulator of its own process serves."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench.emulator import EmulatorProcess
from tests.bench.fleet import Account, aws_config, aws_credentials, for_floor, inventory, make, members_of

BENCH = Path(__file__).resolve().parent
_PLAYBOOK = str(Path(sys.executable).parent / "ansible-playbook")
_ONBOARD = (_PLAYBOOK, "finops_for_cloud.aws.onboard")


@dataclasses.dataclass(frozen=True)
class Contender:
    """A command to be given an inventory, or for the floor its list of accounts."""

    key: str
    title: str
    command: tuple[str, ...]
    is_first_run: bool = False
    is_ansible: bool = True
    uses_profiles: bool = False
    is_before: bool = False
    writes_report: bool = False


OURS = Contender("ours", "ours", _ONBOARD)
MODULES = Contender("module_shell", "ours, module shell", (*_ONBOARD, "-e", '{"finops_in_process": false}'))
CHECK = Contender("check", "ours, check mode", (*_ONBOARD, "--check"))
PEER = Contender(
    "peer", "peer, amazon.aws modules", (_PLAYBOOK, str(BENCH / "peer" / "playbook.yml")), uses_profiles=True
)
FLOOR = Contender("floor", "floor, plain boto3", (sys.executable, str(BENCH / "floor.py")), is_ansible=False)
FLOOR_SHARED = Contender(
    "floor_shared_models",
    "floor, models read once",
    (sys.executable, str(BENCH / "floor.py"), "--shared-models"),
    is_ansible=False,
)
THROTTLED = dataclasses.replace(OURS, key="throttled", title="ours, 20 % throttled")
FIRST_OURS = dataclasses.replace(OURS, key="first_ours", title="ours, first run", is_first_run=True)
FIRST_PEER = dataclasses.replace(PEER, key="first_peer", title="peer, first run", is_first_run=True)
SLOW_PLATFORM = dataclasses.replace(FIRST_OURS, key="slow_platform", title="ours, first run, slow platform")
LATE = dataclasses.replace(OURS, key="late", title="ours, every answer late")
LATE_BEFORE = dataclasses.replace(LATE, key="late_before", title="the same, before", is_before=True)
NOT_LATE = dataclasses.replace(OURS, key="not_late", title="ours, no answer late")
AUDIT = Contender("audit", "audit and report", (_PLAYBOOK, "finops_for_cloud.aws.audit"), writes_report=True)
_ALL = (OURS, MODULES, CHECK, PEER, FLOOR, FLOOR_SHARED, THROTTLED, FIRST_OURS, FIRST_PEER, SLOW_PLATFORM, AUDIT)
TITLES = {contender.key: contender.title for contender in (*_ALL, LATE, LATE_BEFORE, NOT_LATE)}


class Site:
    """A fleet of accounts in an emulator, with the files that tell contenders of it; before: the folder with the collection before."""

    before: Path | None = None

    def __init__(self, emulator: EmulatorProcess, folder: Path, kind: str, size: int) -> None:
        self.emulator = emulator
        self.folder = folder
        self.kind = kind
        self.size = size
        self.accounts: list[Account] = []
        self.renew()

    @property
    def members(self) -> int:
        """How many of the accounts are members."""
        return members_of(self.kind, self.size)

    def renew(self) -> None:
        """Accounts that nobody has touched."""
        if self.accounts:
            self.emulator.reset()
        self.accounts = make(self.emulator, self.kind, self.size)
        about = self.emulator.about
        self._write("inventory.json", json.dumps(inventory(self.accounts, about)))
        self._write("accounts.json", json.dumps(for_floor(self.accounts, about)))
        self._write("aws-config", aws_config(self.accounts, about))
        self._write("aws-credentials", aws_credentials(about))

    def _write(self, name: str, content: str) -> None:
        (self.folder / name).write_text(content)
        (self.folder / name).chmod(0o600)

    def command(self, contender: Contender, forks: int) -> list[str]:
        """The contender's command over these accounts."""
        if not contender.is_ansible:
            script, *options = contender.command[1:]
            return [contender.command[0], script, str(self.folder / "accounts.json"), *options]
        more = ["-e", f"finops_report_dir={tempfile.mkdtemp(dir=self.folder)}"] if contender.writes_report else []
        return [*contender.command, "-i", str(self.folder / "inventory.json"), "--forks", str(forks), *more]

    def environment(self, contender: Contender) -> dict[str, str]:
        """The same for all, with nothing of the user's AWS or Ansible settings; the peer alone uses profiles."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_", "FINOPS_"))}
        prefix = "aws" if contender.uses_profiles else "no"
        if contender.is_before:
            kept["ANSIBLE_COLLECTIONS_PATH"] = str(self.before)
        return {
            **kept,
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_REMOTE_TMP": str(self.folder / "ansible" / "remote"),
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_NOCOLOR": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(self.folder / f"{prefix}-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / f"{prefix}-credentials"),
        }
