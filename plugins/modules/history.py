# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation only: the action plugin of this name does all the work, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: history
short_description: Wake the members' data sources, and ask for the past that accounts lack
description:
  - Lets the data sources of the play's members import costs that are asleep, all in one pass. The roles leave new ones
    asleep under C(finops_wake_members=false), so that each one does not have the platform import every other data source.
  - Then, for the data source of each management account of the play, has it imported once more from an earlier month on,
    where members joined since that was last asked for. Without that they would lack all cost older than about ten days.
  - It asks for nothing while an import of that data source waits or runs, nor twice for the same accounts. Whose past was
    asked for is noted by the tag C(finops-for-cloud-history) of the FinOps user. The page C(docs/history.md) of this
    collection has the table that decides.
  - It reads the results that the roles of this collection register, and of the hosts' variables those to connect with,
    C(finops_reimport), C(finops_management_account_id) and C(finops_account_joined).
  - It never fails. What went wrong stands in the account's own result, and M(finops_for_cloud.aws.recap) tells it and fails.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  intent:
    description:
      - V(connect) does all that; V(audit) says as findings what would be done.
    type: str
    choices: [connect, audit]
    default: connect
seealso:
  - module: finops_for_cloud.aws.recap
notes:
  - Runs on the controller, once for all hosts. Use it with C(run_once), in a play of strategy C(linear), before
    M(finops_for_cloud.aws.recap), and register its result as C(finops_history).
attributes:
  check_mode:
    description: Can run in check mode and say what it would do without changing anything.
    support: full
  diff_mode:
    description: Returns what has changed, or in check mode would change, when run with C(--diff).
    support: full
  idempotent:
    description: A second run with the same options changes nothing, unless somebody else changed something meanwhile.
    support: full
"""

EXAMPLES = r"""
# In the section C(always) of the block that connects the accounts, where finops_wake_members is false.
- name: Wake the members, and ask for the past that accounts lack
  finops_for_cloud.aws.history:
  register: finops_history
  run_once: true

- name: Say what became of every account
  finops_for_cloud.aws.recap:
  run_once: true
"""

RETURN = r"""
accounts:
  description: By host, what was done or found for it; hosts of which there is nothing to say are not in it.
  returned: always
  type: dict
  contains:
    HOST:
      description: One host.
      returned: where there is something to say of it
      type: dict
      contains:
        changed:
          description: Whether anything was done.
          type: bool
          returned: always
          sample: true
        steps:
          description: What was done, or in check mode would be done.
          type: list
          elements: str
          returned: always
          sample:
            - "Let 2 data sources import costs: aws-222233334444, aws-333344445555"
        history:
          description:
            - Of a management account, the C(state) that decides, the accounts that were C(lacking) their past, and the month
              C(from) which its data source is imported again; V(none) where the account has no data source.
          type: dict
          returned: for management accounts
          sample: {state: reimport, lacking: ["222233334444", "333344445555"], from: 2026-09}
        findings:
          description: What is not as it should be, each with its code.
          type: list
          elements: dict
          returned: for management accounts
          sample: []
        msg:
          description: What went wrong.
          type: str
          returned: where something did
          sample: "the data source sleeps, so its costs do not arrive: the platform cannot be reached. Run the playbook again"
listed:
  description: By host, whether the platform lists its account, where that was looked at.
  returned: always
  type: dict
  sample: {payer: true, shop: true}
"""
