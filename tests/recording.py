# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records a terminal session: the callback C(fleet) in a run over 200 accounts, three of which must fail.

It fails unless exactly these three do. `python -m tests.recording ACCOUNTS COLUMNS FOLDER`, each of which may be left out.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.emulator.aws.credentials import iam_of
from tests.emulator.fleet import Emulator
from tests.integration.playbook import CHECKOUT, ONBOARD, Fleet, Variables
from tests.integration.terminal import CALLBACK, Session, command_for, environment_for, run_in_terminal
from tests.integration.watcher import secrets

# Accounts besides the members: the payer and those in no organization.
_OTHERS = 1 + 4
_FAILED = 3


def written(session: Session, command: str) -> str:
    """The session for a reader: the seconds before each line, and what the live line was about once a second."""
    texts, last = [f"         $ {command}"], -1.0
    for moment, text, is_live in session.lines():
        if not is_live or moment - last >= 1:
            texts.append(f"{moment:6.1f} {'~' if is_live else ' '} {text}".rstrip())
            last = moment if is_live else last
    return "\n".join([*texts, f"         (exit code {session.code})"]) + "\n"


def cast(session: Session, command: str, columns: int) -> str:
    """The session as asciicast v2, for `asciinema play`."""
    header = {"version": 2, "width": columns, "height": 30, "command": command, "title": "finops_for_cloud.aws"}
    events = [[round(moment, 3), "o", text] for moment, text in session.chunks]
    return "".join(json.dumps(line) + "\n" for line in [header, *events])


def accounts(fleet: Fleet, members: int) -> dict[str, dict[str, Variables]]:
    """The inventory: three accounts have a mistake as people make them."""
    standalone = {"standalone-1": fleet.standalone()}
    for number in range(2, _OTHERS):
        made = fleet.emulator.aws.new_standalone_account()
        keys = {"finops_aws_access_key": made.access_key_id, "finops_aws_secret_key": made.secret_access_key}
        standalone[f"standalone-{number}"] = {"finops_account_id": made.account_id, **keys}
    standalone["standalone-3"]["finops_cur_bucket"] = "costs-of-the-laboratory"
    fleet.client("s3", fleet.standalone()).create_bucket(Bucket="costs-of-the-laboratory")
    standalone["standalone-4"]["finops_account_id"] = "111122223333"
    member = {f"member-{number + 1:03}": fleet.member(number) for number in range(members)}
    member[f"member-{members // 4 + 1:03}"]["finops_assume_role_arn"] += "-of-another-name"
    return {"management": {"payer": fleet.management()}, "member": member, "standalone": standalone}


def leaks(fleet: Fleet, groups: Mapping[str, Mapping[str, Variables]], text: str) -> list[str]:
    """The names of the secrets that a text holds."""
    found = {**secrets(fleet), "secret of the management account": fleet.emulator.secret_access_key}
    for host, account in groups["standalone"].items():
        found[f"secret of {host}"] = account["finops_aws_secret_key"]
        iam = iam_of(account["finops_account_id"])
        for key in iam.access_keys.values() if iam else ():
            found[f"secret of {key.access_key_id}"] = key.secret_access_key
    return [name for name, secret in found.items() if secret in text]


def record(total: int = 200, columns: int = 100, folder: Path = CHECKOUT / "build") -> int:
    """Returns the exit code."""
    with Emulator(members=total - _OTHERS) as emulator, tempfile.TemporaryDirectory() as temporary:
        fleet = Fleet(emulator, Path(temporary))
        groups = accounts(fleet, total - _OTHERS)
        print(f"Recording a run over {total} accounts; this takes a minute or two.", flush=True)
        session = run_in_terminal(command_for(fleet, groups), environment_for(fleet), columns)
        shown = f"ANSIBLE_STDOUT_CALLBACK={CALLBACK} ansible-playbook {ONBOARD} -i inventory.json"
        contents = {"txt": written(session, shown), "cast": cast(session, shown, columns)}
        leaked = leaks(fleet, groups, session.text + "".join(contents.values()))
    if leaked:
        print("Nothing is written, since it would hold: " + ", ".join(leaked))
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / f"fleet-session.{name}").write_text(content, encoding="utf-8")
        print(f"  {folder / 'fleet-session'}.{name}")
    words = f"{total} accounts in .*: {total - _FAILED} changed, 0 already right, {_FAILED} failed"
    is_good = session.code == 2 and any(re.fullmatch(words, line.text) for line in session.lines())
    print(f"Exit code {session.code}; " + (words if is_good else f"it should be 2, and it should say: {words}"))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(record(*(make(text) for make, text in zip((int, int, Path), sys.argv[1:], strict=False))))
