# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which report a bill took with it, and where the next one goes: never where files lie."""

from __future__ import annotations

import datetime
from typing import Any

import botocore.exceptions
import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import export as exports
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.bill import Bill
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.cur import Cur
from tests.unit.plugins.module_utils._resources.exports import BUCKET, NAME, account_with, arn, stored
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients, codes

FIRST = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
LOST = {"StatusCode": "UNHEALTHY", "StatusReason": "BILL_OWNER_CHANGED", "LastRefreshedAt": FIRST}
TRANSFERS = {
    "ResponsibilityTransfers": [
        {"Status": "ACCEPTED", "StartTimestamp": FIRST, "Target": {"ManagementAccountId": OTHER}}
    ]
}
VIEW = f"arn:aws:billing::{OTHER}:billingview/showback"
VIEWS = {"billingViews": [{"arn": VIEW, "billingViewType": "BILLING_TRANSFER_SHOWBACK", "sourceAccountId": ACCOUNT}]}
DENIED = AwsError("any", "AccessDeniedException", "")
SOURCE = {"config": {"report_name": NAME, "bucket_name": BUCKET, "bucket_prefix": "reports", "cur_version": 2}}


def account(
    *found: dict[str, Any], lost: tuple[str, ...] = (NAME,), files: tuple[str, ...] = (), **answers: Any
) -> FakeClients:
    """An account with these exports, of which some were lost with the bill."""
    clients = account_with(
        *found,
        files=files,
        **{"list_outbound_responsibility_transfers": TRANSFERS, "list_billing_views": VIEWS, **answers},
    )
    listed = clients.read("bcm-data-exports", "list_exports")["Exports"]
    for entry in listed:
        entry["ExportStatus"] = LOST if entry["ExportName"] in lost else {"StatusCode": "HEALTHY", "CreatedAt": FIRST}
    clients.calls.clear()
    return clients


def bill(clients: FakeClients, **options: Any) -> dict[str, Any]:
    about = Bill({"known": SOURCE, **options}, clients)
    return dict(about.info(about.read())["bill"])


def remade(number: int = 2, view: str | None = VIEW) -> dict[str, Any]:
    return exports.definition(f"{NAME}-{number}", BUCKET, f"reports-{number}", "us-east-1", view)


PLACE = {"name": f"{NAME}-2", "bucket": BUCKET, "bucket_region": "us-east-1", "prefix": "reports-2"}
BEFORE = {"name": NAME, "bucket": BUCKET, "bucket_region": "us-east-1", "prefix": "reports"}


def test_a_lost_report_has_its_next_place_and_the_view_that_shows_its_costs() -> None:
    found = bill(account(stored()))
    assert (found["transferred"], found["transferred_at"], found["payer"]) == (True, FIRST.isoformat(), OTHER)
    assert (found["is_lost"], found["lost"], found["report"], found["is_made"]) == (True, BEFORE, PLACE, False)
    assert found["billing_view"] == VIEW


@pytest.mark.parametrize(
    ("exports", "lost", "stage"),
    [((stored(),), (NAME,), "lost"), ((stored(), remade()), (NAME,), "remade"), ((stored(),), (), None)],
)
def test_who_reads_a_lost_report_is_told_where_the_account_stands(exports: Any, lost: Any, stage: str | None) -> None:
    about = Bill({"known": SOURCE}, account(*exports, lost=lost))
    assert about.info(about.read()).get("stage", {}).get("name") == stage


def test_so_does_one_that_is_gone() -> None:
    found = bill(account())
    assert (found["is_lost"], found["lost"], found["report"]) == (True, BEFORE, PLACE)


def test_a_bill_of_one_s_own_takes_three_calls_and_names_nothing() -> None:
    clients = account(
        stored(), lost=(), list_outbound_responsibility_transfers={}, list_billing_views={"billingViews": []}
    )
    found = bill(clients)
    assert (found["transferred"], found["report"]) == (False, None)
    assert clients.operations() == ["list_exports", "list_outbound_responsibility_transfers", "list_billing_views"]


def test_the_report_that_an_earlier_run_has_made_is_taken() -> None:
    found = bill(account(stored(), remade()))
    assert (found["report"], found["is_made"]) == (PLACE, True)


@pytest.mark.parametrize(
    ("others", "lost", "files"),
    [
        ((), (NAME,), ("reports-2/somebody/data.csv",)),
        ((remade(view=None),), (NAME,), ()),
        ((remade(),), (NAME, f"{NAME}-2"), ()),
        ((stored(f"{NAME}-2", prefix="elsewhere"),), (NAME,), ()),
    ],
)
def test_a_place_that_is_not_free_is_passed_over(others: Any, lost: tuple[str, ...], files: tuple[str, ...]) -> None:
    report = bill(account(stored(), *others, lost=lost, files=files))["report"]
    assert (report["name"], report["prefix"]) == (f"{NAME}-3", "reports-3")


