# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of policies, the user and its keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.integration.playbook import Variables
from tests.proof.healthy import Proven
from tests.proof.plant import (
    BILLING,
    DISCOVERY,
    USER,
    Act,
    Plant,
    arn_of,
    document_of,
    member,
    standalone,
)


def of_policies() -> Iterator[Plant]:
    """An action less, an action more, a policy gone."""

    def changed(policy: str, change: Callable[[set[str]], set[str]]) -> Act:
        """One action more or less, in the statement that has it."""

        def act(fleet: Proven, account: Variables) -> None:
            iam = fleet.client("iam", account)
            arn = arn_of(account, policy)
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            for statement in document["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                statement["Action"] = sorted(change(set(actions)))
            document["Statement"] = [one for one in document["Statement"] if one["Action"]]
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True)

        return act

    def detached(fleet: Proven, account: Variables) -> None:
        fleet.client("iam", account).detach_user_policy(UserName=USER, PolicyArn=arn_of(account, DISCOVERY))

    def deleted(fleet: Proven, account: Variables) -> None:
        detached(fleet, account)
        fleet.client("iam", account).delete_policy(PolicyArn=arn_of(account, DISCOVERY))

    def less(policy: str, action: str) -> Act:
        return changed(policy, lambda actions: actions - {action})

    def more(policy: str, action: str) -> Act:
        return changed(policy, lambda actions: actions | {action})

    for action in _DISCOVERY_ACTIONS:
        yield member(f"discovery without {action}", "configuration", "POLICY_DOCUMENT", less(DISCOVERY, action))
    for action in ("s3:GetObject", "s3:GetBucketLocation", "s3:ListBucket", "s3:PutBucketPolicy", "s3:PutObject"):
        yield standalone(f"billing without {action}", "configuration", "POLICY_DOCUMENT", less(BILLING, action))
    extra = more(DISCOVERY, "ec2:TerminateInstances")
    yield member("discovery with one action more", "configuration", "POLICY_DOCUMENT", extra)
    extra = more(BILLING, "s3:DeleteObject")
    yield standalone("billing with one action more", "configuration", "POLICY_DOCUMENT", extra)
    yield member("policy detached", "configuration", "USER_POLICY_MISSING", detached)
    gone = ("configuration", "USER_POLICY_MISSING")
    yield member("policy deleted", "configuration", "POLICY_MISSING", deleted, gone)


def of_the_user() -> Iterator[Plant]:
    """What becomes of the user."""

    def iam(operation: str, **parameters: Any) -> Act:
        return lambda fleet, account: getattr(fleet.client("iam", account), operation)(UserName=USER, **parameters)

    def in_a_group(fleet: Proven, account: Variables) -> None:
        client = fleet.client("iam", account)
        client.create_group(GroupName="operators")
        client.put_group_policy(
            GroupName="operators", PolicyName="some", PolicyDocument=document_of("s3:ListAllMyBuckets")
        )
        client.add_user_to_group(UserName=USER, GroupName="operators")

    def bound(fleet: Proven, account: Variables) -> None:
        client = fleet.client("iam", account)
        arn = client.create_policy(PolicyName="boundary", PolicyDocument=document_of("s3:ListAllMyBuckets"))["Policy"][
            "Arn"
        ]
        client.put_user_permissions_boundary(UserName=USER, PermissionsBoundary=arn)

    def with_excess(fleet: Proven, account: Variables) -> None:
        client = fleet.client("iam", account)
        arn = client.create_policy(PolicyName=BILLING, PolicyDocument=document_of("s3:GetObject"))["Policy"]["Arn"]
        client.attach_user_policy(UserName=USER, PolicyArn=arn)

    password = iam("create_login_profile", Password="a-Password-of-2026")  # pragma: allowlist secret
    yield member("console password", "configuration", "USER_CONSOLE_ACCESS", password)
    inline = iam("put_user_policy", PolicyName="extra", PolicyDocument=document_of("s3:ListAllMyBuckets"))
    yield member("inline policy", "configuration", "USER_INLINE_POLICY", inline)
    anything = iam("put_user_policy", PolicyName="all", PolicyDocument=document_of("*"))
    inline_as_well = ("configuration", "USER_INLINE_POLICY")
    yield member("administrator", "configuration", "USER_ADMINISTRATOR", anything, inline_as_well)
    foreign = iam("attach_user_policy", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    yield member("foreign policy", "configuration", "USER_POLICY_FOREIGN", foreign)
    yield member("group", "configuration", "USER_GROUP", in_a_group)
    yield member("boundary that denies", "configuration", "USER_BOUNDARY_DENIES", bound)
    yield member("billing policy of a member", "configuration", "USER_POLICY_EXCESS", with_excess)


def of_keys() -> Iterator[Plant]:
    """What becomes of its keys."""

    def key_of(fleet: Proven, account: Variables) -> str:
        return str(fleet.sources()[account["finops_account_id"]]["config"]["access_key_id"])

    def inactive(fleet: Proven, account: Variables) -> None:
        key_id = key_of(fleet, account)
        fleet.client("iam", account).update_access_key(UserName=USER, AccessKeyId=key_id, Status="Inactive")

    def deleted(fleet: Proven, account: Variables) -> None:
        fleet.client("iam", account).delete_access_key(UserName=USER, AccessKeyId=key_of(fleet, account))

    def old(fleet: Proven, account: Variables) -> None:
        fleet.emulator.faults.age_key(key_of(fleet, account), days=100)

    def extra(fleet: Proven, account: Variables) -> None:
        fleet.client("iam", account).create_access_key(UserName=USER)

    yield member("key inactive", "credentials", "KEY_BROKEN", inactive)
    yield member("key deleted", "credentials", "KEY_BROKEN", deleted)
    yield member("key of 100 days", "credentials", "KEY_DUE", old)
    yield member("a second key", "credentials", "KEY_FOREIGN", extra)


_DISCOVERY_ACTIONS = (
    "bcm-data-exports:GetExport",
    "bcm-data-exports:ListExports",
    "cloudwatch:GetMetricStatistics",
    "cur:DescribeReportDefinitions",
    "ec2:Describe*",
    "elasticloadbalancing:Describe*",
    "iam:GetAccessKeyLastUsed",
    "iam:GetLoginProfile",
    "iam:ListAccessKeys",
    "iam:ListUsers",
    "s3:GetAnalyticsConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetObject",
    "s3:ListAllMyBuckets",
    "s3:ListBucket",
)
