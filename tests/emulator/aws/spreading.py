# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Eventual consistency: what has been created is unknown to the first calls that refer to it or list it.

For the time of such a call the thing is taken off its shelf in the emulator's state, so that every read and every
write that needs it answers exactly as if it were not there. Creating it again does not refer to it, and is refused
as ever; so is the quota. What is changed or deleted is changed or deleted at once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable, MutableMapping
from typing import Any, Literal, Protocol

from tests.emulator.aws import errors
from tests.emulator.aws.call import ApiCall, Response
from tests.emulator.aws.credentials import iam_of
from tests.emulator.aws.exports_store import exports_backends
from tests.emulator.aws.s3_buckets import BucketPolicies, s3_of
from tests.emulator.aws.state import AwsState

Kind = Literal["user", "policy", "version", "key", "attachment", "bucket", "bucket policy", "export"]
PutBack = Callable[[], None]

_MADE_BY: dict[str, Kind] = {
    "CreateUser": "user",
    "CreatePolicy": "policy",
    "CreatePolicyVersion": "version",
    "CreateAccessKey": "key",
    "AttachUserPolicy": "attachment",
    "CreateBucket": "bucket",
    "PutBucketPolicy": "bucket policy",
    "CreateExport": "export",
}
_SERVICES = {"iam", "s3", "bcm-data-exports"}


class _Shelf(Protocol):
    """Where things of one kind stand."""

    def names(self) -> set[str]:
        """What stands there."""

    def take(self, name: str) -> PutBack:
        """Take a thing away; the answer puts it back."""


@dataclasses.dataclass
class _Mapping:
    entries: MutableMapping[str, Any]

    def names(self) -> set[str]:
        """The keys."""
        return set(self.entries)

    def take(self, name: str) -> PutBack:
        """Take an entry out."""
        entry = self.entries.pop(name)
        return lambda: self.entries.update({name: entry})


@dataclasses.dataclass
class _Sequence:
    entries: list[Any]
    attribute: str

    def _ids(self) -> list[str]:
        return [getattr(entry, self.attribute) for entry in self.entries]

    def names(self) -> set[str]:
        """The ids of the entries."""
        return set(self._ids())

    def take(self, name: str) -> PutBack:
        """Take an entry out; it comes back to its place."""
        position = self._ids().index(name)
        entry = self.entries.pop(position)
        return lambda: self.entries.insert(position, entry)


@dataclasses.dataclass
class _OnePolicy:
    policies: BucketPolicies
    bucket: str

    def names(self) -> set[str]:
        """The bucket's name, where it has a policy."""
        return {self.bucket} if self.policies.get(self.bucket) is not None else set()

    def take(self, name: str) -> PutBack:
        """Take the policy away from its bucket."""
        text = self.policies.get(name) or ""
        self.policies.drop(name)
        return lambda: self.policies.put(name, text)


@dataclasses.dataclass(frozen=True)
class _Thing:
    """A created thing: its kind, account and name; `of` is the user, policy or bucket that it belongs to."""

    kind: Kind
    account: str
    of: str
    name: str


def _shelf(kind: Kind, account: str, of: str, state: AwsState) -> _Shelf:
    """Where things of a kind stand; an empty shelf where that to which they would belong does not exist."""
    if kind == "bucket":
        return _Mapping(s3_of(account).buckets)
    if kind == "bucket policy":
        return _OnePolicy(state.policies, of)
    if kind == "export":
        return _Mapping(exports_backends[account]["us-east-1"].exports)
    iam = iam_of(account)
    assert iam is not None
    if kind == "user":
        return _Mapping(iam.users)
    if kind == "policy":
        return _Mapping(iam.managed_policies)
    if kind == "version":
        policy = iam.managed_policies.get(of)
        return _Sequence(policy.versions if policy else [], "version_id")
    user = iam.users.get(of)
    if kind == "key":
        return _Sequence(user.access_keys if user else [], "access_key_id")
    return _Mapping(user.managed_policies if user else {})


def _holder(call: ApiCall, kind: Kind) -> str:
    """To whom a thing that the call would create belongs."""
    if kind == "key":
        return str(call.params.get("UserName") or call.caller.name)
    name = {"version": "PolicyArn", "attachment": "UserName", "bucket policy": "Bucket"}.get(kind, "")
    return str(call.params.get(name, ""))


