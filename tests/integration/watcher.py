# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run shows of secrets: a watcher of processes and files, and the secrets to look for."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.emulator.aws.credentials import iam_of
from tests.integration.playbook import Fleet

# How every session token of the embedded AWS begins.
SESSION_TOKEN = "FQoGZXIvYXdz"


class Watcher:
    """Looks again and again, while a run goes on, at all processes and at the files in some folders."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.seen: dict[str, bytes] = {}

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._end.wait(0.01):
            self._look()

    def _look(self) -> None:
        for path in self._paths():
            try:
                content = path.read_bytes()
            except OSError:
                continue
            known = self.seen.get(str(path), b"")
            if content not in known:
                self.seen[str(path)] = known + content

    def _paths(self) -> Iterator[Path]:
        for process in Path("/proc").glob("[0-9]*"):
            yield process / "cmdline"
            yield process / "environ"
        for folder in self._folders:
            # os.walk passes over folders that vanish meanwhile.
            yield from (Path(parent, name) for parent, dummy, names in os.walk(folder) for name in names)

    def where(self, secret: str) -> list[str]:
        """The processes and files that held it."""
        return [path for path, content in self.seen.items() if secret.encode() in content]


def secrets(fleet: Fleet) -> dict[str, str]:
    """Every secret that a run handles, those of keys that nobody holds included."""
    emulator = fleet.emulator
    found = {
        "platform token": emulator.platform_token,
        "platform password": emulator.platform.password,
        "session token": SESSION_TOKEN,
    }
    for account in (emulator.management_account_id, *emulator.member_account_ids, emulator.standalone_account_id):
        iam = iam_of(account)
        for key in iam.access_keys.values() if iam else ():
            found[f"secret of {key.access_key_id} in {account}"] = key.secret_access_key
    return found
