# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the resources are sure to read of an account that is connected, whatever is found there: none of it hangs on another answer."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.early import Reading
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.identities import ALL_AT_ONCE
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings


def foreseen(module: str, options: Mapping[str, Any]) -> list[Reading]:
    """The first reads of a module's resource; options: the module's, as far as they are given.

    The user is there in a connected account, since the data source works with its key; so it is asked for its password.
    """
    if module == "cur":
        return [Reading("bcm-data-exports", "list_exports", all_pages=True)]
    if module == "policy":
        return [ALL_AT_ONCE]
    if module == "user":
        return [Reading("iam", "get_login_profile", {"UserName": settings.user_name(options.get("name"))})]
    if module == "access_key":
        user = settings.user_name(options.get("user_name"))
        return [Reading("iam", "list_access_keys", {"UserName": user}, all_pages=True)]
    return []
