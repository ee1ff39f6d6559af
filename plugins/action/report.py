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

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.coverage import coverage
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.fail_on import fail_on
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.report import report, row
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._fleet.verdict import AFTERWARDS, REGISTERED
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError, InputError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils import _audit as audit
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._inventory import Inventory, Listings
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report import as_words, known_costs
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.files import FOLDER, read_previous, write

_ARGUMENTS = {
    "folder": {"type": "path", "default": FOLDER},
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
        self._inventory, self._listings = Inventory(task_vars), Listings()
        visits = self._visits(task_vars)
        try:
            made = self._report(visits, *read_previous(folder))
            write(folder, audit.with_inventory(made, context.CLIARGS.get("inventory") or ()))
            known_costs.keep(folder, {visit.account_id: visit.result("delivery", "delivery") for visit in visits})
        except (FinopsError, OSError) as error:
            raise AnsibleActionFail("finops_report_dir: {0}".format(error)) from error
        page = os.path.join(folder, "report.html")
        self._display.display(as_words.text(made, page))
        reasons = condition.reasons(made)
        told = {"folder": folder, "summary": made["summary"], "reasons": reasons}
        artifact = {"data": {"finops_report": told}, "per_host": False, "aggregate": False}
        return {"changed": False, "report": told, "ansible_stats": artifact}

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

    def _report(
        self, visits: Sequence[audit.Visit], previous: Mapping[str, Any] | None, why_not: str
    ) -> dict[str, Any]:
        """previous: the report before this one; why_not: why that cannot be used, empty where there is none."""
        variables = {host: self._inventory.variables(host) for host in self._inventory.cases()}
        roots = self._inventory.roots(variables)
        answers = self._answers(visits)
        now = max(
            (one.now for one in answers.values() if one.now), default=datetime.datetime.now(datetime.timezone.utc)
        )
        rows = [row(seen, now) for seen in audit.all_seen(visits, roots, answers)]
        spent = audit.Spent.of(visits, answers.values())
        listed = audit.sources(answers.values())
        covered = None
        if listed is not None:
            organizations = audit.organizations(visits)
            covered = coverage(organizations, rows, listed, spent.costs, spent.currency or "USD", spent.months, roots)
            if not spent.costs:
                # Who is not on the bill is told in money; whose account left is known without.
                del covered["unconnected"]
        notes = [*audit.notes(visits, answers.values()), *([why_not] if why_not else [])]
        return report(rows, covered, previous, now, spent.currency, spent.months, notes)

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
