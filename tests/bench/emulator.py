# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulator in a process of its own, so that its CPU can be told from the contenders'."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_ANSWER_SECONDS = 600
_ERROR_CHARACTERS = 2000
_SERVERS = ("aws_endpoint_url", "platform_url")


class BenchError(Exception):
    """Why the benchmark cannot go on, in words for whoever runs it."""


class EmulatorProcess:
    """`python -m tests.emulator` from `with` to its end; `about` is the description that it writes."""

    def __init__(self, members: int, folder: Path) -> None:
        self._members = members
        self._description = folder / "emulator.json"
        self._errors = folder / "emulator.log"
        self._process: subprocess.Popen[str]
        self.about: dict[str, Any]

    def __enter__(self) -> EmulatorProcess:
        """Start it and wait until it says that it serves."""
        environment = {
            **os.environ,
            "FINOPS_EMULATOR_MEMBERS": str(self._members),
            "FINOPS_EMULATOR_JSON": str(self._description),
        }
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.emulator"],
                cwd=CHECKOUT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "Stop with Ctrl-C" in line:
                self.about = json.loads(self._description.read_text())
                return
        raise BenchError(f"The emulator did not start:\n{self._last_errors()}")

    def __exit__(self, *exception: object) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def cpu_seconds(self) -> float:
        """The CPU that the process has used so far, user and system."""
        after_name = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        user, system = after_name[11:13]
        return (int(user) + int(system)) / _TICKS_PER_SECOND

    def start_run(self, name: str) -> None:
        """Forget the calls so far, and count those from now on under this name."""
        for server in _SERVERS:
            self._ask(server, "clear", {})
            self._ask(server, "run", {"name": name})

    def calls(self, name: str) -> list[dict[str, Any]]:
        """The calls of a run to AWS, then those to the platform, each oldest first."""
        return [call for server in _SERVERS for call in self._ask(server, f"calls?run={name}")]

    def new_standalone_account(self) -> dict[str, str]:
        """Another account in no organization: account_id, access_key_id and secret_access_key."""
        return dict(self._ask("aws_endpoint_url", "standalone_accounts", {}))

    def reset(self) -> None:
        """Back to fresh accounts and an empty platform; accounts that were made are gone."""
        for server in _SERVERS:
            self._ask(server, "reset", {})

    def throttle(self, share: float) -> None:
        """Answer this share of the calls to AWS with a throttle, from 0 to 1."""
        self._ask("aws_endpoint_url", "faults", {"method": "throttle", "arguments": {"share": share}})

    def create_slowly(self, seconds: float) -> None:
        """Let the platform take this long for each new data source; parallel ones collide."""
        body = {"method": "platform_creates_slowly", "arguments": {"seconds": seconds}}
        self._ask("aws_endpoint_url", "faults", body)

    def answer_late(self, seconds: float) -> None:
        """Add latency to every answer of AWS and the platform."""
        self._ask("aws_endpoint_url", "faults", {"method": "delay", "arguments": {"seconds": seconds}})

    def begin_past(self, account_ids: list[str]) -> None:
        """Stand some weeks ago; these accounts spend from there to now."""
        self._ask("aws_endpoint_url", "past", {"accounts": account_ids})

    def let_past_go_by(self) -> None:
        """Up to now AWS delivers, and the platform imports and discovers."""
        self._ask("aws_endpoint_url", "past", {})

    def _ask(self, server: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What a control endpoint answers, to POST where there is a body."""
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.about[server]}/_emulator/{path}"
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:
                return json.load(answer)
        except OSError as problem:
            raise BenchError(f"The emulator does not answer to {path}: {problem}\n{self._last_errors()}")

    def _last_errors(self) -> str:
        return self._errors.read_text()[-_ERROR_CHARACTERS:]
