# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of AWS's answers: states old and new, paths or none, tags, partitions, refusals, nonsense."""

from __future__ import annotations

import datetime
import re
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.accounts import Account, Unit
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._organization.reading import OrganizationReader

PAYER, SHOP, SEARCH = "111122223333", "444455556666", "123456789012"
ROOT, OUTER, INNER = "r-ab12", "ou-ab12-11111111", "ou-ab12-22222222"
ABOUT = {"Organization": {"Arn": f"arn:aws:organizations::{PAYER}:organization/o-abcdefghij", "MasterAccountId": PAYER}}
SESSION = botocore.session.get_session()
# State came in September 2025, Paths later.
KNOWN = SESSION.get_service_model("organizations").shape_for("Account").members
DENIED = "AccessDeniedException"


class Aws:
    """botocore's own clients with answers laid ready, in order."""

    def __init__(self, login: str = PAYER) -> None:
        self._stubbers = {}
        for service in ("sts", "organizations"):
            client = SESSION.create_client(service, "us-east-1", aws_access_key_id="A", aws_secret_access_key="s")
            self._stubbers[service] = Stubber(client)
            self._stubbers[service].activate()
        self.answers("get_caller_identity", {"Account": login, "Arn": f"arn:aws:iam::{login}:user/x"}, service="sts")

    def answers(self, operation: str, *answers: dict[str, Any], service: str = "organizations", **asked: Any) -> Aws:
        """The next answers to one operation; asked: the parameters of the first."""
        for number, answer in enumerate(answers):
            self._stubbers[service].add_response(operation, answer, asked if not number and asked else None)
        return self

    def refuses(self, operation: str, code: str) -> Aws:
        """The next answer is an error."""
        self._stubbers["organizations"].add_client_error(operation, code, "no")
        return self

    def __call__(self, service: str) -> Any:
        return self._stubbers[service].client

    def assert_all_was_asked(self) -> None:
        for stubber in self._stubbers.values():
            stubber.assert_no_pending_responses()


def described(login: str = PAYER, about: dict[str, Any] | None = None) -> Aws:
    return Aws(login).answers("describe_organization", about or ABOUT)


def entry(account: str = SHOP, path: str | None = None, **more: Any) -> dict[str, Any]:
    """An account as ListAccounts has it."""
    paths = {"Paths": [f"o-abcdefghij/{path}/{account}/"]} if path else {}
    return {"Id": account, "Name": "shop", **paths, **more}


def states(**told: str) -> str:
    """The state that is read where an account tells these, as far as this botocore knows them."""
    aws = described().answers("list_accounts", {"Accounts": [{"Id": SHOP, **told}]})
    return OrganizationReader(aws).organization(None).accounts[0].state


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"State": "CLOSED", "Status": "SUSPENDED"}, "CLOSED"),
        ({"State": "ACTIVE"}, "ACTIVE"),
        ({"Status": "SUSPENDED"}, "SUSPENDED"),
        ({"Status": "PENDING_CLOSURE"}, "PENDING_CLOSURE"),
        ({}, "ACTIVE"),
    ],
)
def test_state_is_read_and_status_where_there_is_none(told: dict[str, str], state: str) -> None:
    if not set(told) <= set(KNOWN):
        pytest.skip("this botocore knows no State")
    assert states(**told) == state


@pytest.mark.parametrize(
    ("told", "joined"),
    [
        ({"JoinedTimestamp": datetime.datetime(2026, 1, 31, 23, 59, tzinfo=datetime.timezone.utc)}, "2026-01-31"),
        ({"JoinedTimestamp": datetime.datetime.fromisoformat("2026-02-01T01:30:00+02:00")}, "2026-01-31"),
        ({}, None),
    ],
    ids=["in UTC", "elsewhere", "not told"],
)
def test_the_day_of_joining_is_read_in_utc(told: dict[str, Any], joined: str | None) -> None:
    aws = described().answers("list_accounts", {"Accounts": [entry(**told)]})
    assert OrganizationReader(aws).organization(None).accounts[0].joined == joined


def test_it_is_known_whether_botocore_knows_states() -> None:
    assert OrganizationReader(described()).knows_states is ("State" in KNOWN)


def test_pages_are_read_through_empty_ones() -> None:
    pages = (
        {"Accounts": [], "NextToken": "a"},
        {"Accounts": [entry()], "NextToken": "b"},
        {"Accounts": [], "NextToken": "c"},
        {"Accounts": [entry(SEARCH, Name="search")]},
    )
    aws = described().answers("list_accounts", *pages)
    organization = OrganizationReader(aws).organization(None)
    assert organization.accounts == (Account(SHOP, "shop"), Account(SEARCH, "search"))
    assert (organization.management, organization.login, organization.units) == (PAYER, PAYER, {})
    aws.assert_all_was_asked()


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_partition_is_that_of_the_organizations_arn(partition: str) -> None:
    about = {
        "Organization": {**ABOUT["Organization"], "Arn": f"arn:{partition}:organizations::{PAYER}:organization/o-a"}
    }
    aws = described(about=about).answers("list_accounts", {"Accounts": []})
    assert OrganizationReader(aws).organization(None).partition == partition


def with_units(aws: Aws) -> Aws:
    """The answers that tell of a root, a unit in it, and one in that."""
    aws.answers("list_roots", {"Roots": [{"Id": ROOT, "Name": "Root"}]})
    for parent, children in ((ROOT, [(OUTER, "Outer")]), (OUTER, [(INNER, "Inner")]), (INNER, [])):
        units = {"OrganizationalUnits": [{"Id": unit, "Name": name} for unit, name in children]}
        aws.answers("list_organizational_units_for_parent", units, ParentId=parent)
    return aws


