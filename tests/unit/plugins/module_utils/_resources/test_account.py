# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account before anything is done to it: what is wrong is known before the first write."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.account import Account, State
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, FakeClients, codes, titles

PLATFORM = {
    "platform_url": "https://platform.example.com",
    "platform_organization_id": "0e6d3a52-3b7c-4a43-8f0b-6a2b1c9f6f3e",
    "platform_token": "token",
}


def resource(case: str = "standalone", answers: dict[str, Any] | None = None, **options: Any) -> Account:
    """An account of this case."""
    return Account({"account_id": ACCOUNT, "case": case, **options}, FakeClients(answers))


def seen(linked: bool | None = False, **view: Any) -> dict[str, Any]:
    """What the look at the fleet found out; linked: of the account's data source, None where it has none."""
    config = {"linked": True} if linked else {"config_scheme": "bucket_only"}
    source = {} if linked is None else {"name": "Shop", "account_id": ACCOUNT, "config": config}
    return {"problem": None, "data_source": source, "organization": {"disabled": False, "currency": "USD"}, **view}


def planned(*arguments: Any, **options: Any) -> Any:
    """The plan for an account."""
    about = resource(*arguments, **options)
    return about.plan(about.read())


@pytest.mark.parametrize(
    ("case", "linked", "group"),
    [
        ("management", True, "inventory group member"),
        ("standalone", True, "inventory group member"),
        ("member", False, "inventory group management or standalone"),
    ],
)
def test_an_account_in_the_wrong_group_is_refused_before_the_first_write(case: str, linked: bool, group: str) -> None:
    plan = planned(case, fleet=seen(linked), **PLATFORM)
    assert (codes(plan), titles(plan)) == (["SOURCE_TYPE_WRONG"], [])
    (finding,) = plan.blocked
    assert "'Shop'" in finding.title and group in finding.remedy
    assert ("linked" in finding.title) is linked
    assert finding.actual == ("linked (a member's)" if linked else "root or standalone")


@pytest.mark.parametrize(
    ("case", "linked"),
    [("management", False), ("standalone", False), ("member", True), ("member", None), ("management", None)],
)
def test_a_data_source_of_the_cases_type_or_none_is_right(case: str, linked: bool | None) -> None:
    assert codes(planned(case, fleet=seen(linked), **PLATFORM)) == []


def test_a_disabled_organization_stops_before_the_first_write() -> None:
    plan = planned(fleet=seen(organization={"disabled": True}), **PLATFORM)
    assert [finding.code for finding in plan.blocked] == ["PLATFORM_ORGANIZATION_DISABLED"]
    assert PLATFORM["platform_organization_id"] in plan.blocked[0].title
    assert codes(planned(fleet=seen(organization=None), **PLATFORM)) == []


def test_without_a_look_at_the_fleet_the_platform_is_asked_here() -> None:
    answers = {
        "cloud_accounts": [[{"name": "Shop", "account_id": ACCOUNT, "config": {"linked": True}}]],
        "organization": {"disabled": True},
    }
    about = resource("management", answers, **PLATFORM)
    current = about.read()
    assert codes(about.plan(current)) == ["PLATFORM_ORGANIZATION_DISABLED", "SOURCE_TYPE_WRONG"]
    assert about.describe(current, [])["data_source"]["name"] == "Shop"
    assert len(about.clients.calls) == 2


def test_without_a_platform_nothing_is_asked() -> None:
    about = resource()
    current = about.read()
    assert about.plan(current).findings == []
    assert about.clients.calls == []
    assert about.describe(current, []) == {
        "account_id": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:user/admin",
        "partition": "aws",
        "expiration": None,
        "case": "standalone",
        "data_source": None,
    }
    assert about.describe(State({**current.identity, "expiration": "soon"}), [])["expiration"] == "soon"


@pytest.mark.parametrize(
    ("view", "options", "is_asked"),
    [
        (seen(None), {"preflight": True}, True),
        (seen(None), {"preflight": False}, False),
        (seen(True), {"preflight": True}, False),
        (seen(data_source=None), {"preflight": True}, False),
    ],
    ids=["first connection", "another intent", "connected", "no platform"],
)
def test_a_first_connection_alone_is_asked_about(view: dict[str, Any], options: dict[str, Any], is_asked: bool) -> None:
    answers = {"describe_organization": AwsError("organizations:x", "AWSOrganizationsNotInUseException", "no")}
    about = resource("member", answers, fleet=view, management_account_id=OTHER, **PLATFORM, **options)
    about.clients.log_in = lambda: {"account_id": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "partition": "aws"}
    plan = about.plan(about.read())
    assert codes(plan) == ["ACCOUNT_OTHER_ORGANIZATION"] * is_asked
    assert about.clients.operations() == ["describe_organization"] * is_asked


