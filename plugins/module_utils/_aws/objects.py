# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a bucket, read whole or by ranges of bytes, and only as long as they are what the listing said."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import DENIED, AwsError, converted
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown

_READINGS = 3
# What S3 answers where a file is no longer the one that was listed.
_REPLACED = ("PreconditionFailed", "NoSuchKey", "InvalidRange")


class Objects:
    """The objects of one bucket; calls and bytes tell how much was read so far.

    clients: the account's, whose region for S3 is the bucket's. owner: the account that the bucket must belong to.
    """

    def __init__(self, clients: Any, bucket: str, owner: str) -> None:
        self._clients = clients
        self._of_bucket = {"Bucket": bucket, "ExpectedBucketOwner": owner}
        self.calls = 0
        self.bytes = 0

    def read(self, key: str, tag: str, size: int, begin: int = 0, end: int | None = None) -> bytes:
        """The bytes from begin to before end, or to the object's own end.

        tag: the object's ETag. size: its bytes, both as listed.
        Raises AwsError with code PreconditionFailed where the object was replaced since, NoSuchKey where it is gone;
        FinopsError where no answer arrives whole.
        """
        end = size if end is None else end
        parameters: dict[str, Any] = dict(self._of_bucket, Key=key)
        if tag:
            parameters["IfMatch"] = tag
        is_part = end - begin < size
        if is_part:
            parameters["Range"] = "bytes={0}-{1}".format(begin, end - 1)
        content = self._read(parameters, is_part)
        if len(content) != end - begin:
            raise FinopsError(
                "S3 gave {0} bytes of {1} in place of {2}".format(len(content), key, end - begin),
            )
        return content

    def _read(self, parameters: dict[str, Any], is_part: bool) -> bytes:
        for attempt in range(1, _READINGS):
            try:
                return self._read_once(parameters, is_part)
            except OutcomeUnknown:
                time.sleep(0.25 * 2**attempt)
        try:
            return self._read_once(parameters, is_part)
        except OutcomeUnknown as error:
            raise FinopsError(str(error))

    def _read_once(self, parameters: dict[str, Any], is_part: bool) -> bytes:
        self.calls += 1
        answer = self._clients.read("s3", "get_object", **parameters)
        if is_part and not answer.get("ContentRange"):
            raise FinopsError("what answers s3:get_object does not know ranges of bytes")
        content = bytes(converted("s3:get_object", answer["Body"].read))
        self.bytes += len(content)
        return content


def why(error: FinopsError, permission: str) -> str:
    """Why something could not be looked at, with the permission that is missing."""
    code = error.code if isinstance(error, AwsError) else ""
    if code in DENIED:
        return "{0} is missing: {1}".format(permission, error)
    if code in _REPLACED:
        return "AWS delivered anew while its files were read, so run again: {0}".format(error)
    return str(error)
