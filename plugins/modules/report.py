# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation only: the action plugin of this name does all the work, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Prove by a report for which accounts cost arrives, and say what to do about the others
description:
  - Joins what the audit of each account of the play found with what the platform answers for all of them, and writes it as
    C(report.json), C(report.csv), C(junit.xml), C(metrics.prom) and C(report.html). The page C(docs/report.md) of this
    collection tells what stands in each.
  - Each account has a chain of links from its login to its cost on the bill, each with its state, evidence, the codes of the
    findings, since when, and what to do next.
  - Accounts of the organization that the platform has no awake data source for are listed with what they spent.
  - It reads the results that the roles of this collection register by their entry point C(audit), and asks the platform
    three times, and once more for each data source whose import is not known to be fine. Nothing is changed anywhere but in
    the folder.
  - In the folder it keeps C(seen.json), what the run saw, from which O(slices) make one report.
  - In the folder's C(costs) it keeps what was read of the delivered files, so that the next audit reads only those that
    changed since. It is no harm to delete it.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  folder:
    description:
      - Where the files go. It is made where it is missing; a relative path is one from where Ansible runs.
    type: path
    default: finops-report
  slices:
    description:
      - The folders that audits of slices of one inventory have left, of which this report is made, as if one audit had
        visited all accounts. Then no account of the play counts, and nobody is asked anything.
      - Of an account that several of them have, the latest counts.
    type: list
    elements: path
  fail_on:
    description:
      - What RV(report.reasons) are of. V(failed), accounts in that state; V(drift), those and accounts in that state;
        V(coverage < 95), that less than so many percent of the spend are covered, or nobody knows; V(key_age > 90), keys
        older than so many days; V(never), nothing.
      - The task itself does not fail for them, so that its artifact is kept. The playbook C(audit) fails by a task of its own.
    type: list
    elements: str
    default: [failed]
seealso:
  - module: finops_for_cloud.aws.recap
notes:
  - Runs on the controller, once for all hosts. Use it with C(run_once), in a play of strategy C(linear), at its end.
extends_documentation_fragment:
  - finops_for_cloud.aws.attributes.info
"""

EXAMPLES = r"""
- name: Prove it by a report
  finops_for_cloud.aws.report:
    folder: /var/lib/finops-report
    fail_on: [failed, coverage < 99]
  register: finops_proof
  run_once: true

- name: Fail where that asks for it
  ansible.builtin.fail:
    msg: "{{ finops_proof.report.reasons | join('; ') }}"
  when: finops_proof.report.reasons | length > 0
  run_once: true
"""

RETURN = r"""
report:
  description: What became of it; also an artifact C(finops_report) of the job, as by M(ansible.builtin.set_stats).
  returned: success
  type: dict
  contains:
    folder:
      description: Where the files are.
      type: str
      returned: always
      sample: /var/lib/finops-report
    page:
      description: The path of C(report.html).
      type: str
      returned: always
      sample: /var/lib/finops-report/report.html
    summary:
      description: As in C(report.json).
      type: dict
      returned: always
      sample:
        accounts: 6
        by_state: {ok: 5, drift: 0, pending: 0, failed: 1, unknown: 0}
        ignored_spend: 1204.5
        connected_spend: 88012.11
        currency: USD
        months: ["2026-09", "2026-10"]
        coverage: 0.9865
        notes: []
    reasons:
      description: Why the run is to fail by O(fail_on), a sentence each.
      type: list
      elements: str
      returned: always
      sample: []
"""
