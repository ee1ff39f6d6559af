# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket policy that lets the export service write, as the AWS Data Exports user guide documents it."""

from __future__ import annotations

import itertools
from typing import Iterator

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.export import EXPORT_REGION, SERVICE
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_denials import Request
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policy_meaning import (
    allows,
    statements_of,
)

Document = dict  # of str to Any: what JSON calls an object

SID = "EnableAWSDataExportsToWriteToS3"
# Amazon S3: bucket policies are limited to 20 KB.
SIZE_LIMIT = 20 * 1024


def export_source(partition: str, account: str, export: str = "*") -> str:
    """What an account's exports are to AWS when they write: the request's C(aws:SourceArn)."""
    region = EXPORT_REGION.get(partition, EXPORT_REGION["aws"])
    return "arn:{0}:bcm-data-exports:{1}:{2}:export/{3}".format(partition, region, account, export)


def export_statement(partition: str, account: str, bucket: str, sid: str = SID) -> Document:
    """The statement that lets the export service of one account write to the bucket.

    It covers the bucket's root, because the service tests its permission with an object there.
    """
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": [SERVICE]},
        "Action": ["s3:PutObject"],
        "Resource": "arn:{0}:s3:::{1}/*".format(partition, bucket),
        "Condition": {
            "ArnLike": {"aws:SourceArn": export_source(partition, account)},
            "StringEquals": {"aws:SourceAccount": account},
        },
    }


def write_request(partition: str, account: str, bucket: str, path: str, export: str) -> Request:
    """What the service asks of S3 when it delivers an export.

    path: where its files lie, with a slash at its end.
    """
    # The test object is at the bucket's root; a denial of any of these files is one of the delivery.
    keys = (
        "aws-programmatic-access-test-object",
        path + "data/BILLING_PERIOD=2026-01/{0}-00001.snappy.parquet".format(export),
        path + "metadata/BILLING_PERIOD=2026-01/{0}-Manifest.json".format(export),
    )
    return Request(
        SERVICE,
        "s3:putobject",
        tuple("arn:{0}:s3:::{1}/{2}".format(partition, bucket, key) for key in keys),
        {
            "aws:securetransport": "true",
            "s3:tlsversion": "1.3",
            "aws:sourceaccount": account,
            "aws:sourcearn": export_source(partition, account, export + "-00000000-0000-0000-0000-000000000000"),
            "aws:principalisawsservice": "true",
            "aws:principalservicename": SERVICE,
            "aws:viaawsservice": "false",
            # Only a principal that is a member of an organization has these.
            "aws:principalorgid": None,
            "aws:principalorgpaths": None,
        },
    )


def merged(current: Document | None, partition: str, account: str, bucket: str) -> Document:
    """The bucket's policy with the service permitted to write; the very same one where it is, by whatever statement.

    A statement of ours that permits less is replaced. Any other stays as it is, under its Sid too: it may serve the
    exports of other accounts, or legacy reports.
    """
    wanted = _document(export_statement(partition, account, bucket))
    if allows(current, wanted):
        return current or {}
    statements = statements_of(current)
    others = [statement for statement in statements if not _is_outdated(statement, wanted)]
    taken = [statement.get("Sid") for statement in others]
    sid = next(sid for sid in _sids(account) if sid not in taken)
    everything = others + [export_statement(partition, account, bucket, sid)]
    return dict(current or _document(), Statement=everything)


def without_ours(current: Document | None, partition: str, account: str, bucket: str) -> Document | None:
    """The bucket's policy without what this collection put there, None where nothing is left of it; the very same one
    where nothing of ours is in it. What others wrote stays as it is, in its order.
    """
    wanted = _document(export_statement(partition, account, bucket))
    statements = statements_of(current)
    others = [statement for statement in statements if not _is_outdated(statement, wanted)]
    if len(others) == len(statements):
        return current
    return dict(current or {}, Statement=others) if others else None


def others_allowed(current: Document | None, partition: str, account: str, bucket: str) -> list[str]:
    """The Sids, or the places, of the statements by which others are let in: somebody besides us uses the bucket."""
    wanted = _document(export_statement(partition, account, bucket))
    return [
        str(statement.get("Sid") or "statement {0}".format(number))
        for number, statement in enumerate(statements_of(current), 1)
        if statement.get("Effect") == "Allow" and not _is_outdated(statement, wanted)
    ]


def _is_outdated(statement: Document, wanted: Document) -> bool:
    """Whether nothing is lost with a statement once the wanted one is there."""
    ours = str(statement.get("Sid", "")).startswith(SID) and statement.get("Effect") == "Allow"
    return ours and allows(wanted, _document(statement))


def _sids(account: str) -> Iterator[str]:
    """The Sids to choose from: within a policy each must be the only one."""
    yield SID
    yield "{0}For{1}".format(SID, account)
    for number in itertools.count(2):
        yield "{0}For{1}Number{2}".format(SID, account, number)


def _document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
