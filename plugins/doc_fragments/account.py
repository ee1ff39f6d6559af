# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account that a task is about, and how to reach it beyond what amazon.aws offers."""

from __future__ import annotations


class ModuleDocFragment:
    """To be used with amazon.aws.common.modules and amazon.aws.region.modules."""

    DOCUMENTATION = r"""
options:
  account_id:
    description:
      - The AWS account that the task is about, a string of 12 digits.
      - Put it in quotes. YAML reads 12 digits without quotes as a number, and some of them as an octal one, which is
        refused with that reason.
      - Nothing is written unless the credentials belong to this account.
    type: raw
    required: true
  assume_role_arn:
    description:
      - The ARN of a role to assume in the account, such as
        V(arn:aws:iam::111122223333:role/OrganizationAccountAccessRole).
      - The other credentials are then only used to assume it.
    type: str
  assume_role_external_id:
    description:
      - The external id that the role's trust policy asks for.
    type: str
  session:
    description:
      - The RV(finops_for_cloud.aws.account#module:session) that M(finops_for_cloud.aws.account) returned earlier in the
        same run. With it a task does not ask AWS again who the caller is, and does not assume the role again.
      - Where it is missing, from another run or about to expire, the task logs in by itself.
    type: raw
  variables:
    description:
      - What the reader of an error calls the options, by option, such as the variables of the roles.
      - For M(finops_for_cloud.aws.step); leave it out.
    type: dict
requirements:
  - python >= 3.9
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - On a local connection the module runs inside the controller's process, with the Python and the boto3 of Ansible
    itself. Everywhere else, and with C(become), C(async), an C(environment) of the task's own or the variable
    C(finops_in_process) set to V(false), it runs like any other module. The results are the same.
"""
