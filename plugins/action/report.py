# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an audit: for each account the chain from its login to its cost on the bill, and who is not connected."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from typing import Any

from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.fail_on import fail_on
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import AFTERWARDS, REGISTERED
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import _audit as audit
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import _seen_by_slices
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._inventory import Inventory, Listings
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._printing import show
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report import as_words, known_costs
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.files import FOLDER, read_previous, write

_ARGUMENTS = {
    "folder": {"type": "path", "default": FOLDER},
    "slices": {"type": "list", "elements": "path"},
    "fail_on": {"type": "list", "elements": "str", "default": ["failed"]},
}


class ActionModule(ActionBase):
    """Runs on the controller, for one host in the name of all."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """C(report): the folder, the summary and why the run is to fail."""
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        given = self.validate_argument_spec(_ARGUMENTS)[1]
        try:
            condition = fail_on(given["fail_on"])
        except InputError as error:
            raise AnsibleActionFail(str(error).replace("O(fail_on)", "finops_fail_on")) from error
        folder = os.path.abspath(given["folder"])
        is_own = given["slices"] is None
        visits, answers, roots = self._seen(task_vars) if is_own else _of_slices(given["slices"])
        now = max(
            (one.now for one in answers.values() if one.now), default=datetime.datetime.now(datetime.timezone.utc)
        )
        try:
            made = audit.report_of(visits, answers, roots, now, *read_previous(folder))
            write(folder, audit.with_inventory(made, context.CLIARGS.get("inventory") or ()))
            if is_own:
                known_costs.keep(folder, {visit.account_id: visit.result("delivery", "delivery") for visit in visits})
                _seen_by_slices.keep(folder, visits, answers, now)
        except (FinopsError, OSError) as error:
            raise AnsibleActionFail("finops_report_dir: {0}".format(error)) from error
        page = os.path.join(folder, "report.html")
        show(self._display, as_words.text(made, page))
        reasons = condition.reasons(made)
        told = {"folder": folder, "page": page, "summary": made["summary"], "reasons": reasons}
        artifact = {"data": {"finops_report": told}, "per_host": False, "aggregate": False}
        return {"changed": False, "report": told, "ansible_stats": artifact}

    def _seen(self, task_vars: Mapping[str, Any]) -> _seen_by_slices.Seen:
        """The visits of this run, by host what the platform answers, and by account its management account."""
        self._inventory, self._listings = Inventory(task_vars), Listings()
        visits = self._visits(task_vars)
        variables = {host: self._inventory.variables(host) for host in self._inventory.cases()}
        return visits, self._answers(visits), self._inventory.roots(variables)

    def _visits(self, task_vars: Mapping[str, Any]) -> list[audit.Visit]:
        seen = task_vars.get("finops_fleet", {}).get("accounts", {})
        afterwards = (task_vars.get(AFTERWARDS) or {}).get("accounts", {})
        found = []
        for host, cases in self._inventory.cases_in_play().items():
            variables = self._inventory.variables(host)
            registered = self._inventory.registered(host, REGISTERED)
            if host in afterwards:
                registered[AFTERWARDS] = {"results": [afterwards[host]]}
            problem = (seen.get(host) or {}).get("problem")
            found.append(audit.Visit.of(host, cases[0], variables, registered, problem))
        return found

    def _answers(self, visits: Sequence[audit.Visit]) -> dict[str, audit.Answers]:
        """By host, what its organization of the platform says; each is asked once."""
        months = audit.delivered_months(visits)
        of_organization: dict[str, audit.Answers] = {}
        found = {}
        for visit in visits:
            variables = self._inventory.variables(visit.host)
            if not visit.variables.get("finops_platform_url"):
                continue
            key = self._listings.key(variables)
            if key not in of_organization:
                try:
                    of_organization[key] = audit.asked(self._listings.platform(variables), months)
                except FinopsError as error:
                    of_organization[key] = audit.Answers(failure=str(error))
            found[visit.host] = of_organization[key]
        return found


def _of_slices(folders: Sequence[str]) -> _seen_by_slices.Seen:
    try:
        return _seen_by_slices.read(folders)
    except FinopsError as error:
        raise AnsibleActionFail(str(error)) from error
