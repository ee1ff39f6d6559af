# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboards the demo fleet twice against the emulator; fails unless the second run changed nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.emulator.fleet import Emulator

CHECKOUT = Path(__file__).resolve().parent.parent
PLAYBOOK = "finops_for_cloud.aws.onboard"


def main() -> int:
    """Returns the exit code."""
    with Emulator(members=4) as emulator:
        description = CHECKOUT / "build" / "demo.json"
        emulator.write(description)
        try:
            return onboard_twice(emulator, description)
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
        print(f"\n===== The {run} run: ansible-playbook {PLAYBOOK} -i inventories/demo =====", flush=True)
        emulator.start_run(run)
        command: list[str | Path] = [programs / "ansible-playbook", PLAYBOOK, "-i", "inventories/demo"]
        variables = {**(environment or os.environ), "FINOPS_EMULATOR_JSON": str(description)}
        code = subprocess.run(command, cwd=CHECKOUT, env=variables, check=False).returncode
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


if __name__ == "__main__":
    sys.exit(main())
