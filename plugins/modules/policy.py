#!/usr/bin/python
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: policy
short_description: The IAM policies that the FinOps platform needs in an account
description:
  - Makes the two customer managed policies that the platform documents, C(FinOpsForCloudBillingImport) and
    C(FinOpsForCloudResourceDiscovery), for the account's partition and bucket.
  - A policy that has other content gets a new default version. IAM keeps five; to make room only a version that this
    collection wrote and that is not in force is deleted. Where there is none, the task fails and names the versions.
  - A statement of others that grants just C(kms:Decrypt) on the ARNs of keys, as a bucket under a key of KMS needs it,
    is no difference, and stays in a new version. Anything else that was added goes.
  - A policy is found by its name under any path.
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
  leaving:
    description:
      - ARNs of users and roles that an earlier task of the same run has removed, in check mode would
        remove; RV(finops_for_cloud.aws.user#module:removed) is made for this.
      - For check mode, where they are still there, and for what AWS lists late. They count for nothing.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(present) makes the policies. V(absent) deletes them with all their versions, but none that is still
        attached to anybody or is anybody's boundary, who is named.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: finops_for_cloud.aws.policy_info
  - module: finops_for_cloud.aws.user
  - name: Versioning IAM policies
    description: What AWS says about policy versions and their limit.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - finops_for_cloud.aws.account
  - finops_for_cloud.aws.tags
  - finops_for_cloud.aws.attributes
  - finops_for_cloud.aws.attributes.action_group
"""

EXAMPLES = r"""
- name: Create both policies of a management account
  finops_for_cloud.aws.policy:
    account_id: "111122223333"
    profile: management

- name: Create the policy of a member account with no grant that the platform does not need
  finops_for_cloud.aws.policy:
    account_id: "444455556666"
    assume_role_arn: arn:aws:iam::444455556666:role/OrganizationAccountAccessRole
    profile: management
    policies:
      - resource_discovery
    variant: least_privilege

- name: Delete the policies
  finops_for_cloud.aws.policy:
    account_id: "111122223333"
    profile: management
    state: absent
"""

RETURN = r"""
policies:
  description: The policies after the task, by name; empty under O(state=absent).
  returned: success
  type: dict
  contains:
    FinOpsForCloudBillingImport:
      description: The policy for billing imports.
      returned: when O(policies) names it
      type: dict
      contains:
        arn:
          description: The policy's ARN.
          type: str
          returned: always
          sample: arn:aws:iam::111122223333:policy/FinOpsForCloudBillingImport
        document:
          description: Its document.
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
    FinOpsForCloudResourceDiscovery:
      description: The policy for resource discovery.
      returned: when O(policies) names it
      type: dict
      contains:
        arn:
          description: The policy's ARN.
          type: str
          returned: always
          sample: arn:aws:iam::111122223333:policy/FinOpsForCloudResourceDiscovery
        document:
          description: Its document.
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
steps:
  description:
    - What was done, or in check mode would be done, one sentence for each write, in their order.
    - A task that failed halfway returns what it had done until then.
  returned: always
  type: list
  elements: str
  sample:
    - Create the policy FinOpsForCloudBillingImport
    - Create the policy FinOpsForCloudResourceDiscovery
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
    run_module(Policy)


if __name__ == "__main__":
    main()
