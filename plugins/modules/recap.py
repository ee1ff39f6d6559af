# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation only: the action plugin of this name does all the work, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: recap
short_description: Say what became of every account
description:
  - Prints for each account of the play what was done, what was already right, what was left out, and what failed and
    why. Of thirty accounts and more it names only those that changed or failed, unless with C(-v).
  - It reads the results that the roles of this collection register, in plays of one's own as in the playbooks. An account
    without any, such as one that could not be reached, has failed. It has no options.
  - Accounts are the hosts of the play that are in the groups C(management), C(member) and C(standalone).
  - It fails where an account has failed that Ansible itself does not count as failed, so that the exit status is never
    better than the recap.
  - Where a run connected an account, it asks the platform once more whether the account is listed.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
seealso:
  - module: finops_for_cloud.aws.fleet
notes:
  - Runs on the controller, once for all hosts. Use it with C(run_once), in a play of strategy C(linear).
extends_documentation_fragment:
  - finops_for_cloud.aws.attributes.info
"""

EXAMPLES = r"""
- name: Say what became of every account
  finops_for_cloud.aws.recap:
  run_once: true
"""

RETURN = r"""
counts:
  description:
    - How many accounts there are, and how many in each state; also an artifact C(finops_recap) of the job, as by
      M(ansible.builtin.set_stats).
  returned: always
  type: dict
  sample: {accounts: 6, changed: 2, right: 3, pending: 0, found: 0, failed: 1}
flow:
  description: Of how many connected accounts the costs flow, in words; empty where that was not looked at.
  returned: always
  type: str
  sample: "6 connected: 6 proven"
accounts:
  description:
    - One entry for each host of the play. Of more than 200 accounts only those that are not right already, the worst first
      and no more than 1,000, each with its host, account, case and state, and with what failed or the first of what was
      found, cut to 300 characters. A controller drops a result that is longer than 700,000.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: The host's name in the inventory.
      type: str
      returned: always
      sample: payer
    account_id:
      description: Its account.
      type: str
      returned: always
      sample: "111122223333"
    case:
      description: Its group, V(management), V(member) or V(standalone).
      type: str
      returned: always
      sample: management
    state:
      description:
        - V(changed), V(right), V(pending) where nothing is left to do but to wait, V(found) where something is for somebody
          to look at although no step failed, or V(failed).
      type: str
      returned: always
      sample: changed
    done:
      description: The steps that were taken, or in check mode would be.
      type: list
      elements: str
      returned: always
      sample:
        - Create the user FinOpsForCloudUser
    right:
      description: The parts that were right already.
      type: list
      elements: str
      returned: always
      sample:
        - cost report
        - policies
    left_out:
      description: What was not attempted and why, V(none) where that is nothing.
      type: str
      returned: always
      sample: null
    failed:
      description: What failed and why, V(none) where nothing did.
      type: str
      returned: always
      sample: null
    unlisted:
      description: Whether it failed because the platform does not list it, although this run connected it.
      type: bool
      returned: always
      sample: false
    flow:
      description:
        - Whether the costs of a connected account flow, as the platform's listing at the beginning of the run has it. V(proven)
          where an import has gone well since it was connected, V(pending) where the first one is still to come, V(failing),
          V(asleep), or V(without_root) where its management account is not connected. V(none) where it is not connected, and in
          plays that connect nothing.
      type: str
      returned: always
      sample: proven
    stays:
      description: What is left of an account that was to be offboarded, and why; V(none) in plays that offboard nobody.
      type: list
      elements: str
      returned: always
      sample: null
    stage:
      description:
        - In a migration where the account stands, as the page C(docs/migrations.md) of this collection has it, with what is so
          now and the command for the next stage; V(none) in all other runs.
      type: dict
      returned: always
      sample: null
    findings:
      description: What is not as it should be, as in RV(finops_for_cloud.aws.step#module:findings), each once.
      type: list
      elements: dict
      returned: always
      sample: []
"""
