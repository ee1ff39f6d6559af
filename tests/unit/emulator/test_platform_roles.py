# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded platform assumes roles of the embedded AWS with its own user, and a wrong trust policy really fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.aws.seed import TRUSTED_PRINCIPAL
from tests.emulator.aws.testing import Who, unique
from tests.emulator.fleet import Emulator
from tests.emulator.world import World

REFUSED = (403, "OE0433")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Emulator(members=1) as emulator:
        yield World(emulator)


def trusting(principal: str = TRUSTED_PRINCIPAL, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more}


def administrator(world: World) -> Who:
    emulator = world.emulator
    return Who(world.bench.url, emulator.standalone_access_key_id, emulator.standalone_secret_access_key)


def role(world: World, *statements: dict[str, Any]) -> str:
    """A new role of the standalone account; its name."""
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    name = unique("role")
    administrator(world)("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    return name


def connected(world: World, name: str, **config: Any) -> tuple[int, str | None]:
    """Status and code of a linked source made with a role, which is removed again."""
    path = f"/restapi/v2/organizations/{world.emulator.platform_organization_id}/cloud_accounts"
    about = {"linked": True, "assume_role_account_id": world.standalone, "assume_role_name": name, **config}
    status, body = world.call("POST", path, {"name": unique("source"), "type": "aws_cnr", "config": about})
    if status == 201:
        world.call("DELETE", f"/restapi/v2/cloud_accounts/{body['id']}")
    return status, (body.get("error") or {}).get("error_code")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([trusting()], (201, None)),
        ([trusting(TRUSTED_PRINCIPAL.rsplit(":", 1)[0] + ":root")], (201, None)),
        ([trusting(Condition={"StringEquals": {"sts:ExternalId": "secret"}})], REFUSED),
        ([trusting(), trusting(effect="Deny")], REFUSED),
    ],
)
def test_the_trust_policy_decides(world: World, statements: list[Any], expected: tuple[int, str | None]) -> None:
    assert connected(world, role(world, *statements)) == expected


def test_a_role_of_others_and_one_that_is_missing_are_refused(world: World) -> None:
    assert connected(world, role(world, trusting(world.standalone))) == REFUSED
    assert connected(world, "nobody") == REFUSED


def test_the_id_of_a_deleted_user_lets_nobody_in(world: World) -> None:
    iam = administrator(world)("iam")
    user = iam.create_user(UserName=unique("user"))["User"]
    name = role(world, trusting(user["Arn"]))
    iam.delete_user(UserName=user["UserName"])
    document = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    assert document["Statement"][0]["Principal"]["AWS"] == user["UserId"]
    assert connected(world, name) == REFUSED


def test_a_role_under_a_path_is_not_found(world: World) -> None:
    name, document = unique("role"), json.dumps({"Version": "2012-10-17", "Statement": [trusting()]})
    administrator(world)("iam").create_role(RoleName=name, Path="/finance/", AssumeRolePolicyDocument=document)
    assert connected(world, name) == REFUSED
