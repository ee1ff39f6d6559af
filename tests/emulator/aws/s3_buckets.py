# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets and their policies. Policies live here and not in moto, whose own check of them is not AWS's."""

from __future__ import annotations

from moto.s3.models import FakeBucket, S3Backend, s3_backends


class BucketPolicies:
    """
    The text of each bucket's policy.

    moto refuses object calls by a bucket's policy whatever the statement's conditions or principal say;
    as long as it does not know the policy, it does not.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def get(self, bucket: str) -> str | None:
        """The policy's text as it was put, None where the bucket has none."""
        return self._texts.get(bucket)

    def put(self, bucket: str, text: str) -> None:
        """Replace the whole policy."""
        self._texts[bucket] = text

    def drop(self, bucket: str) -> None:
        """Forget the policy of a bucket."""
        self._texts.pop(bucket, None)

    def clear(self) -> None:
        """Forget every policy."""
        self._texts.clear()


def s3_of(account: str) -> S3Backend:
    """An account's S3."""
    return s3_backends[account]["aws"]


def find_bucket(name: str) -> FakeBucket | None:
    """A bucket by its name, whoever owns it: names are unique over all accounts."""
    owner = s3_backends.bucket_accounts.get(name)
    if owner is None or owner[1] not in s3_backends:
        return None
    return s3_of(owner[1]).buckets.get(name)
