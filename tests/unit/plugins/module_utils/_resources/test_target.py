# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a data source should be: what is handed over, what of it stays, and which values cannot work."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.login import KeyLogin, RoleLogin
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import Target, has_role
from tests.unit.plugins.module_utils._resources.sources import (
    DOCUMENTED,
    KEY,
    KEY_NOT_YET_KNOWN,
    REPORT,
    change,
    proof,
    role,
    source,
)
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, OTHER, wordless

THEIRS = {"report_name": "daily", "bucket_name": "bills", "bucket_prefix": "a/b", "config_scheme": "bucket_only"}


def test_only_the_account_s_own_data_source_is_found() -> None:
    target = Target({}, ACCOUNT)
    assert target.find([source(account_id=OTHER), source(id="two")]) == source(id="two")
    assert target.find([source(account_id=None)]) is None


def test_a_hand_over_is_one_write_and_a_look() -> None:
    steps = Target({"type": "root"}, ACCOUNT).hand_over(
        source({**DOCUMENTED, **KEY}), KeyLogin("NEW", "secret"), "CODE"
    )
    new = {**DOCUMENTED, "access_key_id": "NEW", "secret_access_key": "secret"}
    before, after = {"config": {**DOCUMENTED, "access_key_id": "OLD"}}, {"config": DOCUMENTED}
    assert wordless(steps) == [
        change({"config": new}, "CODE", before, after, repeat_on=KEY_NOT_YET_KNOWN),
        proof("update_cloud_account", {**REPORT, "access_key_id": "NEW"}),
    ]
    assert Target({}, ACCOUNT).hand_over(source(), KeyLogin("NEW", "secret"))[0].code == ""


@pytest.mark.parametrize(
    ("config", "options", "sent"),
    [
        ({}, {"cur_prefix": "new"}, {**DOCUMENTED, "bucket_prefix": "new"}),
        ({"use_edp_discount": False}, {}, {**DOCUMENTED, "use_edp_discount": False}),
        ({"use_edp_discount": None, "something_new": 1}, {}, DOCUMENTED),
        ({"region_name": "eu-west-1"}, {}, {**DOCUMENTED, "region_name": "eu-west-1"}),
        ({"region_name": "eu-west-1"}, {"cur_bucket": "new"}, {**DOCUMENTED, "bucket_name": "new"}),
        ({**THEIRS, "cur_version": 1}, {}, {**THEIRS, "cur_version": 1}),
        ({**THEIRS, "cur_version": None, "config_scheme": "create_report"}, {}, THEIRS),
        ({**THEIRS, "cur_version": 1}, {"cur_prefix": "new"}, {**THEIRS, "cur_version": 2, "bucket_prefix": "new"}),
        ({"bucket_name": None, "report_name": "x", "cur_version": 1}, {}, DOCUMENTED),
        ({"bucket_name": "x", "report_name": None}, {}, DOCUMENTED),
        ({"bucket_prefix": None}, {}, {**DOCUMENTED, "bucket_prefix": ""}),
    ],
)
def test_a_hand_over_keeps_what_the_platform_takes_and_replaces_the_rest(
    config: dict[str, Any], options: dict[str, Any], sent: dict[str, Any]
) -> None:
    found = source({"access_key_id": "OLD", **DOCUMENTED, **config})
    (switch, proof) = Target({"type": "root", **options}, ACCOUNT).hand_over(found, KeyLogin("NEW", "not-to-be-seen"))
    assert switch.parameters["identifier"] == "one"
    assert switch.parameters["config"] == {**sent, "access_key_id": "NEW", "secret_access_key": "not-to-be-seen"}
    assert proof.parameters["wanted"] == {**{key: sent[key] for key in REPORT}, "access_key_id": "NEW"}
    assert "not-to-be-seen" not in repr((switch.before, switch.after, switch.title))


def test_a_key_is_never_sent_together_with_a_role() -> None:
    assert has_role(role()) and not has_role(source()) and not has_role(None) and not has_role({"config": None})
    (creation, dummy) = Target({}, ACCOUNT).creation(RoleLogin("Reader", ACCOUNT))
    assert creation.parameters["config"] == {
        **DOCUMENTED,
        "assume_role_name": "Reader",
        "assume_role_account_id": ACCOUNT,
    }


@pytest.mark.parametrize(
    "options",
    [{"cur_name": "a b"}, {"cur_bucket": "A"}, {"cur_prefix": ""}, {"name": " "}],
    ids=str,
)
def test_values_that_cannot_work_are_refused_by_their_option(options: dict[str, str]) -> None:
    with pytest.raises(InputError) as error:
        Target(options, ACCOUNT)
    assert error.value.option in (*options, "data_source_name")


def test_what_a_data_source_would_be_and_what_it_is_called() -> None:
    target = Target({"type": "root"}, ACCOUNT)
    assert target.expected(None) == {"name": f"aws-{ACCOUNT}", "account_id": ACCOUNT, "config": DOCUMENTED}
    assert target.expected(source()) == source()
    assert f"'aws-{ACCOUNT}'" in target.not_taken(None).title
    assert "'shop'" in target.not_taken(source()).title
