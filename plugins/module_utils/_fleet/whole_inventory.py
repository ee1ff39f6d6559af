# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a slice of an inventory cannot see by itself: accounts that the whole of it has twice; pure.

A controller hands each slice of a job only its share of the hosts, but the variables of the group C(all) whole.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.listing import problems

# By host of the whole inventory, its C(account_id) and C(case).
VARIABLE = "finops_all_accounts"
# By which a job of AWX shows that it is a slice: what its workflow and its template are called, under either name of AWX.
_CALLED = tuple(("{0}_workflow_job_name".format(one), "{0}_job_template_name".format(one)) for one in ("awx", "tower"))
OF_A_CONTROLLER = ("job_slice", *(name for names in _CALLED for name in names))
_UNKNOWN = (
    "this job is a slice of its inventory, which does not show whether another slice has the same account. Let the inventory "
    "say which accounts there are, by the plugin finops_for_cloud.aws.all_accounts, or run the template with one slice"
)
_NO_MAPPING = "finops_all_accounts: must have an account_id and a case for each host, as the inventory plugin of this name sets it"
_NOT_LISTED = (
    "finops_all_accounts: {0} is not in it, so other slices do not see this account. Have the inventory read again"
)
_OTHERWISE = (
    "finops_all_accounts: it has {0} as the account {1} of the group {2}, and this inventory has it otherwise. Have the "
    "inventory read again"
)


def is_slice(variables: Mapping[str, Any]) -> bool:
    """Whether AWX runs this job as a slice: the workflow that started it is then one of the job template itself.

    variables: those of OF_A_CONTROLLER that are set. AWX adds the names to every job (its C(awx_meta_vars)), and hands on
    C(job_slice) where a workflow does.
    """
    names = [(variables.get(workflow), variables.get(template)) for workflow, template in _CALLED]
    return "job_slice" in variables or any(workflow and workflow == template for workflow, template in names)


def problems_of_whole(hosts: Mapping[str, Mapping[str, Any]], everywhere: Any, sliced: bool) -> dict[str, str]:
    """What is wrong with hosts of this inventory, by host, as far as the whole shows it.

    hosts: those that this inventory shows, as listing.problems() takes them. everywhere: what VARIABLE has, None where nobody
    set it. sliced: whether this inventory is known to be a part.
    """
    if everywhere is None:
        return {**(dict.fromkeys(hosts, _UNKNOWN) if sliced else {}), **problems(hosts)}
    if not _is_sound(everywhere):
        return dict.fromkeys(hosts, _NO_MAPPING)
    listed = dict(
        (host, {"account_id": about["account_id"], "cases": [about["case"]]}) for host, about in everywhere.items()
    )
    # In the list's order, so that every slice says the same.
    found = problems({**listed, **hosts})
    told = {}
    for host, about in hosts.items():
        reason = found.get(host) or _disagreement(host, about, everywhere.get(host))
        if reason:
            told[host] = reason
    return told


def _disagreement(host: str, about: Mapping[str, Any], listed: Mapping[str, Any] | None) -> str | None:
    """What others would not see of a host, since they know it by the list alone."""
    if listed is None:
        return _NOT_LISTED.format(host)
    if (about["account_id"], list(about["cases"])) != (listed["account_id"], [listed["case"]]):
        return _OTHERWISE.format(host, listed["account_id"], listed["case"])
    return None


def _is_sound(everywhere: Any) -> bool:
    return isinstance(everywhere, Mapping) and all(
        isinstance(about, Mapping) and {"account_id", "case"} <= set(about) for about in everywhere.values()
    )