UNITS = {ROOT: Unit(ROOT, "Root"), OUTER: Unit(OUTER, "Outer", ROOT), INNER: Unit(INNER, "Inner", OUTER)}


@pytest.mark.skipif("Paths" not in KNOWN, reason="this botocore knows no paths")
def test_where_an_account_is_stands_in_its_path() -> None:
    listed = {"Accounts": [entry(path=f"{ROOT}/{OUTER}/{INNER}"), entry(PAYER, ROOT)]}
    aws = with_units(described().answers("list_accounts", listed))
    organization = OrganizationReader(aws).organization("include_organizational_units")
    assert [account.unit for account in organization.accounts] == [INNER, ROOT]
    assert organization.units == UNITS
    aws.assert_all_was_asked()


def test_without_paths_each_unit_is_asked_for_its_accounts() -> None:
    aws = with_units(described().answers("list_accounts", {"Accounts": [entry(), entry(PAYER)]}))
    for unit, inside in ((ROOT, [PAYER]), (OUTER, []), (INNER, [SHOP])):
        accounts = [{"Id": account} for account in inside]
        aws.answers("list_accounts_for_parent", {"Accounts": accounts}, ParentId=unit)
    organization = OrganizationReader(aws).organization("organizational_units")
    assert [account.unit for account in organization.accounts] == [INNER, ROOT]
    aws.assert_all_was_asked()


def test_an_account_that_moves_meanwhile_is_not_lost_silently() -> None:
    aws = with_units(described().answers("list_accounts", {"Accounts": [entry()]}))
    aws.answers("list_accounts_for_parent", *[{"Accounts": []}] * 3)
    with pytest.raises(FinopsError, match=rf"O\(organizational_units\): account {SHOP} was moved .*Run again"):
        OrganizationReader(aws).organization("organizational_units")


def test_tags_are_read_of_the_accounts_given_and_without_ansibles_own_keys() -> None:
    aws = described().answers("list_accounts", {"Accounts": [entry(), entry(SEARCH)]})
    pairs = (("team", "web"), ("__ansible_vault", "x"), ("__ansible_unsafe", "y"), ("{{ a }}", "{{ b }}"))
    first, rest = ([{"Key": key, "Value": value} for key, value in some] for some in (pairs[:1], pairs[1:]))
    aws.answers("list_tags_for_resource", {"Tags": first, "NextToken": "a"}, {"Tags": rest}, ResourceId=SEARCH)
    reader = OrganizationReader(aws)
    organization = reader.organization(None)
    found = reader.with_tags(organization, organization.accounts[1:], "include_tags")
    assert [account.tags for account in found.accounts] == [{}, {"team": "web", "{{ a }}": "{{ b }}"}]
    aws.assert_all_was_asked()


def refusal(aws: Aws, units_for: str | None = None, tags_for: str | None = None) -> str:
    """What is said of an inventory that cannot be read."""
    with pytest.raises(FinopsError) as caught:
        reader = OrganizationReader(aws)
        organization = reader.organization(units_for)
        reader.with_tags(organization, organization.accounts, tags_for or "")
    return str(caught.value)


def test_every_refusal_names_the_permission_and_the_option_that_asks() -> None:
    listed = {"Accounts": [entry()]}
    told = [
        refusal(Aws().refuses("describe_organization", DENIED)),
        refusal(described().refuses("list_accounts", DENIED)),
        refusal(described().answers("list_accounts", listed).refuses("list_roots", DENIED), "organizational_units"),
        refusal(
            described().answers("list_accounts", listed).refuses("list_tags_for_resource", DENIED), None, "accounts"
        ),
    ]
    permissions = [re.search(r"Grant organizations:(\w+) to the login in account 1{4}2{4}3{4}", text) for text in told]
    assert [found[1] for found in permissions if found] == [
        *("DescribeOrganization", "ListAccounts", "ListRoots", "ListTagsForResource")
    ]
    assert all("O(profile)" in text for text in told)
    assert told[2].startswith("O(organizational_units): AWS refused organizations:ListRoots: ")
    assert told[3].startswith("O(accounts): ")


def test_a_member_is_told_which_account_to_log_in_to() -> None:
    told = refusal(described(SHOP).refuses("list_accounts", DENIED))
    assert f"The login is in account {SHOP}. Log in to the management account {PAYER}: O(profile)" in told
    assert "delegated administrator" in told and "organizations:ListAccounts" in told


def test_an_account_without_an_organization_is_told() -> None:
    told = refusal(Aws(SHOP).refuses("describe_organization", "AWSOrganizationsNotInUseException"))
    assert told.startswith(f"Account {SHOP}, which the login is in, belongs to no organization. Log in to a management")


@pytest.mark.parametrize(
    ("about", "accounts", "words"),
    [
        (ABOUT, {}, "what AWS answered to ListAccounts cannot be read"),
        (ABOUT, {"Accounts": [{"Name": "shop"}]}, "an account whose id is not 12 digits: None"),
        (ABOUT, {"Accounts": [{"Id": "{{ 7 * 7 }}"}]}, r"not 12 digits: '\{\{ 7 \* 7 \}\}'"),
        ({"Organization": {"Id": "o-abcdefghij"}}, {}, "an account whose id is not 12 digits: None"),
    ],
)
def test_nonsense_is_told(about: dict[str, Any], accounts: dict[str, Any], words: str) -> None:
    assert re.search(words, refusal(described(about=about).answers("list_accounts", accounts)))


def test_other_errors_are_awss_own() -> None:
    assert refusal(described().refuses("list_accounts", "ServiceException")).startswith(
        "AWS refused organizations:ListAccounts: ServiceException"
    )
