# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the platform reaches AWS: as whoever the data source's credentials make it."""

from __future__ import annotations

import dataclasses
import functools
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import botocore.config
import botocore.exceptions
import botocore.session
from botocore.credentials import ReadOnlyCredentials

from tests.emulator.platform.errors import PlatformError
from tests.emulator.platform.validation import is_role

DEFAULT_REGION = "eu-central-1"
STS_REGION = "us-east-1"
SESSION_NAME = "opt-session"

UNREACHABLE = (
    botocore.exceptions.ConnectTimeoutError,
    botocore.exceptions.ReadTimeoutError,
    botocore.exceptions.ConnectionClosedError,
    botocore.exceptions.EndpointConnectionError,
)


@dataclasses.dataclass(frozen=True)
class Key:
    """An access key, with a token where it is a temporary one."""

    access_key_id: str
    secret_access_key: str = dataclasses.field(repr=False)
    session_token: str | None = dataclasses.field(default=None, repr=False)


_current: ContextVar[Key] = ContextVar("current_key")


class _CurrentKey:
    """Credentials that are, at every signature, those of the running request: so one client serves all of them."""

    method = "explicit"

    def get_frozen_credentials(self) -> Any:
        """What botocore asks for whenever it signs."""
        key = _current.get()
        return ReadOnlyCredentials(key.access_key_id, key.secret_access_key, key.session_token)

    def get_deferred_property(self, property_name: str) -> Callable[[], str | None]:
        """What botocore asks for to find account-based endpoints, which are not used here."""
        return lambda: None


class _CurrentKeyResolver:
    def load_credentials(self) -> _CurrentKey:
        """The session's one and only credentials."""
        return _CurrentKey()


@contextmanager
def acting_as(key: Key) -> Iterator[None]:
    """Sign every AWS request inside with this key."""
    token = _current.set(key)
    try:
        yield
    finally:
        _current.reset(token)


class AwsAccess:
    """Clients of the embedded AWS, made once for each service and region and shared by all data sources."""

    def __init__(self, endpoint_url: str, service_key: Key | None = None) -> None:
        self.service_key = service_key
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._session = botocore.session.Session(
            {
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
            }
        )
        self._session.register_component("credential_provider", _CurrentKeyResolver())

    def client(self, service: str, region: str) -> Any:
        """The client of a service; use it inside `acting_as`."""
        with self._lock:
            client = self._clients.get((service, region))
            if client is None:
                config = botocore.config.Config(
                    connect_timeout=5,
                    read_timeout=30,
                    max_pool_connections=32,
                    retries={"total_max_attempts": 3, "mode": "standard"},
                    proxies={},
                    s3={"addressing_style": "path"},
                )
                client = self._session.create_client(
                    service, region_name=region, endpoint_url=self._endpoint_url, config=config
                )
                self._clients[service, region] = client
            return client

    @functools.cached_property
    def _regions(self) -> frozenset[str]:
        names = {"global"}
        for partition in self._session.get_available_partitions():
            names.update(self._session.get_available_regions("ec2", partition))
        return frozenset(names)

    def key_for(self, config: Mapping[str, Any]) -> Key:
        """The key that this config means: its own one, or what assuming its role with the platform's own key gives.

        Facts, "Errors": 424 OE0569 without service credentials, 403 OE0433 where AssumeRole is denied.
        """
        if not is_role(config):
            return Key(config["access_key_id"], config["secret_access_key"])
        service_key = self.required_service_key
        arn = f"arn:aws:iam::{config['assume_role_account_id']}:role/{config['assume_role_name']}"
        session_name = config.get("assume_role_session_name", SESSION_NAME)
        with acting_as(service_key), _cloud_errors():
            answer = self.client("sts", STS_REGION).assume_role(RoleArn=arn, RoleSessionName=session_name)
        credentials = answer["Credentials"]
        return Key(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])

    @property
    def required_service_key(self) -> Key:
        """The platform's own key; 424 OE0569 where it has none."""
        if self.service_key is None:
            raise PlatformError(424, "OE0569", "aws_cnr")
        return self.service_key

    def account_of(self, key: Key, region: str | None) -> str:
        """The AWS account of this key, from STS itself (facts, "Create"; 403 OE0433 bad key, secret or region)."""
        if region is not None and region not in self._regions:
            raise PlatformError(403, "OE0433", f"Invalid region: {region}")
        with acting_as(key), _cloud_errors():
            answer = self.client("sts", STS_REGION).get_caller_identity()
        return str(answer["Account"])


@contextmanager
def _cloud_errors() -> Iterator[None]:
    """Facts, "Errors": what STS refuses is 403 OE0433, an AWS out of reach 503 OE0455."""
    try:
        yield
    except UNREACHABLE as error:
        raise PlatformError(503, "OE0455", str(error)) from error
    except (botocore.exceptions.ClientError, botocore.exceptions.ParamValidationError) as error:
        raise PlatformError(403, "OE0433", str(error)) from error
