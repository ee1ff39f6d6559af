# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account's clients: how it is reached, who the caller is, and what AWS's errors mean.

Calls go through read() and write(); a write is refused until the caller is known to be in the account.
"""

from __future__ import annotations

import contextlib
import functools
import random
import time
from typing import Any, Callable, Mapping, Sequence

# HAS_BOTOCORE of sessions tells where it is missing.
with contextlib.suppress(ImportError):
    import botocore.config
    import botocore.exceptions

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    get_aws_connection_info,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.bucket_objects import BucketObjects
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.early import Early, Reading
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import (
    CREDENTIAL_CODES,
    CREDENTIAL_VARIABLES,
    NO_LOGIN,
    NOT_YET_SPREAD,
    SPREADING,
    THROTTLED,
    AwsError,
    converted,
    has_code,
    is_gone,
    repeated,
    says,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.pace import keep_pace, retry_soon
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.secret_store import (
    SecretStore,
    secret_store,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.sessions import (
    SHARED_SESSIONS,
    AsModule,
    identity_of,
    new_session,
    require_content,
    still_valid,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.export import EXPORT_REGION
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import (
    FinopsError,
    InputError,
    OutcomeUnknown,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform import holding
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.client import Platform
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._version import USER_AGENT

# Calls that would do twice what is done once: botocore must not repeat them after a lost answer.
ONCE = ("create_access_key", "create_policy_version")
REMOVALS = ("delete_", "detach_", "untag_")
ATTEMPTS = 12
_CREDENTIALS = ("access_key", "secret_key", "session_token")
ROLE_SESSION_NAME = "finops-for-cloud"


class Clients:
    """The AWS services and the platform, as one account's caller.

    options: a task's options; those of amazon.aws to connect, account_id, assume_role_arn, assume_role_external_id,
    session (what log_in() returned earlier in the run) and the platform_ ones.
    Raises FinopsError where no credentials are to be had.
    """

    # What the options of the role and the region are called; those of a central account have names of their own.
    ROLE, REGION = "assume_role_arn", "region"
    # What to check where the role may not be assumed.
    DENIED = (
        ". Check that the role exists, that its trust policy lets these credentials in, and that "
        "O(assume_role_external_id) is the one that it asks for"
    )
    # Whether AWS counts together the calls of all workers, as in a central account.
    IS_SHARED = False

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._botocore: dict[str | None, Any] = {}
        self._clients: dict[tuple[str, bool], Any] = {}
        self._regions: dict[str, str] = {}
        self._identity = still_valid(options.get("session"))
        self._platform: Platform | None = None
        self._store: SecretStore | None = None
        self._has_store = False
        self._remembered: dict[str, Any] = {}
        # Set by the action shell, which has the vault's password: (folder, name) -> SecretStore.
        self.vaulted_files: Callable[[str, str], SecretStore] | None = None
        # Set by the shells: who is told what is waited for.
        self.say: Callable[[str], None] | None = None
        # Set by the steps of a visit: reads that are begun before they are asked for.
        self.early: Early | None = None
        # The calls made, such as iam:CreateUser, where debug_botocore_endpoint_logs asks for them.
        self.resource_actions: set[str] = set()

    @property
    def account(self) -> str:
        """The account that the task is about; InputError where it is no account id."""
        return settings.account_id(self._options.get("account_id"))

    @property
    def region(self) -> str:
        """The session's region: as given, of the profile or environment, else us-east-1; InputError where AWS has none such."""
        session = self._session(self._options.get("profile"))
        region = self._options.get("region") or converted(
            "its configuration", lambda: session.get_config_variable("region")
        )
        return self._known_region(region or settings.REGION, self.REGION)

    @property
    def partition(self) -> str:
        """The partition of the region, such as C(aws) or C(aws-cn)."""
        return str(self._session(None).get_partition_for_region(self.region))

    def _known_region(self, region: str, option: str) -> str:
        """The region, which is one of a partition that botocore knows; what is new in such a partition is taken too."""
        try:
            self._session(None).get_partition_for_region(settings.region(region, option))
        except botocore.exceptions.UnknownRegionError:
            raise InputError(option, "{0!r} is no AWS region".format(region))
        return region

    @property
    def secrets(self) -> set[str]:
        """What no result may show, beyond the secret options: an assumed role's credentials, the platform's token."""
        credentials = (self._identity or {}).get("credentials") or {}
        found = {credentials[name] for name in ("secret_key", "session_token") if credentials.get(name)}
        return found | (self._platform.secrets if self._platform else set())

    @property
    def platform(self) -> Platform:
        """The platform's client; InputError where the platform_ options are not usable."""
        if self._platform is None:
            self._platform = Platform(self._options, lambda text: self.say(text) if self.say else None)
        return self._platform

    def use_region(self, service: str, region: str) -> None:
        """Talk to one service in a region of its own, as the bucket's, which the caller has checked."""
        self._regions[service] = region

    def region_of(self, service: str) -> str:
        """The region in which a service is called."""
        return self._regions.get(service) or self.region

    def log_in(self) -> dict[str, Any]:
        """Who the caller is, after one call to STS: AssumeRole where a role is given, else GetCallerIdentity.

        Returns account_id, arn, partition and, for an assumed role, its credentials and their expiration.
        Raises FinopsError where that is another account than the task's.
        """
        account = self.account
        if self._identity is None:
            self._identity = self._assume_role() if self._options.get("assume_role_arn") else self._caller_identity()
        found = self._identity["account_id"]
        if found != account:
            raise FinopsError(
                "O(account_id) says {0}, but the credentials belong to account {1} ({2}). Nothing was changed. "
                "Correct O(account_id), or the credentials: {3}".format(
                    account, found, self._identity["arn"], CREDENTIAL_VARIABLES
                ),
                "ACCOUNT_OTHER",
            )
        return self._identity

    @property
    def store(self) -> SecretStore | None:
        """Where secrets are kept besides the data source, None where nowhere; InputError where it cannot work."""
        if not self._has_store:
            self._store, self._has_store = secret_store(self._options, self), True
        return self._store

    def elsewhere(self, role_arn: str | None, region: str | None) -> Clients:
        """The clients of a central account, reached from the same credentials by a role; without a role, this account's."""
        if region:
            self._known_region(region, CentralClients.REGION)
        if not role_arn:
            for service in ("secretsmanager", "ssm", "kms"):
                self.use_region(service, region or self.region)
            return self
        account = settings.account_of_role(settings.role_arn(role_arn, CentralClients.ROLE))
        options = dict(self._options, session=None, assume_role_arn=role_arn, assume_role_external_id=None)
        central = CentralClients(dict(options, account_id=account, region=region or self.region))
        central.resource_actions = self.resource_actions
        return central

    def prove(self, key_id: str, secret: str) -> None:
        """Wait until AWS knows a new key everywhere that STS answers for, for up to two minutes."""
        options = dict(self._options, session=None, assume_role_arn=None, profile=None)
        clients = Clients(dict(options, access_key=key_id, secret_key=secret, session_token=""))
        clients.resource_actions = self.resource_actions
        identity = repeated(clients._caller_identity, lambda error: has_code(error, CREDENTIAL_CODES))
        if identity["account_id"] != self.account:
            raise FinopsError("the new key {0} belongs to account {1}".format(key_id, identity["account_id"]))

    def prove_held(self, answer: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Wait until the platform shows that it took what it was given; see _platform/holding."""
        return holding.prove_held(self, answer, wanted)

    def prove_asked(self, identifier: str, mark: int) -> None:
        """Wait until the platform shows that it was asked to import again; see _platform/holding."""
        holding.prove_asked(self, identifier, mark)

    def delete_unheld_key(self, user_name: str, key_id: str) -> None:
        """Delete a new key, unless a look shows that the platform holds it."""
        holding.delete_unheld_key(self, user_name, key_id)

    def empty_bucket(self, bucket: str) -> None:
        """Delete all that lies in a bucket; see bucket_objects."""
        BucketObjects(self, bucket).empty()

    def pause(self, attempt: int) -> None:
        """Let AWS settle before it is read again: longer with each attempt, at most eight seconds."""
        time.sleep(min(8.0, 0.25 * 2**attempt) * random.uniform(0.75, 1.25))

    def wait(self, seconds: float) -> None:
        """Let time pass for others."""
        time.sleep(seconds)

    def require_account(self) -> None:
        """The account guard: nothing is written unless the caller is in the task's account."""
        self.log_in()

    def read(self, service: str, operation: str, missing: Sequence[str] = (), **parameters: Any) -> Any:
        """One reading call; None where AWS answers with one of the error codes in missing."""
        return self._read(Reading(service, operation, parameters), missing)

    def begin(self, *readings: Reading) -> None:
        """Begin reads that are sure to be asked for, where reads are begun early at all; it raises nothing."""
        if self.early is None:
            return
        for reading in readings:
            # Clients are shared by threads, and made by none; who cannot make one asks for it all the same.
            with contextlib.suppress(FinopsError):
                self.early.begin(reading, reading.call(self._client(reading.service)))

    def remembered(self, service: str, read: Callable[[], Any]) -> Any:
        """What read() gave, once until the next write to the service."""
        if service not in self._remembered:
            self._remembered[service] = read()
        return self._remembered[service]

    def read_all(
        self, service: str, operation: str, key: str | None = None, missing: Sequence[str] = (), **parameters: Any
    ) -> Any:
        """All pages of a listing as one list, or without a key as one answer; None for the error codes in missing."""
        answer = self._read(Reading(service, operation, parameters, all_pages=True), missing)
        return answer if key is None or answer is None else answer.get(key, [])

    def _read(self, reading: Reading, missing: Sequence[str]) -> Any:
        """What a call that changes nothing answers; with no answer nothing is lost, so that is an error like others."""
        begun = self.early.take(reading) if self.early is not None else None
        try:
            return (reading.call(self._client(reading.service)) if begun is None else begun.result)()
        except AwsError as error:
            if error.code in missing:
                return None
            raise
        except OutcomeUnknown as error:
            raise FinopsError(str(error))

    def write(self, client: str, operation: str, parameters: Mapping[str, Any], repeat_on: str = "") -> Any:
        """One writing call, to a service or the platform.

        repeat_on: words of an error after which the call is repeated for up to two minutes.
        Raises OutcomeUnknown where it may have happened, other FinopsErrors where it did not.
        """
        self._remembered.pop(client, None)
        if self.early is not None:
            self.early.drop()
        others: dict[str, Callable[[], Any]] = {
            "platform": lambda: self.platform,
            "store": lambda: self.store,
            "proof": lambda: self,
            "objects": lambda: self,
        }
        try:
            if client in others:
                method = getattr(others[client](), operation)
                return repeated(lambda: method(**parameters), lambda error: says(repeat_on, error))
            return repeated(lambda: self._write(client, operation, parameters), lambda error: says(repeat_on, error))
        except AwsError as error:
            if error.was_overtaken:
                raise OutcomeUnknown(str(error))
            raise

    def _write(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        if not operation.startswith(REMOVALS):
            call = functools.partial(self._call, service, operation, parameters)
            return repeated(call, lambda error: has_code(error, NOT_YET_SPREAD), SPREADING)
        try:
            return self._call(service, operation, parameters)
        except AwsError as error:
            if is_gone(operation, error):
                return {}
            raise

    def _call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        once = operation in ONCE
        method = getattr(self._client(service, once), operation)

        def call() -> Any:
            return converted("{0}:{1}".format(service, operation), lambda: method(**parameters))

        return repeated(call, lambda error: has_code(error, THROTTLED)) if once else call()

    def _session(self, profile: str | None) -> Any:
        if profile not in self._botocore:
            self._botocore[profile] = SHARED_SESSIONS.get(profile) or new_session(profile)
        return self._botocore[profile]

    def _client(self, service: str, once: bool = False) -> Any:
        if (service, once) not in self._clients:
            if service != "sts" and self._options.get("assume_role_arn") and self._identity is None:
                self.log_in()
            credentials = (self._identity or {}).get("credentials")
            self._clients[service, once] = converted(service, lambda: self._new_client(service, once, credentials))
        return self._clients[service, once]

    def _new_client(self, service: str, once: bool, credentials: Mapping[str, str] | None) -> Any:
        options = dict(self._options, region=self.region_of(service), **(credentials or {}))
        if credentials:
            options["profile"] = None
        options.update((option, settings.credential(options.get(option), option)) for option in _CREDENTIALS)
        try:
            region, endpoint_url, arguments = get_aws_connection_info(AsModule(options))
        except TypeError:
            raise InputError("aws_config", "is not what botocore.config.Config takes")
        if service in ("bcm-data-exports", "cur"):
            region = EXPORT_REGION.get(self.partition, EXPORT_REGION["aws"])
        config = botocore.config.Config(
            user_agent_extra=USER_AGENT,
            connect_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 1 if once else ATTEMPTS},
        )
        config = config.merge(arguments.pop("aws_config", None) or botocore.config.Config())
        session = self._session(arguments.pop("profile_name", None))
        try:
            client = session.create_client(
                service, region_name=region, endpoint_url=endpoint_url, config=config, **arguments
            )
        except ValueError:
            raise InputError("endpoint_url", "is no address, such as https://aws.example.com")
        client.meta.events.register("after-call", require_content)
        if options.get("debug_botocore_endpoint_logs"):
            client.meta.events.register("before-call", self._note_action)
        if not once:
            retry_soon(client, ATTEMPTS)
        if self.IS_SHARED or (service == "sts" and options.get("assume_role_arn")):
            # AWS counts together the calls in the central account, and those of the same base credentials.
            by = ("profile", "access_key") if service == "sts" else ("assume_role_arn",)
            keep_pace(client, str(endpoint_url), *(str(self._options.get(option)) for option in by))
        return client

    def _note_action(self, model: Any, **dummy: Any) -> None:
        self.resource_actions.add("{0}:{1}".format(model.service_model.signing_name, model.name))

    def _caller_identity(self) -> dict[str, Any]:
        answer = self.read("sts", "get_caller_identity")
        return identity_of(answer["Account"], answer["Arn"])

    def _assume_role(self) -> dict[str, Any]:
        arn = settings.role_arn(self._options["assume_role_arn"], self.ROLE)
        parameters = {"RoleArn": arn, "RoleSessionName": ROLE_SESSION_NAME}
        if self._options.get("assume_role_external_id"):
            parameters["ExternalId"] = settings.external_id(self._options["assume_role_external_id"])
        try:
            answer = self.read("sts", "assume_role", **parameters)
        except AwsError as error:
            if error.code in CREDENTIAL_CODES:
                raise
            hint = self.DENIED if error.code in ("AccessDenied", "AccessDeniedException") else ""
            raise FinopsError("O({0}): {1}{2}".format(self.ROLE, error, hint), NO_LOGIN)
        credentials = answer["Credentials"]
        # The client made so far is the base credentials'; the role's come from here on.
        self._clients.clear()
        arn = answer["AssumedRoleUser"]["Arn"]
        return dict(
            identity_of(arn.split(":")[4], arn),
            expiration=credentials["Expiration"].isoformat(),
            credentials={
                "access_key": credentials["AccessKeyId"],
                "secret_key": credentials["SecretAccessKey"],
                "session_token": credentials["SessionToken"],
            },
        )


class CentralClients(Clients):
    """The clients of a central account, which every worker calls."""

    ROLE, REGION = "secret_store_role_arn", "secret_store_region"
    DENIED = ". Check that the role exists, and that its trust policy lets these credentials in without an external id"
    IS_SHARED = True
