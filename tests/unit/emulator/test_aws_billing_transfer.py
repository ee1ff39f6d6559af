# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: a bill that another account pays from a moment on, what that does to exports, and who may see it."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from tests.emulator.aws.testing import Bench, Who, allow, code, export_definition, export_policy, request

TARGET = "999988887777"
FIRST = datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc)


@pytest.fixture
def export(bench: Bench, exports: Any) -> str:
    """The name of an export made before the transfer, which has delivered."""
    bench.emulator.clock.move_to(FIRST - datetime.timedelta(days=20))
    exports.create_export(Export=export_definition(bench.export_bucket(), Name="old"))
    bench.emulator.deliver(bench.account, "old")
    bench.emulator.clock.move_to(FIRST)
    return "old"


def status(exports: Any, name: str) -> tuple[str, str | None]:
    (found,) = (entry["ExportStatus"] for entry in exports.list_exports()["Exports"] if entry["ExportName"] == name)
    return found["StatusCode"], found.get("StatusReason")


def views(who: Who, **asked: Any) -> list[str]:
    return [view["billingViewType"] for view in who("billing").list_billing_views(**asked)["billingViews"]]


def transfers(who: Who) -> list[dict[str, Any]]:
    answer = who("organizations").list_outbound_responsibility_transfers(Type="BILLING")
    return list(answer["ResponsibilityTransfers"])


def test_an_export_is_unhealthy_from_the_transfer_on_and_delivers_no_more(
    bench: Bench, exports: Any, export: str
) -> None:
    bench.emulator.transfer_bill(bench.account, TARGET)
    assert status(exports, export) == ("UNHEALTHY", "BILL_OWNER_CHANGED")
    bench.emulator.clock.forward(hours=6)
    made = bench.emulator.deliver(bench.account, export)
    assert (made["status"], made["data_key"]) == ("DELIVERY_FAILURE", None)
    assert status(exports, export) == ("UNHEALTHY", "BILL_OWNER_CHANGED")


def test_or_it_is_gone(bench: Bench, exports: Any, export: str) -> None:
    bench.emulator.transfer_bill(bench.account, TARGET, gone=True)
    assert exports.list_exports()["Exports"] == []


def test_the_source_lists_the_transfer_with_its_beginning_and_a_member_may_not(bench: Bench, export: str) -> None:
    assert transfers(bench.admin) == []
    bench.emulator.transfer_bill(bench.account, TARGET)
    (found,) = transfers(bench.admin)
    assert (found["Status"], found["Type"], found["StartTimestamp"]) == ("ACCEPTED", "BILLING", FIRST)
    assert (found["Source"]["ManagementAccountId"], found["Target"]["ManagementAccountId"]) == (bench.account, TARGET)
    bench.emulator.clock.forward(days=31)
    bench.emulator.aws.end_transfer(bench.account)
    (found,) = transfers(bench.admin)
    assert (found["Status"], found["EndTimestamp"]) == ("WITHDRAWN", FIRST + datetime.timedelta(days=31))
    member = bench.assume(bench.member)("organizations")
    assert code(member.list_outbound_responsibility_transfers, Type="BILLING") == "AccessDeniedException"
    alone = bench.standalone_admin("organizations")
    assert code(alone.list_outbound_responsibility_transfers, Type="BILLING") == "AWSOrganizationsNotInUseException"
    admin = bench.admin("organizations")
    assert code(admin.list_outbound_responsibility_transfers, Type="NONSENSE") == "InvalidInputException"


@pytest.mark.parametrize(("shows_view", "delivers"), [(True, "new"), (False, "plain")])
def test_a_new_export_has_to_be_of_the_right_view(
    bench: Bench, exports: Any, export: str, shows_view: bool, delivers: str
) -> None:
    bench.emulator.transfer_bill(bench.account, TARGET, shows_view=shows_view)
    bucket = bench.export_bucket()
    exports.create_export(Export=export_definition(bucket, Name="plain"))
    found = bench.admin("billing").list_billing_views()["billingViews"]
    right = next((view["arn"] for view in found if view["billingViewType"] != "PRIMARY"), None)
    if right:
        exports.create_export(Export=export_definition(bucket, Name="new", properties={"BILLING_VIEW_ARN": right}))
    bench.emulator.clock.forward(hours=6)
    bench.emulator.aws.refresh_all()
    healthy = {
        entry["ExportName"]
        for entry in exports.list_exports()["Exports"]
        if status(exports, entry["ExportName"])[0] == "HEALTHY"
    }
    assert healthy == {delivers}


def test_the_views_are_the_accounts_own_and_a_foreign_one_is_refused(bench: Bench, exports: Any, export: str) -> None:
    assert views(bench.admin) == ["PRIMARY"]
    bench.emulator.transfer_bill(bench.account, TARGET)
    assert views(bench.admin) == ["PRIMARY", "BILLING_TRANSFER_SHOWBACK"]
    assert views(bench.admin, billingViewTypes=["BILLING_TRANSFER_SHOWBACK"]) == ["BILLING_TRANSFER_SHOWBACK"]
    assert views(bench.admin, ownerAccountId=bench.account) == ["PRIMARY"]
    assert views(bench.assume(bench.member)) == ["PRIMARY"]
    properties = {"BILLING_VIEW_ARN": f"arn:aws:billing::{TARGET}:billingview/other"}
    wrong = export_definition(bench.export_bucket(), properties=properties)
    assert code(exports.create_export, Export=wrong) == "AccessDeniedException"
    assert code(bench.admin("billing").list_billing_views, billingViewTypes=["NONSENSE"]) == "ValidationException"


def test_both_looks_need_their_permissions(bench: Bench, export: str) -> None:
    dummy, denied = bench.user(allow("bcm-data-exports:*"))
    assert code(denied("billing").list_billing_views) == "AccessDeniedException"
    listing = denied("organizations").list_outbound_responsibility_transfers
    assert code(listing, Type="BILLING") == "AccessDeniedException"
    dummy, may = bench.user(allow(["billing:ListBillingViews", "organizations:ListOutboundResponsibilityTransfers"]))
    assert (views(may), transfers(may)) == (["PRIMARY"], [])


def test_the_exports_of_members_are_lost_with_their_organizations_bill(bench: Bench, export: str) -> None:
    member = bench.assume(bench.member)
    bucket = bench.bucket(member, export_policy(bench.member))
    member("bcm-data-exports").create_export(Export=export_definition(bucket, Name="own"))
    bench.emulator.clock.forward(hours=1)
    bench.emulator.transfer_bill(bench.account, TARGET)
    assert status(member("bcm-data-exports"), "own") == ("UNHEALTHY", "BILL_OWNER_CHANGED")
    member("bcm-data-exports").create_export(Export=export_definition(bucket, Name="again"))
    assert bench.emulator.deliver(bench.member, "again")["status"] == "DELIVERY_SUCCESS"


def test_a_bill_is_transferred_once_and_by_the_control_endpoint(bench: Bench, exports: Any, export: str) -> None:
    body = json.dumps({"account_id": bench.account, "target": TARGET}).encode()
    answers = [
        request(bench, "s3", "us-east-1", "POST", "/_emulator/transfer_bill", body).status_code for dummy in "12"
    ]
    assert answers == [200, 400]
    assert len(transfers(bench.admin)) == 1
    ending = [request(bench, "s3", "us-east-1", "POST", "/_emulator/end_transfer", body).status_code for dummy in "12"]
    assert ending == [200, 404]
