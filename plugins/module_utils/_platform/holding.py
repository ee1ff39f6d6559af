# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the platform really holds what it was given: looked at before anything is retired, deleted or taken back.

An answer of 200 does not prove it: a page to sign in, an old body, and reads that lag behind have all been seen.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, OutcomeUnknown

# With the pauses of clients.pause() between them these take about half a minute; reads lag up to twenty seconds behind.
LOOKS = 8


def seen(clients: Any, look: Callable[[], bool]) -> bool:
    """Whether look() becomes true before the platform's reads must have caught up."""
    for attempt in range(1, LOOKS + 1):
        if look():
            return True
        if attempt < LOOKS:
            clients.pause(attempt)
    return False


def holds(config: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> bool:
    """Whether a data source's config says all that is wanted.

    The platform takes the report's name from the end of a prefix (facts of its API).
    """
    found = dict(config or {})
    return all(
        _prefix(found, wanted) == _prefix(wanted, wanted) if key == "bucket_prefix" else found.get(key) == value
        for key, value in wanted.items()
    )


def _prefix(config: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    prefix = config.get("bucket_prefix") or ""
    head, dummy, last = prefix.rpartition("/")
    return head if last == wanted.get("report_name") else prefix


def prove_held(clients: Any, answer: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The account's data source once it reads back as wanted; OutcomeUnknown, so that nothing is undone, where it does not.

    answer: what the platform answered to the write; its id is looked at, without one the organization's list.
    """
    identifier = (answer or {}).get("id")
    found: dict[str, Any] = {}

    def look() -> bool:
        found.clear()
        found.update(_source(clients, identifier))
        return holds(found.get("config"), wanted)

    try:
        if seen(clients, look):
            return found
    except OutcomeUnknown:
        raise
    except FinopsError as error:
        raise OutcomeUnknown("whether the platform took the login is not known: {0}".format(error))
    raise OutcomeUnknown(
        "the platform answered that it took the login of account {0}, but does not show it".format(clients.account)
    )


def prove_asked(clients: Any, identifier: str, mark: int) -> None:
    """Wait until a data source shows that an import from mark on (seconds since 1970) was asked for; else OutcomeUnknown."""

    def look() -> bool:
        found = clients.platform.cloud_account(identifier).get("last_import_modified_at")
        return isinstance(found, int) and found <= mark

    if not seen(clients, look):
        raise OutcomeUnknown("the platform answered that it will import from another moment on, but does not show it")


def _source(clients: Any, identifier: str | None) -> dict[str, Any]:
    if identifier is None:
        listed = clients.platform.cloud_accounts()
        return next((dict(source) for source in listed if source.get("account_id") == clients.account), {})
    try:
        return dict(clients.platform.cloud_account(identifier))
    except FinopsError as error:
        # What was just made may be unknown to a read that lags behind.
        if getattr(error, "status", None) == 404:
            return {}
        raise


def delete_unheld_key(clients: Any, user_name: str, key_id: str) -> None:
    """Deletes a key that could not be handed over; FinopsError where a look shows that the platform holds it all the same."""
    for source in clients.platform.cloud_accounts():
        if (source.get("config") or {}).get("access_key_id") == key_id:
            raise FinopsError("the data source {0!r} holds the key {1}, so it stays".format(source.get("name"), key_id))
    clients.write("iam", "delete_access_key", {"UserName": user_name, "AccessKeyId": key_id})
