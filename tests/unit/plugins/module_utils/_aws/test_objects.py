# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object's bytes arrive whole or not at all."""

from __future__ import annotations

import io
from typing import Any

import botocore.exceptions
import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws import objects
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.objects import Objects, why
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from tests.unit.plugins.module_utils.fake_clients import ACCOUNT, FakeClients

CONTENT = b"0123456789"


class Cut(io.BytesIO):
    """A body whose connection ends too early."""

    def read(self, *dummy: Any) -> bytes:
        raise botocore.exceptions.IncompleteReadError(actual_bytes=3, expected_bytes=10)


def objects_of(*bodies: io.BytesIO, **answer: Any) -> tuple[Objects, FakeClients]:
    clients = FakeClients({"get_object": [{"Body": body, **answer} for body in bodies]})
    return Objects(clients, "b", ACCOUNT), clients


@pytest.mark.parametrize(
    ("begin", "end", "body", "asked"),
    [(0, None, CONTENT, {}), (0, 10, CONTENT, {}), (8, 10, b"89", {"Range": "bytes=8-9"})],
)
def test_all_of_an_object_is_asked_for_without_a_range(
    begin: int, end: int | None, body: bytes, asked: dict[str, str]
) -> None:
    found, clients = objects_of(io.BytesIO(body), ContentRange="bytes 8-9/10")
    assert found.read("k", '"tag"', 10, begin, end) == body
    expected = {"Bucket": "b", "ExpectedBucketOwner": ACCOUNT, "Key": "k", "IfMatch": '"tag"', **asked}
    assert clients.calls == [("get_object", expected)]
    assert (found.calls, found.bytes) == (1, len(body))


def test_an_answer_that_breaks_off_is_asked_for_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects.time, "sleep", lambda seconds: None)
    found, clients = objects_of(Cut(), Cut(), io.BytesIO(CONTENT))
    assert found.read("k", "", 10) == CONTENT
    assert "IfMatch" not in clients.calls[0][1]
    found, clients = objects_of(Cut())
    with pytest.raises(FinopsError, match="no answer from AWS"):
        found.read("k", "", 10)
    assert len(clients.calls) == 3


def test_too_few_bytes_and_an_answer_without_ranges_are_errors() -> None:
    with pytest.raises(FinopsError, match="S3 gave 9 bytes of k in place of 10"):
        objects_of(io.BytesIO(CONTENT[1:]))[0].read("k", "", 10)
    found, dummy = objects_of(io.BytesIO(CONTENT))
    with pytest.raises(FinopsError, match="does not know ranges"):
        found.read("k", "", 10, 8, 10)
    # What would be a download of the whole object is not begun.
    assert found.bytes == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AwsError("s3:get_object", "AccessDenied", "no", 403), "s3:GetObject is missing: AWS refused"),
        (AwsError("s3:get_object", "PreconditionFailed", "no", 412), "AWS delivered anew while"),
        (AwsError("s3:get_object", "SlowDown", "no", 503), "AWS refused s3:get_object: SlowDown"),
        (FinopsError("broken"), "broken"),
    ],
)
def test_why_an_object_cannot_be_read(error: FinopsError, words: str) -> None:
    assert why(error, "s3:GetObject").startswith(words)
