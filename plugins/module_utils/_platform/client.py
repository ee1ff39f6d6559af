# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The FinOps platform's REST client: only what data sources need, with what its answers really mean.

Facts of the API that shape it: only one writer at a time per organization (parallel creates answer 500 and lose
the import), no blind repeat of a write, and a 404 alone does not mean that an object is missing.
"""

from __future__ import annotations

import concurrent.futures
import datetime
import email.utils
import random
import time
from decimal import Decimal
from typing import Any, Callable, ContextManager, Mapping, Sequence, TypeVar
from urllib.parse import quote

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import (
    FinopsError,
    InputError,
    OutcomeUnknown,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.shared_file import SharedFile, held
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.words import masked
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform import answers
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.errors import (
    ALREADY_CONNECTED,
    NO_SUCH_OBJECT,
    ConnectedElsewhere,
    PlatformError,
    ServerError,
    Unreachable,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._platform.transport import (
    Answer,
    Transport,
    is_this_machine,
)

OPTIONS = {
    "platform_url": {"type": "str"},
    "platform_organization_id": {"type": "str"},
    "platform_token": {"type": "str", "no_log": True},
    "platform_email": {"type": "str"},
    "platform_password": {"type": "str", "no_log": True},
    "platform_ca_path": {"type": "path"},
}
_Read = TypeVar("_Read")
_API = "/restapi/v2/"
_LOGIN = "/auth/v2/tokens"
# How often a reading is tried, and any call that the platform has no room for; the longest wait for room, in seconds.
_ATTEMPTS = 4
_LONGEST_WAIT = 30.0
# How many data sources are woken at a time (facts: parallel PATCHes are fine).
_AT_ONCE = 8
# An import in progress counts as long as it said so within these seconds, one that waits as long as the platform's own
# round waits for it.
_ACTIVE_SECONDS, _WAITING_SECONDS = 1800, 3 * 3600


class Platform:
    """One organization of the platform; `options` are the platform_ options of a task, and its account_id.

    say: is told where another run's turn is waited for.
    secrets: what no text may show; the token is in it once it is known.
    Raises InputError where the options are missing or malformed.
    """

    def __init__(self, options: Mapping[str, Any], say: Callable[[str], None] | None = None) -> None:
        self.url = settings.platform_url(options.get("platform_url"))
        self.organization_id = settings.platform_organization_id(options.get("platform_organization_id"))
        self._token = settings.credential(options.get("platform_token"), "platform_token")
        self._email = settings.text(options.get("platform_email"), "platform_email")
        self._password = settings.text(options.get("platform_password"), "platform_password")
        if not self._token and not (self._email and self._password):
            raise InputError("platform_token", "is missing: set it, or O(platform_email) and O(platform_password)")
        self.secrets = {secret for secret in (self._token, self._password) if secret}
        self._transport = Transport(self.url, settings.ca_path(options.get("platform_ca_path")), self.secrets)
        self._account = options.get("account_id")
        self._say = say
        self._organization: dict[str, Any] | None = None
        self._date = ""

    @property
    def now(self) -> datetime.datetime:
        """The platform's time, in UTC, as its last answer had it; this machine's where none did."""
        date = email.utils.parsedate_tz(self._date)
        moment = time.time() if date is None else email.utils.mktime_tz(date)
        return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)

    @property
    def is_insecure(self) -> bool:
        """Whether the token and the keys' secrets would cross a network unencrypted."""
        return self.url.startswith("http:") and not is_this_machine(self.url)

    def organization(self) -> dict[str, Any]:
        """The organization: C(disabled), C(currency), C(name) and more; one call, once per client."""
        if self._organization is None:
            found = self._of_organization("")
            if not isinstance(found.get("id"), str):
                raise self._not_the_platform("its organization has no id")
            self._organization = found
        return self._organization

    def cloud_accounts(self) -> list[dict[str, Any]]:
        """All data sources of the organization, without their secrets; one call."""
        return self._listed("")

    def detailed_accounts(self) -> list[dict[str, Any]]:
        """The same with C(details): cost, number of resources, and how the discovery of each type is; one call."""
        return self._listed("?details=true")

    def _listed(self, query: str) -> list[dict[str, Any]]:
        listed = self._of_organization("/cloud_accounts" + query).get("cloud_accounts")
        if not isinstance(listed, list):
            raise self._not_the_platform("it lists no data sources")
        return [self._source(entry) for entry in listed]

    def cloud_account(self, identifier: str) -> dict[str, Any]:
        """One data source by its id."""
        return self._source(self._read(_cloud_account(identifier)))

    def costs(self, first_month: str, last_month: str) -> dict[str, dict[str, Decimal]]:
        """By account and month such as C(2026-10) what the platform reports, in the organization's currency; one call.

        Of a year at most: the oldest months beyond are left out. A month without cost is not there. Sums are not rounded.
        """
        begin, end = answers.range_of(first_month, last_month)
        query = "?start_date={0}&end_date={1}&breakdown_by=cloud_account_id".format(begin, end)
        answer = self._of_organization("/breakdown_expenses" + query)
        return self._understood(lambda: answers.costs_in(answer))

    def cloud_policies(self, bucket: str) -> dict[str, dict[str, Any]]:
        """C(trust_policy) and C(role_policy) that the platform would have a role with a report in a bucket; one call."""
        answer = self._of_organization(
            "/cloud_policies?cloud_type=aws_cnr&bucket_name={0}".format(quote(bucket, safe=""))
        )
        return self._understood(lambda: answers.policies_in(answer))

    def imports(self, identifier: str) -> list[dict[str, Any]]:
        """All imports of a data source, completed ones too, the newest first; one call.

        Each has C(state), C(state_reason), C(created_at) and C(updated_at), in seconds since 1970.
        """
        answer = self._read(_cloud_account(identifier) + "/report_imports?show_completed=true")
        return self._understood(lambda: answers.imports_in(answer))

    def import_states(self, identifier: str) -> set[str]:
        """C(scheduled) where an import of a data source waits, C(in_progress) where one runs; one call."""
        answer = self._read(_cloud_account(identifier) + "/report_imports")
        listed = self._understood(lambda: answers.imports_in(answer))
        now = self.now.timestamp()
        limits = {"scheduled": ("created_at", _WAITING_SECONDS), "in_progress": ("updated_at", _ACTIVE_SECONDS)}
        return {
            state
            for state, (since, seconds) in limits.items()
            for entry in listed
            if entry.get("state") == state and now - entry[since] <= seconds
        }

    def create_cloud_account(self, **body: Any) -> dict[str, Any]:
        """Add a data source; ConnectedElsewhere where another organization has the account.

        What a server's error leaves behind has no import scheduled and would never be on the bill, so it is removed again.
        """
        with self._turn():
            try:
                return self._changed("POST", self._path("/cloud_accounts"), body)
            except ServerError:
                self._remove_leftover(body["config"].get("access_key_id"))
                raise
            except PlatformError as refusal:
                if refusal.code != ALREADY_CONNECTED:
                    raise
                if self._may_have_the_account():
                    raise OutcomeUnknown(str(refusal))
                raise ConnectedElsewhere(self._account, self.organization_id)

    def update_cloud_account(self, identifier: str, **body: Any) -> dict[str, Any]:
        """Change a data source; a config is replaced whole."""
        with self._turn():
            return self._changed("PATCH", _cloud_account(identifier), body)

    def wake_cloud_accounts(self, identifiers: Sequence[str]) -> None:
        """Let data sources import costs, several at a time; each is tried, whatever becomes of the others.

        Raises OutcomeUnknown where one does not show it.
        """
        with self._turn():
            self._log_in()
            with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
                for future in [pool.submit(self._wake, identifier) for identifier in identifiers]:
                    future.result()

    def _wake(self, identifier: str) -> None:
        """To be told twice does no harm, so what nobody knows to have arrived is sent again."""
        for attempt in range(1, _ATTEMPTS):
            try:
                answer = self._changed("PATCH", _cloud_account(identifier), {"auto_import": True})
            except OutcomeUnknown:
                _wait(0.25 * 2**attempt)
                answer = {}
            if answer.get("auto_import") is True or self.cloud_account(identifier).get("auto_import") is True:
                return
        raise OutcomeUnknown(
            "the platform answers that the data source {0} imports costs, and does not show it".format(identifier)
        )

    def delete_cloud_account(self, identifier: str) -> None:
        """Remove a data source with all its history; OutcomeUnknown where it is gone already."""
        with self._turn():
            self._delete(identifier)

    def _turn(self) -> ContextManager[SharedFile]:
        return held("writer", self.url, self.organization_id, say=self._say)

    def _delete(self, identifier: str) -> None:
        try:
            self._call("DELETE", _cloud_account(identifier), None)
        except PlatformError as refusal:
            if refusal.code == NO_SUCH_OBJECT:
                raise OutcomeUnknown(str(refusal))
            raise

    def _remove_leftover(self, key_id: str | None) -> None:
        """As far as it can be; that the outcome is unknown stays true."""
        try:
            for source in self.cloud_accounts():
                if key_id and source["config"].get("access_key_id") == key_id:
                    self._delete(source["id"])
        except FinopsError:
            return

    def _may_have_the_account(self) -> bool:
        try:
            return any(source.get("account_id") == self._account for source in self.cloud_accounts())
        except FinopsError:
            return True

    def _path(self, rest: str) -> str:
        return "organizations/{0}{1}".format(quote(self.organization_id, safe=""), rest)

    def _of_organization(self, rest: str) -> dict[str, Any]:
        try:
            return self._read(self._path(rest))
        except PlatformError as refusal:
            if refusal.code != NO_SUCH_OBJECT:
                raise
            reason = "the platform knows no organization {0!r}".format(self.organization_id)
            raise InputError("platform_organization_id", reason)

    def _source(self, entry: Any) -> dict[str, Any]:
        """A data source in the form that the rest of the core relies on."""
        found = entry if isinstance(entry, dict) else {}
        if not isinstance(found.get("id"), str) or not isinstance(found.get("account_id"), (str, type(None))):
            raise self._not_the_platform("one of its data sources has no id, or no account id of the right type")
        config = found.get("config")
        return dict(found, config=config if isinstance(config, dict) else {})

    def _read(self, path: str) -> dict[str, Any]:
        return self._until_answered(lambda: self._call("GET", path, None))

    def _changed(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The data source as the platform answers with it; an answer without one is no proof that anything was stored."""
        secret = body.get("config", {}).get("secret_access_key")
        if secret:
            self.secrets.add(secret)
        answer = self._call(method, path, body)
        if not isinstance(answer.get("id"), str):
            raise OutcomeUnknown(
                "the platform's answer to {0} {1}{2} has no data source in it".format(method, _API, path)
            )
        return answer

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        return self._request(method, _API + path, body, {"Authorization": "Bearer {0}".format(self._log_in())})

    def _log_in(self) -> str:
        if not self._token:
            login = {"email": self._email, "password": self._password}
            answer = self._until_answered(lambda: self._request("POST", _LOGIN, login, {}))
            token = answer.get("token")
            if not isinstance(token, str) or not settings.is_credential(token):
                raise self._not_the_platform("its answer to a login has no token")
            self.secrets.add(token)
            self._token = token
        return self._token

    def _until_answered(self, request: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The answer to a call that may be repeated, since it changes nothing."""
        for attempt in range(1, _ATTEMPTS):
            try:
                return request()
            except OutcomeUnknown:
                _wait(0.25 * 2**attempt)
        try:
            return request()
        except OutcomeUnknown as error:
            raise Unreachable(str(error))

    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """The JSON object of an answer; what the platform has no room for it has not begun, so it is sent again."""
        for attempt in range(1, _ATTEMPTS):
            answer = self._transport.send(method, path, body, headers)
            self._date = str(answer.headers.get("Date") or "")
            if answer.status != 429:
                return self._judged(method, path, answer)
            asked = answer.retry_after
            _wait(min(2.0**attempt if asked is None else asked, _LONGEST_WAIT))
        return self._judged(method, path, self._transport.send(method, path, body, headers))

    def _judged(self, method: str, path: str, answer: Answer) -> dict[str, Any]:
        call = "{0} {1}".format(method, path)
        if 200 <= answer.status < 300:
            if answer.object is not None:
                return answer.object
            if method == "DELETE" and answer.is_empty:
                return {}
            if answer.is_cut or not (method == "GET" or path == _LOGIN):
                raise OutcomeUnknown(
                    "O(platform_url): what {0} answers to {1} is no JSON object".format(self.url, call)
                )
            raise self._not_the_platform("its answer to {0} is no JSON object".format(call))
        if 300 <= answer.status < 400:
            raise InputError("platform_url", _redirected(self.url, call, answer.location))
        told = masked(answer.reason, self.secrets)
        if answer.status == 404 and answer.code != NO_SUCH_OBJECT:
            raise self._not_the_platform("{0} is 404 {1}".format(call, told))
        refusal = PlatformError(call, answer.status, answer.code, told)
        if path == _LOGIN and answer.status in (400, 401, 403):
            raise InputError("platform_email", "or O(platform_password) is wrong: {0}".format(refusal))
        raise ServerError(str(refusal)) if answer.status >= 500 else refusal

    def _understood(self, read: Callable[[], _Read]) -> _Read:
        """What an answer says; InputError where it is no answer of the platform."""
        try:
            return read()
        except answers.Nonsense as sign:
            raise self._not_the_platform(str(sign))

    def _not_the_platform(self, sign: str) -> InputError:
        return InputError("platform_url", "what answers at {0} is not the platform's API: {1}".format(self.url, sign))


def _cloud_account(identifier: str) -> str:
    return "cloud_accounts/{0}".format(quote(identifier, safe=""))


def _redirected(url: str, call: str, location: str) -> str:
    where = " to {0}".format(location) if location else ""
    return (
        "{0} answers {1} with a redirect{2}, which is not followed, since the token would go along. Set the address at "
        "which the platform itself answers".format(url, call, where)
    )


def _wait(seconds: float) -> None:
    time.sleep(seconds * random.uniform(0.75, 1.25))
