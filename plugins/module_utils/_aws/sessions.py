# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account's clients are made from: botocore's sessions, amazon.aws's options, and who the caller of a session is."""

from __future__ import annotations

import datetime
from typing import Any, Mapping

try:
    import botocore.loaders
    import botocore.session

    HAS_BOTOCORE = True
    # Service models are read and parsed once per process, not once per account.
    _LOADER = botocore.loaders.create_loader()
except ImportError:
    HAS_BOTOCORE = False

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import parse_aws_arn
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import (
    CREDENTIAL_VARIABLES,
    NO_LOGIN,
    Unreadable,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError

SERVICES = ("sts", "iam", "s3", "bcm-data-exports", "organizations")
# A session this close to its end is renewed rather than used.
SESSION_MARGIN = datetime.timedelta(minutes=5)


def new_session(profile: str | None) -> Any:
    """A session of botocore, None for one without a profile; raises what botocore does where there is no such profile."""
    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", _LOADER)
    return session


# The session of accounts without a profile, once warm_up() has made it; it holds no credentials of any account.
SHARED_SESSIONS: dict[str | None, Any] = {}


def warm_up() -> None:
    """Loads all that accounts have in common, so that processes forked from this one have it: models and a session."""
    SHARED_SESSIONS[None] = new_session(None)
    for service in SERVICES:
        client = SHARED_SESSIONS[None].create_client(
            service, region_name=settings.REGION, aws_access_key_id="-", aws_secret_access_key="-"
        )
        # This loads the model of the paginators.
        client.can_paginate(next(iter(client.meta.method_to_api_mapping)))


class AsModule:
    """Options in the shape that amazon.aws's get_aws_connection_info() reads them from."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params

    def fail_json(self, msg: str, **details: Any) -> None:
        """raises what a module would fail with."""
        raise FinopsError("{0}. Check {1}".format(msg.rstrip("."), CREDENTIAL_VARIABLES), NO_LOGIN)


def require_content(parsed: Mapping[str, Any], model: Any, http_response: Any, **dummy: Any) -> None:
    """Of a JSON answer that is none, or was cut, botocore makes an empty one; here it is an error."""
    has_members = model.output_shape is not None and model.output_shape.members
    if model.service_model.protocol != "json" or http_response.status_code >= 300 or not has_members:
        return
    if not set(parsed) - {"ResponseMetadata"}:
        raise Unreadable("what AWS answered to {0} cannot be read".format(model.name))


def identity_of(account: str, arn: str) -> dict[str, Any]:
    """Who a caller is: account_id, arn and partition."""
    parsed = parse_aws_arn(arn) or {}
    return {"account_id": account, "arn": arn, "partition": parsed.get("partition", "aws")}


def still_valid(session: Any) -> dict[str, Any] | None:
    """What log_in() returned earlier in the run, None where it is none or about to end."""
    if not isinstance(session, Mapping) or not isinstance(session.get("account_id"), str):
        return None
    if session.get("expiration"):
        expiration = datetime.datetime.strptime(session["expiration"][:19], "%Y-%m-%dT%H:%M:%S")
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        if expiration - now < SESSION_MARGIN:
            return None
    return dict(session)
