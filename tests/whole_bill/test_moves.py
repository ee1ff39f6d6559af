# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten accounts move from legacy reports to CUR 2.0 and from keys to roles while days go by: readable at every moment, no cent lost."""

from __future__ import annotations

import datetime
import threading
import urllib.error
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.emulator.fleet import Emulator
from tests.emulator.world import World
from tests.integration import legacy
from tests.integration.playbook import MIGRATE, Fleet, Run, Variables
from tests.whole_bill.bill import Bill, differences, shown, total

MEMBERS = 9


class Reader:
    """Reads, over and over, what each data source reads, as whom the platform is in the account just then."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.read = 0
        self.failures: list[str] = []
        self.places: set[tuple[str, str]] = set()
        self.roles: set[str] = set()

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._end.is_set():
            for account, source in self._fleet.sources().items():
                try:
                    key = self._key(source)
                    if key:
                        self._read_report(key, source["config"])
                except (ClientError, LookupError) as error:
                    self.failures.append(f"{account}: {error!r}")
                else:
                    self.read += bool(key)
                    self.places.add((account, source["config"]["report_name"]))
                    self.roles.update({account} if source["config"].get("assume_role_name") else ())

    def _key(self, source: dict[str, Any]) -> dict[str, str] | None:
        """What the platform acts with; None where the source is another since it was listed, which the next round sees."""
        config = source["config"]
        if config.get("assume_role_name"):
            return self._assumed(config)
        try:
            held = self._fleet.credentials(source["id"])
        except urllib.error.HTTPError:
            return None
        if held["access_key_id"] != config["access_key_id"]:
            return None
        return {f"aws_{name}": value for name, value in held.items()}

    def _assumed(self, config: dict[str, Any]) -> dict[str, str]:
        platform = self._fleet.emulator.aws.fleet.platform
        arn = f"arn:aws:iam::{config['assume_role_account_id']}:role/{config['assume_role_name']}"
        sts = self._client(
            "sts", aws_access_key_id=platform.access_key_id, aws_secret_access_key=platform.secret_access_key
        )
        session = sts.assume_role(RoleArn=arn, RoleSessionName="reader")["Credentials"]
        return {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }

    def _read_report(self, key: dict[str, str], config: dict[str, Any]) -> None:
        """Its newest file; LookupError where there is none."""
        s3 = self._client("s3", **key)
        path = f"{config['bucket_prefix']}/{config['report_name']}/"
        listed = s3.list_objects_v2(Bucket=config["bucket_name"], Prefix=path).get("Contents", [])
        files = [one["Key"] for one in listed if one["Key"].endswith((".csv.gz", ".parquet"))]
        s3.get_object(Bucket=config["bucket_name"], Key=files[-1])["Body"].read()

    def _client(self, service: str, **key: str) -> Any:
        once = Config(retries={"total_max_attempts": 1})
        endpoint = self._fleet.emulator.aws_endpoint_url
        return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", config=once, **key)


# By name, on which of the five days which playbook moves the accounts; what a CUR 2.0 delivery takes lies between.
ORDERS = {
    "roles between": (legacy.TO_CUR2, MIGRATE, legacy.TO_CUR2, legacy.TO_CUR2, legacy.TO_CUR2),
    "roles afterwards": (legacy.TO_CUR2, legacy.TO_CUR2, MIGRATE, legacy.TO_CUR2, legacy.TO_CUR2),
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_ten_accounts_move_without_a_gap(tmp_path: Path, order: tuple[str, ...]) -> None:
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
            for playbook in order:
                emulator.pass_days(1)
                runs.append(_move(fleet, accounts, playbook, deletes=len(runs) > 2))
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
    told = {"beside": 0, "grace": 0, "switched": 0, "done": 0}
    for run in runs:
        (stage,) = _stages(run)
        told[stage] += 1
    assert told == {"beside": 1, "grace": 1, "switched": 1, "done": 2}
    assert runs[-1].writes == []
    assert reader.failures == []
    assert len(reader.places) == 2 * len(accounts)
    assert reader.roles == set(ids)
    assert left == [[]] * len(accounts)
    assert missing == {}


def _move(fleet: Fleet, accounts: dict[str, Variables], playbook: str, deletes: bool) -> Run:
    run = fleet.run(
        {"standalone": accounts},
        "--forks",
        "4",
        playbook=playbook,
        finops_key_drain_seconds=5,
        finops_confirm_permanent_switch=True,
        finops_delete_legacy_cur=deletes,
    )
    assert run.code == 0, run.output
    return run


def _stages(run: Run) -> set[str]:
    """The last stage that each account's steps told of."""
    last = {line["host"]: line["result"]["stage"]["name"] for line in run.results if line["result"].get("stage")}
    return set(last.values())
