# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that lies in a bucket, every version of it: what of that is somebody else's, and emptying it."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.bucket_contents import (
    is_of_export,
    is_ours,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError

# S3 API: DeleteObjects takes as many as ListObjectVersions lists in a page.
_AT_ONCE = 1000
# So many things of others are named; after that nobody looks for more.
_NAMED = 3
_VERSIONS = ("Versions", "DeleteMarkers")
# An upload that somebody else, or a lost attempt of our own, has aborted.
_NO_UPLOAD = "NoSuchUpload"


@dataclasses.dataclass(frozen=True)
class Contents:
    """What lies in a bucket: whether anything does, and the keys of the first things that are not an export's."""

    has_any: bool
    foreign: tuple[str, ...]


class BucketObjects:
    """The objects, versions, delete markers and unfinished uploads of an account's bucket."""

    def __init__(self, clients: Any, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket
        self._of_ours = {"Bucket": bucket, "ExpectedBucketOwner": clients.account}

    def contents(self, export: str) -> Contents:
        """What is there besides the export of that name, folder by folder, so that a folder of ours costs no call of its own."""
        has_any, foreign, folders = False, [], [""]
        while folders and len(foreign) < _NAMED:
            listed = self._clients.read_all(
                "s3", "list_object_versions", Prefix=folders.pop(), Delimiter="/", **self._of_ours
            )
            keys = [one["Key"] for kind in _VERSIONS for one in listed.get(kind, [])]
            below = [one["Prefix"] for one in listed.get("CommonPrefixes", [])]
            has_any = has_any or bool(keys or below)
            foreign += [key for key in dict.fromkeys(keys) if not is_ours(key, export)]
            folders += [folder for folder in below if not is_of_export(folder, export)]
        uploads = [upload["Key"] for upload in self._uploads()]
        foreign += [key for key in uploads if not is_ours(key, export)]
        return Contents(has_any or bool(uploads), tuple(foreign[:_NAMED]))

    def empty(self) -> None:
        """Abort every upload and delete every version, a thousand at a time; FinopsError where S3 refuses one.

        A run that is killed in between has deleted what it told, and the next one goes on with the rest.
        """
        for upload in self._uploads():
            self._abort(upload)
        deleted = 0
        while True:
            page = self._clients.read(
                "s3", "list_object_versions", missing=("NoSuchBucket",), MaxKeys=_AT_ONCE, **self._of_ours
            )
            found = [_version(one) for kind in _VERSIONS for one in (page or {}).get(kind, [])]
            if not found:
                return
            self._delete(found)
            deleted += len(found)
            if self._clients.say is not None:
                self._clients.say("{0} objects of the bucket {1} are deleted".format(deleted, self._bucket))

    def _uploads(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self._clients.read_all(
            "s3", "list_multipart_uploads", "Uploads", missing=("NoSuchBucket",), **self._of_ours
        )
        return found or []

    def _abort(self, upload: Mapping[str, str]) -> None:
        try:
            parameters = dict(self._of_ours, Key=upload["Key"], UploadId=upload["UploadId"])
            self._clients.write("s3", "abort_multipart_upload", parameters)
        except AwsError as error:
            if error.code != _NO_UPLOAD:
                raise

    def _delete(self, versions: list[dict[str, str]]) -> None:
        parameters = dict(self._of_ours, Delete={"Objects": versions, "Quiet": True})
        refused = self._clients.write("s3", "delete_objects", parameters).get("Errors") or []
        if refused:
            raise FinopsError(
                "{0} of {1} objects of the bucket {2} cannot be deleted, such as {3}: {4}. Look at its Object Lock and at "
                "who may call s3:DeleteObjectVersion there".format(
                    len(refused), len(versions), self._bucket, refused[0].get("Key"), refused[0].get("Code")
                )
            )


def _version(found: Mapping[str, str]) -> dict[str, str]:
    return {"Key": found["Key"], "VersionId": found["VersionId"]}
