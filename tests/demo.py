# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboards the demo fleet twice against the emulator, and audits it weeks later, before and after some things went wrong.

It fails unless the second run changed nothing, and the audits found all to be well and then what went wrong.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.emulator.fleet import Emulator
from tests.emulator.past import Past
from tests.integration.playbook import Fleet

CHECKOUT = Path(__file__).resolve().parent.parent
ONBOARD, AUDIT = "finops_for_cloud.aws.onboard", "finops_for_cloud.aws.audit"
REPORT = Path("build") / "finops-report"


def main() -> int:
    """Returns the exit code."""
    with Emulator(members=5) as emulator:
        past = Past(emulator)
        past.begin([emulator.management_account_id, emulator.standalone_account_id, *emulator.member_account_ids])
        description = CHECKOUT / "build" / "demo.json"
        emulator.write(description)
        try:
            return onboard_twice(emulator, description) or audit_twice(emulator, description, past)
        finally:
            description.unlink(missing_ok=True)


def onboard_twice(
    emulator: Emulator,
    description: Path,
    programs: Path = Path(sys.executable).parent,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Returns the exit code, 1 where the second run changed something.

    description: the emulator's file for the demo inventory. programs: the folder that has ansible-playbook. environment: by default this one.
    """
    for run in ("first", "second"):
        emulator.start_run(run)
        code = _play(f"The {run} run", [ONBOARD], description, programs, environment)
        if code:
            print(f"The {run} run failed.")
            return code
    writes = [call for call in emulator.calls("second") if call["write"]]
    print(
        f"\nThe first run made {sum(bool(call['write']) for call in emulator.calls('first'))} changes at AWS and the platform."
    )
    print(f"The second run made {len(writes)}, in {len(emulator.calls('second'))} calls.")
    for call in writes:
        print(f"  {call['account']} {call['service']}:{call['operation']}")
    return 1 if writes else 0


def audit_twice(emulator: Emulator, description: Path, past: Past) -> int:
    """Returns the exit code, 1 where an audit did not tell what is so."""
    arguments = [AUDIT, "-e", f"finops_report_dir={REPORT}"]
    programs = Path(sys.executable).parent
    past.go_by()
    if _play("Weeks later, and all is well", arguments, description, programs, None):
        return 1
    wrong = things_go_wrong(emulator, past)
    emulator.start_run("audit")
    code = _play("Some things went wrong since", arguments, description, programs, None)
    report = json.loads((CHECKOUT / REPORT / "report.json").read_text())
    missed = wrong - {code for account in report["accounts"] for link in account["links"] for code in link["codes"]}
    writes = [call for call in emulator.calls("audit") if call["write"]]
    unconnected = [account["account_id"] for account in report["unconnected"]]
    print(
        f"\nThe audit failed as it should, found {len(wrong) - len(missed)} of {len(wrong)}, and changed {len(writes)}."
    )
    print(f"Open {REPORT / 'report.html'} in a browser.")
    as_it_should = code == 2 and not missed and not writes and emulator.member_account_ids[4] in unconnected
    return 0 if as_it_should else 1


def things_go_wrong(emulator: Emulator, past: Past) -> set[str]:
    """Returns the codes of what must be found; the fifth member spends, too, and nobody has connected it."""
    fleet = Fleet(emulator, CHECKOUT / "build")
    user = "FinOpsForCloudUser"
    policy = f"arn:aws:iam::{fleet.member(0)['finops_account_id']}:policy/FinOpsForCloudResourceDiscovery"
    fleet.client("iam", fleet.member(0)).detach_user_policy(UserName=user, PolicyArn=policy)
    key = fleet.sources()[fleet.member(1)["finops_account_id"]]["config"]["access_key_id"]
    emulator.faults.age_key(key, days=100)
    _connect_anew(fleet, past)
    past.fail_import(emulator.standalone_account_id, "An error occurred (AccessDenied) when calling GetObject")
    return {"USER_POLICY_MISSING", "KEY_DUE", "HISTORY_LACKING", "SOURCE_IMPORT_FAILED"}


def _connect_anew(fleet: Fleet, past: Past) -> None:
    """Somebody deletes the data source of a member, with its history, and makes it again by hand."""
    account = fleet.member(2)
    source: dict[str, Any] = fleet.sources()[account["finops_account_id"]]
    config = {**fleet.credentials(source["id"]), "linked": True}
    fleet.remove_source(account)
    fleet.platform().create_cloud_account(name=source["name"], type="aws_cnr", config=config)
    past.do_imports()
    past.discover()


def _play(
    title: str, arguments: list[str], description: Path, programs: Path, environment: Mapping[str, str] | None
) -> int:
    """Runs a playbook over the demo inventory; its exit code."""
    command = ["ansible-playbook", *arguments, "-i", "inventories/demo"]
    print(f"\n===== {title}: {' '.join(command)} =====", flush=True)
    variables = {**(environment or os.environ), "FINOPS_EMULATOR_JSON": str(description)}
    return subprocess.run([programs / command[0], *command[1:]], cwd=CHECKOUT, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
