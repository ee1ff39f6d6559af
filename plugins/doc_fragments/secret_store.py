# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a key's secret is kept besides the data source."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of a secret store."""

    DOCUMENTATION = r"""
options:
  secret_store:
    description:
      - Who keeps the key's secret. V(platform), where the data source is the only keeper; V(secretsmanager), AWS Secrets
        Manager; V(ssm), a SecureString of the SSM Parameter Store; V(file), a file for each account, encrypted by Ansible
        Vault with the vault id of the run.
      - Without O(platform_url) one of the last three is needed, because a secret can be read only once.
      - The value kept has C(access_key_id), C(secret_access_key), C(account_id) and C(user_name).
    type: str
    choices: [platform, secretsmanager, ssm, file]
    default: platform
  secret_store_name:
    description:
      - The name of the secret, parameter or file. C({account_id}) in it stands for the account.
      - V(finops-for-cloud/{account_id}), V(/finops-for-cloud/{account_id}/access-key) or V({account_id}.yml) if not given.
    type: str
  secret_store_region:
    description:
      - The region of the secret or parameter. The session's region if not given.
    type: str
  secret_store_kms_key_id:
    description:
      - The KMS key that encrypts the secret or parameter, when it is created. AWS's own if not given.
    type: str
  secret_store_role_arn:
    description:
      - A role in a central account that keeps the secrets of the whole fleet, assumed with the credentials given.
      - Without it the secret is kept in the account itself.
    type: str
  secret_store_folder:
    description:
      - The folder of the vaulted files, on the controller.
    type: path
"""