def destination_bucket(call: ApiCall) -> str | None:
    """The bucket that an export would deliver to."""
    value: Any = call.params
    for name in ("Export", "DestinationConfigurations", "S3Destination", "S3Bucket"):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _refers(call: ApiCall, thing: _Thing) -> bool:
    """Whether a call would have to know the thing, or lists its kind."""
    if thing.kind in ("bucket", "bucket policy") and call.service == "bcm-data-exports":
        return destination_bucket(call) == thing.name
    if thing.kind in ("bucket", "bucket policy"):
        return call.service == "s3" and _refers_in_s3(call, thing)
    if call.account != thing.account:
        return False
    if thing.kind == "export":
        named = thing.name in (call.params.get("ExportArn"), call.params.get("ResourceArn"))
        return call.service == "bcm-data-exports" and (named or call.operation == "ListExports")
    return call.service == "iam" and _refers_in_iam(call, thing)


def _refers_in_s3(call: ApiCall, thing: _Thing) -> bool:
    named = call.params.get("Bucket") == thing.name
    if thing.kind == "bucket policy":
        return named and call.operation in ("GetBucketPolicy", "GetBucketPolicyStatus")
    if call.operation == "ListBuckets":
        return call.account == thing.account
    return named and call.operation != "CreateBucket"


def _refers_in_iam(call: ApiCall, thing: _Thing) -> bool:
    params, operation = call.params, call.operation
    user, policy = params.get("UserName"), params.get("PolicyArn")
    if operation == "GetAccountAuthorizationDetails":
        return thing.kind != "key"
    if thing.kind == "user":
        simulated = str(params.get("PolicySourceArn", "")).endswith(f":user/{thing.name}")
        return (user == thing.name and operation != "CreateUser") or operation == "ListUsers" or simulated
    if thing.kind == "policy":
        return policy == thing.name or operation == "ListPolicies"
    if thing.kind == "version":
        return policy == thing.of and (params.get("VersionId") == thing.name or operation == "ListPolicyVersions")
    if thing.kind == "key":
        listed = operation == "ListAccessKeys" and (user or call.caller.name) == thing.of
        return params.get("AccessKeyId") == thing.name or listed
    if operation == "ListEntitiesForPolicy":
        return policy == thing.name
    detached = operation == "DetachUserPolicy" and policy == thing.name
    return user == thing.of and (detached or operation == "ListAttachedUserPolicies")


class Spreading:
    """The things that are not known everywhere yet, each with the number of calls that it is still unknown to."""

    def __init__(self, reads: int) -> None:
        self._reads = reads
        self._lock = threading.Lock()
        self._left: dict[_Thing, int] = {}

    def act(self, call: ApiCall, state: AwsState, act: Callable[[ApiCall], Response]) -> Response:
        """Answer a call while it does not see what it cannot know yet; the locks of its accounts are held."""
        kind = _MADE_BY.get(call.operation) if call.service in _SERVICES else None
        if kind is None:
            return self._blindly(call, state, act)
        of = _holder(call, kind)
        shelf = _shelf(kind, call.account, of, state)
        before = shelf.names()
        response = self._blindly(call, state, act)
        made = shelf.names() - before
        with self._lock:
            self._left.update({_Thing(kind, call.account, of, name): self._reads for name in made})
        return response

    def _blindly(self, call: ApiCall, state: AwsState, act: Callable[[ApiCall], Response]) -> Response:
        with contextlib.ExitStack() as taken:
            for thing in self._unknown_to(call):
                shelf = _shelf(thing.kind, thing.account, thing.of, state)
                if thing.name not in shelf.names():
                    continue
                if call.operation == "GetAccessKeyLastUsed":
                    # moto finds this key where its signatures are checked, too, and there it must stay.
                    raise errors.access_denied(
                        call,
                        f"User: {call.caller.arn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: "
                        f"access key {thing.name} (arn:aws:iam::{call.account}:user/)",
                    )
                taken.callback(shelf.take(thing.name))
            return act(call)

    def _unknown_to(self, call: ApiCall) -> list[_Thing]:
        """The things that the call refers to and does not know; it counts as one read of each."""
        with self._lock:
            unknown = [thing for thing in self._left if _refers(call, thing)]
            for thing in unknown:
                self._left[thing] -= 1
                if not self._left[thing]:
                    del self._left[thing]
            return unknown
