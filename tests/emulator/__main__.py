# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Run both emulators in the foreground, by `python -m tests.emulator`.

FINOPS_EMULATOR_MEMBERS is the number of member accounts, FINOPS_EMULATOR_JSON the file that the description goes to.
"""

from __future__ import annotations

import gc
import os
import pathlib
import signal
import sys
import threading

from tests.emulator.fleet import Emulator
from tests.emulator.past import Past

_FILE = "build/emulator.json"


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    members = int(os.environ.get("FINOPS_EMULATOR_MEMBERS", "4"))
    file = pathlib.Path(os.environ.get("FINOPS_EMULATOR_JSON") or _FILE)
    with Emulator(members=members) as emulator:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        emulator.aws.more_controls["past"] = Past(emulator).control
        emulator.write(file)
        try:
            print(f"AWS      {emulator.aws_endpoint_url}")
            print(f"platform {emulator.platform_url or '(not there)'}")
            print(f"Credentials and account ids are in {file}. Stop with Ctrl-C.", flush=True)
            ended.wait()
        finally:
            file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
