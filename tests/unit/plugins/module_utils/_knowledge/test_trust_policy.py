# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a trust policy comes to for the platform, and how it is repaired."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_meaning import same_meaning
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.trust_policy import (
    Trust,
    documented,
    repaired,
    trust,
)

PLATFORM = "arn:aws:iam::654035049067:user/ffc-service-user"
GONE, GONE_TOO = "AIDAQXZEAEXAMPLE12345", "AROAQXZEAEXAMPLE12345"
THEIRS = "arn:aws:iam::111122223333:role/Theirs"
EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "secret"}}
BY_ADDRESS = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}


def statement(principal: Any = PLATFORM, effect: str = "Allow", action: Any = "sts:AssumeRole", **more: Any) -> Any:
    return {"Effect": effect, "Principal": {"AWS": principal}, "Action": action, **more}


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


LETS_IN = Trust(True)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([statement()], LETS_IN),
        ([statement([PLATFORM])], LETS_IN),
        ([statement(action=["sts:TagSession", "STS:Assume*"])], LETS_IN),
        ([statement("arn:aws:iam::654035049067:root")], LETS_IN),
        ([statement("654035049067")], LETS_IN),
        ([statement(), statement(Condition=EXTERNAL_ID)], Trust(True, ("sts:externalid",))),
        ([statement("*")], Trust(True, others=("*",))),
        ([statement(), statement([THEIRS, "444455556666"])], Trust(True, others=("444455556666", THEIRS))),
        ([{**statement(), "Principal": {"Service": "ec2.amazonaws.com"}}], Trust(False, others=("ec2.amazonaws.com",))),
        ([], Trust(False)),
        (
            [statement("arn:aws:iam::654035049067:user/other")],
            Trust(False, others=("arn:aws:iam::654035049067:user/other",)),
        ),
        ([statement("arn:aws-cn:iam::654035049067:user/ffc-service-user")], None),
        ([statement(action="sts:TagSession")], Trust(False)),
        ([statement(GONE)], Trust(False, gone=(GONE,))),
        ([statement([GONE, THEIRS]), statement(GONE_TOO)], Trust(False, gone=(GONE, GONE_TOO), others=(THEIRS,))),
        ([statement(), statement(GONE)], Trust(True, gone=(GONE,))),
        ([statement(Condition=EXTERNAL_ID)], Trust(False, ("sts:externalid",))),
        ([statement(Condition=BY_ADDRESS)], Trust(False, ("aws:sourceip",))),
        ([statement(), statement(effect="Deny")], Trust(True, is_denied=True)),
        ([statement(), statement("*", effect="Deny", action="sts:*")], Trust(True, is_denied=True)),
        ([statement(), statement("*", effect="Deny", Condition=BY_ADDRESS)], Trust(True, may_be_denied=True)),
        ([statement(), statement(THEIRS, effect="Deny")], LETS_IN),
        ([statement(), statement("*", effect="Deny", action="sts:TagSession")], LETS_IN),
        (
            [statement(), {"Effect": "Deny", "NotPrincipal": {"AWS": THEIRS}, "Action": "sts:AssumeRole"}],
            Trust(True, is_denied=True),
        ),
        (
            [statement(), {"Effect": "Deny", "NotPrincipal": {"AWS": PLATFORM}, "Action": "sts:AssumeRole"}],
            LETS_IN,
        ),
        (
            [statement(), {"Effect": "Deny", "Principal": "*", "NotAction": "sts:AssumeRole"}],
            LETS_IN,
        ),
        (
            [statement(), {"Effect": "Deny", "Principal": "*", "NotAction": "sts:TagSession"}],
            Trust(True, is_denied=True),
        ),
    ],
)
def test_what_a_trust_policy_comes_to(statements: list[Any], expected: Trust | None) -> None:
    found = trust(document(*statements), PLATFORM)
    assert found == expected if expected is not None else not found.is_allowed


def test_one_statement_need_not_be_a_list() -> None:
    assert trust({"Version": "2012-10-17", "Statement": statement()}, PLATFORM) == LETS_IN


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Trust(True), False),
        (Trust(False), False),
        (Trust(True, is_denied=True), True),
        (Trust(False, ("sts:externalid",)), True),
        (Trust(True, ("sts:externalid",)), False),
        (Trust(False, ("aws:sourceip",)), False),
        (Trust(True, may_be_denied=True), False),
    ],
)
def test_who_can_never_be_let_in(found: Trust, expected: bool) -> None:
    assert found.is_kept_out is expected


def test_the_documented_policy_lets_the_platform_in_and_nobody_else() -> None:
    assert trust(documented(PLATFORM), PLATFORM) == LETS_IN


def test_a_repair_keeps_what_is_of_others_and_takes_out_ids_that_aws_refuses() -> None:
    given = document(
        statement([GONE, THEIRS], Sid="Theirs"),
        statement(GONE, Sid="Ours"),
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        statement([GONE_TOO], effect="Deny"),
        {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"},
    )
    mended = repaired(given, PLATFORM)
    assert mended["Statement"] == [
        statement([THEIRS], Sid="Theirs"),
        given["Statement"][2],
        given["Statement"][4],
        statement(),
    ]
    assert trust(mended, PLATFORM).is_allowed
    assert same_meaning(repaired(document(statement(GONE)), PLATFORM), documented(PLATFORM))