@pytest.mark.parametrize(("insecure", "found"), [(True, ["PLATFORM_URL_INSECURE"]), (False, [])])
def test_an_address_without_encryption_is_worth_knowing(insecure: bool, found: list[str]) -> None:
    about = resource(fleet=seen(), **PLATFORM)
    about.clients.is_insecure = insecure
    assert codes(about.plan(about.read())) == found
    without_platform = resource()
    without_platform.clients.is_insecure = insecure
    assert codes(without_platform.plan(without_platform.read())) == []


@pytest.mark.parametrize(
    ("currency", "found"), [("EUR", ["PLATFORM_CURRENCY"]), ("CNY", ["PLATFORM_CURRENCY"]), ("USD", []), (None, [])]
)
def test_an_organization_of_another_currency_gets_no_costs(currency: str | None, found: list[str]) -> None:
    plan = planned(fleet=seen(organization={"disabled": False, "currency": currency}), **PLATFORM)
    assert codes(plan) == found
    assert [(finding.expected, finding.actual) for finding in plan.findings] == [("USD", currency)] * len(found)


@pytest.mark.parametrize(
    ("partition", "currency", "expected"),
    [
        ("aws", "USD", []),
        ("aws-cn", "CNY", []),
        ("aws-cn", "USD", ["CNY"]),
        ("aws-us-gov", "CNY", ["USD"]),
        ("aws-new", "CNY", []),
    ],
)
def test_every_partition_counts_in_its_own_currency(partition: str, currency: str, expected: list[str]) -> None:
    plan = resource().plan(State({"partition": partition}, organization={"currency": currency}))
    assert [finding.expected for finding in plan.findings] == expected


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("management_account_id", 111122223333),
        ("management_account_id", "1111"),
        ("cur_name", "no spaces"),
        ("cur_bucket", "No_Bucket"),
        ("cur_bucket_region", "mars"),
        ("region", "mars"),
        ("cur_prefix", "/"),
        ("policy_variant", "other"),
        ("user_name", "no/slash"),
        ("permissions_boundary", f"arn:aws:iam::{OTHER}:policy/Boundary"),
        ("data_source_name", "x" * 300),
        ("tags", {"aws:x": "y"}),
    ],
)
def test_every_setting_is_checked_before_any_call(option: str, value: Any) -> None:
    with pytest.raises(InputError) as error:
        resource(**{option: value})
    assert error.value.option == option


@pytest.mark.parametrize("with_fleet", [True, False])
def test_what_the_look_at_the_fleet_found_wrong_is_an_error_before_the_login(with_fleet: bool) -> None:
    answers = {"cloud_accounts": [[{"name": "Shop", "account_id": OTHER}]]}
    options = {"fleet": seen(problem="O(account_id): given twice")} if with_fleet else {"data_source_name": "shop"}
    with pytest.raises(FinopsError) as error:
        resource("standalone", answers, **PLATFORM, **options).read()
    assert error.value.finding_code == "ACCOUNT_UNFIT"
    assert ("given twice" if with_fleet else f"account {OTHER}'s") in str(error.value)


class Misconfigured(FakeClients):
    """Clients whose options for the platform cannot work."""

    @property
    def platform(self) -> FakeClients:
        raise InputError("platform_token", "is missing")


class WithoutFolder(FakeClients):
    """Clients whose options for the store cannot work."""

    def _refuse(self) -> Any:
        raise InputError("secret_store_folder", "is missing")

    store = property(_refuse, lambda self, store: None)


def test_the_options_for_the_store_are_checked_before_any_call() -> None:
    with pytest.raises(InputError, match="secret_store_folder"):
        Account({"account_id": ACCOUNT, "case": "standalone"}, WithoutFolder())


def test_the_options_for_the_platform_are_checked_before_any_call() -> None:
    options = {"account_id": ACCOUNT, "case": "standalone"}
    with pytest.raises(InputError, match="platform_token"):
        Account({**options, **PLATFORM}, Misconfigured())
    Account(options, Misconfigured())


