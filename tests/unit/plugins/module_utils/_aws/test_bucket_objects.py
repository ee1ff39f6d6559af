# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that lies in a bucket: what is somebody else's is found by few calls, and emptying it deletes every version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.bucket_objects import BucketObjects, Contents
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients

NAME = f"billing-{ACCOUNT}"
FILES = [f"reports/{NAME}/data/BILLING_PERIOD=2026-01/{number}.snappy.parquet" for number in range(3)]


def listing(keys: list[str], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What S3 lists of these keys below a prefix: the keys right there, and the folders."""
    below = [key[len(parameters["Prefix"]) :] for key in keys if key.startswith(parameters["Prefix"])]
    folders = sorted({parameters["Prefix"] + rest.split("/")[0] + "/" for rest in below if "/" in rest})
    return {
        "Versions": [{"Key": parameters["Prefix"] + rest, "VersionId": "v"} for rest in below if "/" not in rest],
        "CommonPrefixes": [{"Prefix": folder} for folder in folders],
    }


def contents(*keys: str, uploads: tuple[str, ...] = ()) -> tuple[Contents, FakeClients]:
    clients = FakeClients(
        {
            "list_object_versions": lambda parameters: listing(list(keys), parameters),
            "list_multipart_uploads": {"Uploads": [{"Key": key, "UploadId": "u"} for key in uploads]},
        }
    )
    return BucketObjects(clients, "bills").contents(NAME), clients


@pytest.mark.parametrize(
    ("keys", "uploads", "wanted"),
    [
        ((), (), Contents(False, ())),
        (FILES, (), Contents(True, ())),
        ([*FILES, "aws-programmatic-access-test-object"], (), Contents(True, ())),
        ([*FILES, "notes.txt"], (), Contents(True, ("notes.txt",))),
        ([*FILES, "reports/other/data/x"], (), Contents(True, ("reports/other/data/x",))),
        ((), (f"reports/{NAME}/data/x",), Contents(True, ())),
        (FILES, ("theirs/x",), Contents(True, ("theirs/x",))),
        ([f"theirs/{number}" for number in range(9)], (), Contents(True, ("theirs/0", "theirs/1", "theirs/2"))),
    ],
)
def test_what_is_not_the_exports_is_named(keys: Any, uploads: tuple[str, ...], wanted: Contents) -> None:
    assert contents(*keys, uploads=uploads)[0] == wanted


def test_the_exports_own_folder_is_not_looked_into_however_many_files_it_has() -> None:
    clients = contents(*FILES)[1]
    asked = [parameters["Prefix"] for operation, parameters in clients.calls if operation == "list_object_versions"]
    assert asked == ["", "reports/"]
    assert all(parameters["ExpectedBucketOwner"] == ACCOUNT for dummy, parameters in clients.calls)


def test_once_some_things_of_others_are_found_nobody_looks_further() -> None:
    clients = contents(*(f"{folder}/{number}" for folder in "abcdefgh" for number in range(5)))[1]
    assert len(clients.operations("list_object_versions")) == 2


class Full(FakeClients):
    """A bucket of versions, of which S3 lists a page at a time."""

    def __init__(self, versions: int, uploads: int = 0, refused: str = "", **answers: Any) -> None:
        self.left = [{"Key": f"k{number}", "VersionId": f"v{number}"} for number in range(versions)]
        self.said: list[str] = []
        self.say = self.said.append  # type: ignore[assignment]
        super().__init__(
            {
                "list_multipart_uploads": {"Uploads": [{"Key": f"u{n}", "UploadId": f"i{n}"} for n in range(uploads)]},
                "list_object_versions": lambda given: {
                    "Versions": self.left[:1],
                    "DeleteMarkers": self.left[1 : given["MaxKeys"]],
                },
                "delete_objects": self._delete,
                **answers,
            }
        )
        self._refused = refused

    def _delete(self, parameters: dict[str, Any]) -> dict[str, Any]:
        objects = parameters["Delete"]["Objects"]
        assert len(objects) <= 1000 and parameters["Delete"]["Quiet"] is True
        if self._refused:
            return {"Errors": [{"Key": objects[0]["Key"], "Code": self._refused}]}
        assert objects == self.left[: len(objects)]
        self.left = self.left[len(objects) :]
        return {}


def test_every_version_is_deleted_a_thousand_at_a_time_and_told() -> None:
    clients = Full(2300, uploads=2)
    BucketObjects(clients, "bills").empty()
    assert clients.left == []
    assert clients.operations("abort_multipart_upload", "delete_objects") == [
        "abort_multipart_upload",
        "abort_multipart_upload",
        "delete_objects",
        "delete_objects",
        "delete_objects",
    ]
    assert clients.said == [f"{number} objects of the bucket bills are deleted" for number in (1000, 2000, 2300)]


def test_an_empty_bucket_takes_no_write() -> None:
    clients = Full(0)
    BucketObjects(clients, "bills").empty()
    assert clients.operations("delete_objects") == []


def test_what_is_not_let_go_is_an_error_and_not_tried_for_ever() -> None:
    with pytest.raises(
        FinopsError, match="1 of 2 objects of the bucket bills cannot be deleted, such as k0: AccessDenied"
    ):
        BucketObjects(Full(2, refused="AccessDenied"), "bills").empty()


@pytest.mark.parametrize(("code", "is_error"), [("NoSuchUpload", False), ("AccessDenied", True)])
def test_an_upload_that_is_gone_already_is_no_error(code: str, is_error: bool) -> None:
    clients = Full(0, uploads=1, abort_multipart_upload=AwsError("s3:abort_multipart_upload", code, "no"))
    if is_error:
        with pytest.raises(AwsError):
            BucketObjects(clients, "bills").empty()
    else:
        BucketObjects(clients, "bills").empty()


def test_a_bucket_that_is_gone_is_empty() -> None:
    gone = AwsError("s3", "NoSuchBucket", "no")
    clients = Full(0, list_object_versions=gone, list_multipart_uploads=gone)
    BucketObjects(clients, "bills").empty()
    assert clients.said == []
