# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform says of a role is compared by meaning; what is known to differ is no difference."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.platform_policies import BUCKET, meaning
from tests.emulator.platform.policies import expected_policies

SERVICE = "999999999999"


def changed(number: int, **elements: Any) -> dict[str, Any]:
    """The platform's answer with one statement of its role policy changed."""
    answer = expected_policies(SERVICE, BUCKET)
    answer["role_policy"]["Statement"][number].update(elements)
    return answer


def test_what_the_platform_is_known_to_say_is_no_difference() -> None:
    assert meaning(expected_policies(SERVICE, BUCKET)) == {"accounts": [SERVICE], "more": [], "less": []}


def test_an_action_more_is_named_with_its_resource() -> None:
    answer = changed(2, Action=["ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances"])
    assert (meaning(answer)["more"], meaning(answer)["less"]) == (["ec2:TerminateInstances on *"], [])


def test_each_resource_counts_by_itself_and_all_are_told_in_order() -> None:
    answer = changed(
        4, Action="s3:GetObject", Resource=["arn:aws:s3:::z/*", f"arn:aws:s3:::{BUCKET}/*", "arn:aws:s3:::a/*"]
    )
    # Discovery permits to read every object.
    assert meaning(answer)["more"] == []
    answer = changed(4, Action="s3:PutObject", Resource=["arn:aws:s3:::z", f"arn:aws:s3:::{BUCKET}", "arn:aws:s3:::a"])
    assert meaning(answer)["more"] == ["s3:PutObject on arn:aws:s3:::a", "s3:PutObject on arn:aws:s3:::z"]


def test_an_action_less_is_named() -> None:
    answer = changed(4, Action="s3:GetObjectVersion")
    file = f"arn:aws:s3:::{BUCKET}/*"
    assert meaning(answer)["more"] == [f"s3:GetObjectVersion on {file}"]
    # Discovery permits it on everything, of which the bucket's files are a part.
    assert meaning(answer)["less"] == []
    without = changed(5, Action=["s3:GetBucketLocation"])
    assert meaning(without)["less"] == [
        f"s3:{action} on arn:aws:s3:::{BUCKET}" for action in ("PutBucketPolicy", "PutObject")
    ]


def test_wider_words_for_the_same_are_no_difference_but_what_they_add_is() -> None:
    assert meaning(changed(2, Action=["ec2:StartInstances"]))["less"] == []
    assert meaning(changed(2, Action="ec2:St*"))["more"] == ["ec2:St* on *"]


@pytest.mark.parametrize(
    ("principal", "accounts"),
    [
        ("*", ["*"]),
        ({"AWS": ["arn:aws:iam::111122223333:user/x", SERVICE]}, ["111122223333", SERVICE]),
        ({"AWS": "arn:aws-cn:iam::111122223333:root"}, ["111122223333"]),
    ],
)
def test_whom_it_trusts_is_told_by_account(principal: Any, accounts: list[str]) -> None:
    answer = expected_policies(SERVICE, BUCKET)
    answer["trust_policy"]["Statement"][0]["Principal"] = principal
    assert meaning(answer)["accounts"] == accounts
