# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an account's bill went to another owner, as far as AWS lets the caller see."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from typing import Any, Callable, Sequence

# HAS_BOTOCORE of clients tells where it is missing.
with contextlib.suppress(ImportError):
    import botocore.exceptions

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.objects import why
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import organizations
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.billing_transfer import Change, change_of
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError

# Where each partition has the two services (facts of AWS's endpoints, by botocore's model).
_REGION = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
_PAGES = 20


@dataclasses.dataclass(frozen=True)
class BillOwner:
    """change: None where the bill is the account's own. views: as AWS lists them. unseen: what could not be read, and why."""

    change: Change | None
    views: Sequence[dict[str, Any]] | None = None
    unseen: str = ""


def look(clients: Any, is_unhealthy: bool, with_views: bool = False) -> BillOwner:
    """What AWS says of an account's bill; one call, and one more where that does not settle it, or for the views.

    is_unhealthy: whether a report of the account is, with BILL_OWNER_CHANGED. What may not be read counts as unknown.
    """
    region = _REGION.get(clients.partition)
    for service in ("organizations", "billing") if region else ():
        clients.use_region(service, region)
    unseen: list[str] = []
    now = datetime.datetime.now(datetime.timezone.utc)
    transfers = _read(lambda: _transfers(clients), "organizations:ListOutboundResponsibilityTransfers", unseen)
    change = change_of(transfers, None, clients.account, False, now)
    views = None
    if change is None or with_views:
        views = _read(
            lambda: clients.read_all("billing", "list_billing_views", "billingViews"),
            "billing:ListBillingViews",
            unseen,
        )
        change = change or change_of(transfers, views, clients.account, is_unhealthy, now)
    return BillOwner(change, views, "; ".join(unseen))


def _transfers(clients: Any) -> list[dict[str, Any]]:
    """All outbound transfers of the organization, which has none where there is no organization."""
    found: list[dict[str, Any]] = []
    parameters: dict[str, Any] = {"Type": "BILLING"}
    try:
        for dummy in range(_PAGES):
            answer = clients.read("organizations", "list_outbound_responsibility_transfers", **parameters)
            found += answer.get("ResponsibilityTransfers") or []
            if not answer.get("NextToken"):
                break
            parameters["NextToken"] = answer["NextToken"]
    except AwsError as error:
        if error.code != organizations.NO_ORGANIZATION:
            raise
    return found


def _read(read: Callable[[], Any], permission: str, unseen: list[str]) -> Any:
    try:
        return read()
    except FinopsError as error:
        unseen.append(why(error, permission))
    except (AttributeError, botocore.exceptions.UnknownServiceError):
        unseen.append("this botocore does not know {0} yet".format(permission))
    return None
