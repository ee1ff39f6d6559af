# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation only: the action plugin of this name does all the work, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: step
short_description: Do one step of connecting an account, with options from the variables of the roles
description:
  - Runs another module of this collection with the options that the C(finops_) variables of the host give it. The roles
    loop over it; their documentation has the variables.
  - All items of a loop run in one process, so an account's steps share one login and their connections, from the step of
    module V(account) on. After an item has failed the later ones are skipped.
  - The steps of modules V(access_key) and V(data_source) are skipped where C(finops_platform_url), and for the first
    C(finops_secret_store) too, is not set.
  - Those of modules V(user) and V(access_key) are skipped where the platform works with a role in the account, that of
    module V(role) where it works with an access key, as C(finops_auth) tells.
  - The module V(delivery) is the one that M(finops_for_cloud.aws.delivery_info) runs; audits visit it, and no other intent.
  - The modules V(bill), V(reimport) and V(billing_gap) are for V(after_transfer), V(backfill) and V(reimport) for
    V(backfill). They are left
    out where the account has no report of its own, or its bill was not transferred.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  module:
    description: The module to run.
    type: str
    required: true
    choices:
      - account
      - cur
      - policy
      - user
      - role
      - access_key
      - data_source
      - delivery
      - organization
      - former_login
      - report_migration
      - bill
      - reimport
      - billing_gap
      - backfill
  intent:
    description:
      - What the visit is for.
      - V(connect) brings everything to what is wanted.
      - V(prepare) brings to what is wanted what needs no write at the platform, which is all but the key and the data source.
      - V(audit) tells what is not as wanted, goes on past whatever it finds, and changes nothing.
      - V(rotate) replaces the access key where it is due, V(retire) takes the replaced one out of service.
      - V(offboard) takes down what V(connect) made, and goes on past what has to stay.
      - V(to_role) switches the data source from its key to a role, V(to_role_end) takes the key and its user out of service.
      - V(to_cur2) makes a CUR 2.0 export beside an older report, and switches the data source to it once it can be read.
      - V(after_transfer) makes the report again that a billing transfer took, and reconnects the data source.
      - V(backfill) tells which months lack, asks AWS for them, and has those imported that have arrived.
    type: str
    choices: [connect, prepare, audit, rotate, retire, offboard, to_role, to_role_end, to_cur2, after_transfer, backfill]
    default: connect
  earlier:
    description: What an earlier task of the same visit registered, where a visit goes on in another task.
    type: dict
seealso:
  - module: finops_for_cloud.aws.account
notes:
  - To run one module with options of your own, call it by its name; this one is the roles' way to call them.
extends_documentation_fragment:
  - finops_for_cloud.aws.attributes
"""

EXAMPLES = r"""
- name: Make the user of this host's account and nothing else
  finops_for_cloud.aws.step:
    module: "{{ finops_step }}"
  loop: [account, user]
  loop_control:
    loop_var: finops_step
  vars:
    finops_case: member
"""

RETURN = r"""
module:
  description: The module.
  returned: always
  type: str
  sample: user
account_id:
  description: The account.
  returned: where the variable has one
  type: str
  sample: "111122223333"
findings:
  description:
    - What is not as it should be after the step; in check mode and audits, all that was found. Their codes are in
      C(docs/findings.md).
  returned: when the module ran
  type: list
  elements: dict
  sample:
    - code: USER_MISSING
      severity: drift
      title: Create the user FinOpsForCloudUser
      expected: null
      actual: null
      remedy: ""
      resource: user
skip_reason:
  description: Why the step was left out.
  returned: when it was
  type: str
  sample: finops_platform_url is not set
steps:
  description: The titles of the writes that were done; in check mode, that would be. All else is as the module returns it.
  returned: when the module ran
  type: list
  elements: str
  sample: [Create the user FinOpsForCloudUser]
"""
