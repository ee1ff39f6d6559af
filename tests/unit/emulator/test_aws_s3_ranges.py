# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS: parts of objects, by ranges of bytes and under conditions, as S3 gives them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.aws.testing import Bench, allow, outcome

CONTENT = b"0123456789"


@pytest.fixture
def stored(bench: Bench) -> dict[str, Any]:
    """An object, as GetObject is asked for it."""
    about = {"Bucket": bench.bucket(), "Key": "folder/object"}
    bench.admin("s3").put_object(**about, Body=CONTENT)
    return about


@pytest.mark.parametrize(
    ("asked", "body", "shown"),
    [
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=8-9", b"89", "bytes 8-9/10"),
        ("bytes=8-100", b"89", "bytes 8-9/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-100", CONTENT, "bytes 0-9/10"),
    ],
)
def test_a_range_is_a_partial_answer(bench: Bench, stored: dict[str, Any], asked: str, body: bytes, shown: str) -> None:
    answer = bench.admin("s3").get_object(**stored, Range=asked)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert (answer["Body"].read(), answer["ContentRange"], answer["ContentLength"]) == (body, shown, len(body))


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_a_range_beyond_the_object_cannot_be_satisfied(bench: Bench, stored: dict[str, Any], asked: str) -> None:
    assert outcome(bench.admin("s3").get_object, **stored, Range=asked)[:2] == ("InvalidRange", 416)


@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=-5", "bytes=0-"])
def test_an_object_without_bytes_has_no_range(bench: Bench, stored: dict[str, Any], asked: str) -> None:
    bench.admin("s3").put_object(**stored, Body=b"")
    assert outcome(bench.admin("s3").get_object, **stored, Range=asked)[:2] == ("InvalidRange", 416)


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=0-1,3-4", "bytes=x-y"])
def test_a_range_that_s3_does_not_know_is_the_whole_object(bench: Bench, stored: dict[str, Any], asked: str) -> None:
    answer = bench.admin("s3").get_object(**stored, Range=asked)
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Body"].read()) == (200, CONTENT)


def test_a_condition_holds_for_ranges_too(bench: Bench, stored: dict[str, Any]) -> None:
    s3 = bench.admin("s3")
    tag = s3.head_object(**stored)["ETag"]
    assert s3.get_object(**stored, IfMatch=tag, Range="bytes=1-2")["Body"].read() == b"12"
    s3.put_object(**stored, Body=CONTENT[::-1])
    assert outcome(s3.get_object, **stored, IfMatch=tag, Range="bytes=1-2")[:2] == ("PreconditionFailed", 412)
    assert outcome(s3.get_object, **stored, IfMatch=tag)[:2] == ("PreconditionFailed", 412)


def test_a_part_takes_the_same_permission_as_the_whole(bench: Bench, stored: dict[str, Any]) -> None:
    arn = f"arn:aws:s3:::{stored['Bucket']}/{stored['Key']}"
    dummy, lists = bench.user(allow(["s3:ListBucket", "s3:GetObjectAttributes"]))
    assert outcome(lists("s3").get_object, **stored, Range="bytes=0-0")[:2] == ("AccessDenied", 403)
    dummy, reads = bench.user(allow("s3:GetObject", arn))
    assert reads("s3").get_object(**stored, Range="bytes=0-0")["Body"].read() == b"0"
    other = {**stored, "ExpectedBucketOwner": bench.standalone}
    assert outcome(reads("s3").get_object, **other, Range="bytes=0-0")[:2] == ("AccessDenied", 403)