def test_a_data_source_that_reads_the_new_report_lost_nothing_and_the_lost_one_is_still_known() -> None:
    config = {"report_name": f"{NAME}-2", "bucket_name": BUCKET, "bucket_prefix": "reports-2", "cur_version": 2}
    found = bill(account(stored(), remade()), known={"config": config})
    assert (found["transferred"], found["is_lost"], found["report"], found["lost"]) == (True, False, None, BEFORE)
    gone = bill(account(remade()), known={"config": config})
    assert (gone["is_lost"], gone["lost"]) == (False, BEFORE)


@pytest.mark.parametrize(("there", "is_lost"), [([{"ReportName": "legacy"}], False), ([], True)])
def test_a_legacy_report_is_lost_where_it_is_no_longer_there(there: Any, is_lost: bool) -> None:
    known = {"config": {"report_name": "legacy", "bucket_name": BUCKET, "bucket_prefix": "old", "cur_version": 1}}
    clients = account(describe_report_definitions={"ReportDefinitions": there})
    assert bill(clients, known=known)["is_lost"] is is_lost


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"name": NAME}, r"O\(name\).*was lost"),
        ({"prefix": "reports"}, r"O\(prefix\).*files of the lost report"),
        ({"prefix": "new/reports"}, r"O\(prefix\).*no /"),
        ({"billing_view": "primary"}, r"O\(billing_view\)"),
    ],
)
def test_a_place_that_cannot_be_is_refused_with_the_reason(options: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        bill(account(stored()), **options)


def test_so_is_a_prefix_where_files_lie() -> None:
    with pytest.raises(FinopsError, match="mine/file") as error:
        bill(account(stored(), files=("mine/file",)), prefix="mine")
    assert error.value.finding_code == "BILLING_PLACE"


def test_what_was_asked_for_is_taken() -> None:
    report = bill(account(stored()), name="mine", prefix="mine", bucket="another", bucket_region="eu-central-1")[
        "report"
    ]
    assert report == {"name": "mine", "bucket": "another", "bucket_region": "eu-central-1", "prefix": "mine"}


def test_who_may_not_list_transfers_is_told_so_and_mended_all_the_same() -> None:
    found = bill(account(stored(), list_outbound_responsibility_transfers=DENIED, list_billing_views=DENIED))
    assert (found["transferred"], found["transferred_at"], found["report"]) == (True, None, PLACE)
    assert "organizations:ListOutboundResponsibilityTransfers is missing" in found["unseen"]


# What the report's own step says of it.


def planned(clients: FakeClients, **options: Any) -> Any:
    about = Cur({"known": SOURCE, **options}, clients)
    return about.plan(about.read())


@pytest.mark.parametrize("clients", [account(stored()), account()])
def test_the_report_says_under_one_code_since_when_its_bill_is_another_s(clients: FakeClients) -> None:
    plan = planned(clients)
    assert [finding.code for finding in plan.blocked] == ["BILLING_TRANSFERRED"]
    assert "2026-11-01 00:00 UTC" in plan.blocked[0].title and OTHER in plan.blocked[0].title
    assert "CUR_UNHEALTHY" not in codes(plan) and "CUR_MISSING" not in codes(plan)


@pytest.mark.parametrize(
    "unknown",
    [
        AttributeError("no such operation"),
        botocore.exceptions.UnknownServiceError(service_name="billing", known_service_names="none"),
    ],
)
def test_a_botocore_that_is_too_old_to_ask_is_told_and_stops_nothing(unknown: Exception) -> None:
    asked = {"list_outbound_responsibility_transfers": unknown, "list_billing_views": unknown}
    found = bill(account(stored(), **asked))
    assert (found["transferred"], found["report"]) == (True, PLACE)
    assert "this botocore does not know billing:ListBillingViews yet" in found["unseen"]


def test_a_healthy_report_makes_nobody_ask_for_transfers() -> None:
    clients = account(stored(), lost=())
    assert planned(clients).blocked == []
    assert "list_outbound_responsibility_transfers" not in clients.operations()


def test_an_unhealthy_report_without_a_transfer_stays_what_it_is() -> None:
    nobody = AwsError("any", "AWSOrganizationsNotInUseException", "")
    clients = account(stored(), list_outbound_responsibility_transfers=nobody, list_billing_views={"billingViews": []})
    assert codes(planned(clients)) == ["CUR_UNHEALTHY"]


def test_a_new_report_that_was_named_is_made_beside_the_lost_one() -> None:
    plan = planned(account(stored()), name=f"{NAME}-2", prefix="reports-2", billing_view=VIEW)
    (creation,) = (step for step in plan.steps if step.operation == "create_export")
    assert creation.parameters["Export"] == remade()
    assert arn(NAME) not in str(plan.steps)
