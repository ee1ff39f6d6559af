#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: policy_info
short_description: Look at the IAM policies of the FinOps platform in an account
description:
  - Reads the two policies and tells whether they are what the options ask for. Changes nothing.
version_added: 1.0.0
author:
  - The finops_for_cloud.aws contributors (!UNKNOWN)
options:
  policies:
    description:
      - Which of the two policies. An account that has a report of its own needs both, a member of a connected
        organization only V(resource_discovery).
      - They are named C(FinOpsForCloudBillingImport) and C(FinOpsForCloudResourceDiscovery), as the platform documents
        them.
    type: list
    elements: str
    choices: [billing_import, resource_discovery]
    default: [billing_import, resource_discovery]
  variant:
    description:
      - V(documented) grants what the platform's documentation lists, to the letter.
      - V(least_privilege) leaves out what does nothing or what the platform does not need for an account that was
        connected by this collection. The differences and their reasons follow.
      - C(s3:GetObject) on the bucket is narrowed to O(prefix), where the export is; the rest of the bucket is not the
        platform's.
      - C(s3:PutBucketPolicy) on the bucket goes, since whoever has it can open the bucket to the world. The platform
        uses it only for reports that it creates itself.
      - C(s3:PutObject) on the bucket goes. It is granted on the bucket instead of its objects and so has no effect.
      - C(s3:GetObject) and C(s3:ListBucket) on everything go from the discovery policy, since they read every object in
        the account. The billing import policy covers the one bucket that matters.
      - C(bcm-data-exports:GetExport), C(bcm-data-exports:ListExports) and C(cur:DescribeReportDefinitions) go from the
        discovery policy. They serve to find reports, which a data source that names its export does not need.
    type: str
    choices: [documented, least_privilege]
    default: documented
  bucket:
    description:
      - The bucket of the export, which the billing import policy names.
      - V(billing-export-<account id>) if not given.
    type: str
  prefix:
    description:
      - The path of the export in the bucket, which the billing import policy names under O(variant=least_privilege).
      - V(reports) if not given.
    type: str
  also:
    description:
      - Other reports that are read besides, as long as a data source changes over from one to another.
    type: list
    elements: dict
    suboptions:
      bucket:
        description: The report's bucket.
        type: str
        required: true
      prefix:
        description: The report's path in the bucket; all of the bucket where there is none.
        type: str
seealso:
  - module: finops_for_cloud.aws.policy
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.attributes.info
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Look at the policies
  finops_for_cloud.aws.policy_info:
    account_id: "111122223333"
    profile: management
    variant: least_privilege
  register: found

- name: Name the policies that grant something else
  ansible.builtin.debug:
    msg: "{{ found.policies | dict2items | rejectattr('value.as_wanted') | map(attribute='key') | list }}"
"""

RETURN = r"""
policies:
  description: The policies that there are, by name.
  returned: success
  type: dict
  contains:
    FinOpsForCloudBillingImport:
      description: The policy for billing imports.
      returned: when O(policies) names it and the account has it
      type: dict
      contains:
        arn:
          description: The policy's ARN.
          type: str
          returned: always
          sample: arn:aws:iam::111122223333:policy/FinOpsForCloudBillingImport
        default_version:
          description: The version that is in force.
          type: str
          returned: always
          sample: v1
        document:
          description: That version's document.
          type: dict
          returned: always
          sample:
            Version: "2012-10-17"
            Statement:
              - Sid: FinOpsForCloudGetBillingFiles
                Effect: Allow
                Action:
                  - s3:GetObject
                Resource: arn:aws:s3:::billing-export-111122223333/*
        attachment_count:
          description: To how many users, groups and roles it is attached.
          type: int
          returned: always
          sample: 1
        as_wanted:
          description: Whether the document means what the options ask for.
          type: bool
          returned: always
          sample: true
    FinOpsForCloudResourceDiscovery:
      description: The policy for resource discovery.
      returned: when O(policies) names it and the account has it
      type: dict
      contains:
        arn:
          description: The policy's ARN.
          type: str
          returned: always
          sample: arn:aws:iam::111122223333:policy/FinOpsForCloudResourceDiscovery
        default_version:
          description: The version that is in force.
          type: str
          returned: always
          sample: v1
        document:
          description: That version's document.
          type: dict
          returned: always
          sample:
            Version: "2012-10-17"
            Statement:
              - Sid: FinOpsforCloudGetResources
                Effect: Allow
                Action:
                  - ec2:Describe*
                Resource: "*"
        attachment_count:
          description: To how many users, groups and roles it is attached.
          type: int
          returned: always
          sample: 1
        as_wanted:
          description: Whether the document means what the options ask for.
          type: bool
          returned: always
          sample: true
account_id:
  description: The account that the task is about.
  returned: where O(account_id) is an account's
  type: str
  sample: "111122223333"
findings:
  description:
    - What is not as it should be after the task; in check mode, all that was found; of a task that failed, what is in the
      way. M(finops_for_cloud.aws.account) tells what each has; the page C(docs/findings.md) of this collection lists
      every code.
  returned: when it could be looked at
  type: list
  elements: dict
  sample:
    - {code: POLICY_MISSING, severity: drift, title: Create the policy FinOpsForCloudResourceDiscovery, resource: policy}
"""

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import run_module
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.policy import Policy


def main() -> None:
    run_module(Policy, info=True)


if __name__ == "__main__":
    main()
