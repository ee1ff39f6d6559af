# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No gap: whoever uses the key that the platform holds at a moment is never refused, while twenty accounts rotate."""

from __future__ import annotations

import threading

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.playbook import ROTATE, Fleet

ACCOUNTS = 20


class Reader:
    """Calls AWS over and over with the credentials that the platform holds just then, one account after another."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.answered = 0
        self.refused: list[str] = []
        self.keys: set[str] = set()

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _read(self) -> None:
        sources = [source["id"] for source in self._fleet.sources().values()]
        while not self._end.is_set():
            for source in sources:
                self._call(**self._fleet.credentials(source))

    def _call(self, access_key_id: str, secret_access_key: str) -> None:
        sts = boto3.client(
            "sts",
            endpoint_url=self._fleet.emulator.aws_endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
            config=Config(retries={"total_max_attempts": 1}),
        )
        try:
            sts.get_caller_identity()
        except ClientError as error:
            self.refused.append(f"{access_key_id}: {error}")
        else:
            self.answered += 1
            self.keys.add(access_key_id)


def test_twenty_accounts_rotate_under_load_without_a_refused_call(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = {"member": {f"member-{number}": fleet.member(number) for number in range(ACCOUNTS)}}
    assert fleet.run(groups).code == 0
    for source in fleet.sources().values():
        fleet.emulator.faults.age_key(source["config"]["access_key_id"], days=100)
    with Reader(fleet) as reader:
        run = fleet.run(groups, playbook=ROTATE, finops_key_drain_seconds=2)
    with capsys.disabled():
        print(f"\n  {reader.answered} calls answered, {len(reader.refused)} refused, with {len(reader.keys)} keys")
    assert run.code == 0, run.output
    assert len(run.writes) == ACCOUNTS * 4
    assert reader.refused == []
    assert len(reader.keys) > ACCOUNTS
