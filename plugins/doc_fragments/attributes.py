# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module of this collection supports, in the words of Ansible's documentation."""

from __future__ import annotations


class ModuleDocFragment:
    """DOCUMENTATION for modules that change something, INFO for those that only look, ACTION_GROUP for both."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and say what it would do without changing anything.
    support: full
    details:
      - The result's RV(steps) are then the steps that a real run would take, planned from what is there now.
  diff_mode:
    description: Returns what has changed, or in check mode would change, when run with C(--diff).
    support: full
    details:
      - There is one entry for each step. A secret is in none of them.
  idempotent:
    description: A second run with the same options changes nothing, unless somebody else changed something meanwhile.
    support: full
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and say what it would do without changing anything.
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    description: Returns what has changed, or in check mode would change, when run with C(--diff).
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    description: A second run with the same options changes nothing, unless somebody else changed something meanwhile.
    support: full
    details:
      - This module changes nothing.
"""

    ACTION_GROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/finops_for_cloud.aws.aws) in C(module_defaults) to say once how to reach the account.
    support: full
    membership:
      - finops_for_cloud.aws.aws
"""