MEMBERS = [
    {"id": "s-1", "account_id": OTHER, "name": "shop"},
    {"id": "s-2", "account_id": "777788889999", "name": "lab"},
]


@pytest.mark.parametrize(
    ("case", "linked", "confirmed", "view", "wanted"),
    [
        ("standalone", False, False, {}, ["OFFBOARD_HISTORY"]),
        ("standalone", None, False, {}, ["OFFBOARD_HISTORY"]),
        ("standalone", False, True, {}, []),
        ("standalone", False, True, {"members": MEMBERS}, []),
        ("member", True, True, {"members": MEMBERS}, []),
        ("management", False, True, {}, []),
        ("management", False, True, {"members": MEMBERS}, ["OFFBOARD_MEMBERS"]),
        ("management", False, True, {"members": MEMBERS, "removed": ["s-1"]}, ["OFFBOARD_MEMBERS"]),
        ("management", False, True, {"members": MEMBERS, "removed": ["s-2", "s-1"]}, []),
        ("management", False, False, {"members": MEMBERS}, ["OFFBOARD_HISTORY", "OFFBOARD_MEMBERS"]),
        ("standalone", False, True, {"organization": {"currency": "EUR"}}, []),
        ("standalone", False, True, {"organization": {"disabled": True}}, ["PLATFORM_ORGANIZATION_DISABLED"]),
    ],
)
def test_what_keeps_an_account_from_leaving(
    case: str, linked: bool | None, confirmed: bool, view: dict[str, Any], wanted: list[str]
) -> None:
    options = {"removal": True, "confirm_delete_history": confirmed, **PLATFORM}
    plan = planned(case, fleet=seen(linked, **view), **options)
    assert (codes(plan), titles(plan)) == (wanted, [])
    assert plan.blocked == plan.others


def test_without_a_look_at_the_fleet_every_linked_data_source_may_be_a_members() -> None:
    sources = [
        {"id": "s-0", "account_id": ACCOUNT, "name": "payer", "config": {}},
        {"id": "s-1", "account_id": OTHER, "name": "shop", "config": {"linked": True}},
    ]
    answers = {"cloud_accounts": lambda dummy: sources, "organization": {"disabled": False, "currency": "USD"}}
    options = {"removal": True, "confirm_delete_history": True, **PLATFORM}
    plan = planned("management", answers, **options)
    assert codes(plan) == ["OFFBOARD_MEMBERS"]
    assert OTHER in plan.blocked[0].title


PRINCIPAL = "arn:aws:iam::444455556666:user/platform"


def differences(found: dict[str, Any], auth: str | None = "role", **view: Any) -> Any:
    """The plan of an account that the platform shall assume a role in, after what the platform says of roles."""
    policies = {"accounts": ["444455556666"], "more": [], "less": [], **found}
    organization = {"disabled": False, "currency": "USD", "policies": policies}
    return planned(
        fleet={**seen(None), "organization": organization, **view}, auth=auth, role_principal_arn=PRINCIPAL, **PLATFORM
    )


def test_what_the_platform_says_of_a_role_is_told_where_it_differs() -> None:
    assert codes(differences({})) == []
    (finding,) = differences({"more": ["s3:DeleteObject on *"], "less": ["ec2:Describe* on *"]}).findings
    assert (finding.code, finding.severity) == ("PLATFORM_POLICY_DIFFERS", "note")
    assert "asks for more: s3:DeleteObject on *; it does without: ec2:Describe* on *" in finding.title
    assert codes(differences({"more": ["s3:DeleteObject on *"]}, auth="access_key")) == []


@pytest.mark.parametrize(
    ("accounts", "found"),
    [(["111122223333"], ["PLATFORM_PRINCIPAL_DIFFERS"]), (["111122223333", "444455556666"], []), (["*"], []), ([], [])],
)
def test_a_role_that_trusts_another_account_than_the_platforms_is_refused(
    accounts: list[str], found: list[str]
) -> None:
    plan = differences({"accounts": accounts})
    assert [finding.code for finding in plan.blocked] == found
    source = {"name": "Shop", "account_id": ACCOUNT, "config": {"assume_role_name": "x"}}
    assert codes(differences({"accounts": accounts}, data_source=source)) == []
