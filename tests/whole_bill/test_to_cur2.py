# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten accounts move from legacy reports to CUR 2.0 while days go by: each can be read at every moment, and no cent is lost."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.emulator.fleet import Emulator
from tests.emulator.world import World
from tests.integration import legacy
from tests.integration.playbook import Fleet, Run, Variables
from tests.whole_bill.bill import Bill, differences, shown, total

MEMBERS = 9


class Reader:
    """Reads, over and over, what each data source reads, with the credentials that the platform holds for it just then."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.read = 0
        self.failures: list[str] = []
        self.places: set[tuple[str, str]] = set()

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._end.is_set():
            for account, source in self._fleet.sources().items():
                key = self._fleet.credentials(source["id"])
                try:
                    self._read_report(key, source["config"])
                except (ClientError, LookupError) as error:
                    self.failures.append(f"{account}: {error!r}")
                else:
                    self.read += 1
                    self.places.add((account, source["config"]["report_name"]))

    def _read_report(self, key: dict[str, str], config: dict[str, Any]) -> None:
        """Its newest file; LookupError where there is none."""
        s3 = boto3.client(
            "s3",
            endpoint_url=self._fleet.emulator.aws_endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=key["access_key_id"],
            aws_secret_access_key=key["secret_access_key"],
            config=Config(retries={"total_max_attempts": 1}),
        )
        path = f"{config['bucket_prefix']}/{config['report_name']}/"
        listed = s3.list_objects_v2(Bucket=config["bucket_name"], Prefix=path).get("Contents", [])
        files = [one["Key"] for one in listed if one["Key"].endswith((".csv.gz", ".parquet"))]
        s3.get_object(Bucket=config["bucket_name"], Key=files[-1])["Body"].read()


def test_ten_accounts_move_without_a_gap(tmp_path: Path) -> None:
    with Emulator(members=MEMBERS) as emulator:
        fleet, world = Fleet(emulator, tmp_path), World(emulator)
        accounts = {f"account-{number}": fleet.member(number) for number in range(MEMBERS)}
        accounts["laboratory"] = fleet.standalone()
        now = emulator.clock.now()
        emulator.clock.move_to(now - datetime.timedelta(days=2))
        since = emulator.clock.now().date().replace(day=1)
        ids = [account["finops_account_id"] for account in accounts.values()]
        emulator.costs.generate(ids, since, now.date() + datetime.timedelta(days=3))
        for account in accounts.values():
            legacy.connect(fleet, account)
        runs = []
        with Reader(fleet) as reader:
            for deletes in (False, False, True, True):
                emulator.pass_days(1)
                runs.append(_migrate(fleet, accounts, deletes))
        emulator.pass_days(1)
        until = emulator.clock.now()
        months = sorted({f"{day:%Y-%m}" for day in (since, now, until)})
        used: Bill = {(one, month): emulator.costs.total(one, month, until) for one in ids for month in months}
        missing = differences(used, shown(world, months))
        left = [
            fleet.client("cur", one).describe_report_definitions()["ReportDefinitions"] for one in accounts.values()
        ]
    print(
        f"\n\n{reader.read} reports read, {len(reader.failures)} failures; {total(used):,.2f} used, {total(missing):,.2f} missing"
    )
    assert [_stages(run) for run in runs] == [{"beside"}, {"switched"}, {"done"}, {"done"}]
    assert runs[-1].writes == []
    assert reader.failures == []
    assert len(reader.places) == 2 * len(accounts)
    assert left == [[]] * len(accounts)
    assert missing == {}


def _migrate(fleet: Fleet, accounts: dict[str, Variables], deletes: bool) -> Run:
    run = fleet.run(
        {"standalone": accounts},
        "--forks",
        "4",
        playbook=legacy.TO_CUR2,
        finops_key_drain_seconds=5,
        finops_delete_legacy_cur=deletes,
    )
    assert run.code == 0, run.output
    return run


def _stages(run: Run) -> set[str]:
    """The last stage that each account's steps told of."""
    last = {line["host"]: line["result"]["stage"]["name"] for line in run.results if line["result"].get("stage")}
    return set(last.values())
