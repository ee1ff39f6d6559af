# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The FinOps platform, and who speaks to it."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of modules that talk to the platform."""

    DOCUMENTATION = r"""
options:
  platform_url:
    description:
      - The address of the FinOps platform, such as V(https://finops.example.com).
      - A path before the API's own, as behind a gateway, is kept; the API's own V(/restapi/v2) is dropped.
      - Redirects are not followed, so it is the address at which the platform itself answers.
    type: str
  platform_organization_id:
    description:
      - The id of the platform's organization that the data source belongs to.
    type: str
  platform_token:
    description:
      - A token of the platform's API.
      - Its user needs the right to manage data sources in the organization.
    type: str
  platform_email:
    description:
      - Where there is no O(platform_token), the e-mail address of the platform's user.
    type: str
  platform_password:
    description:
      - The password that goes with O(platform_email).
    type: str
  platform_ca_path:
    description:
      - A file of CA certificates in PEM, where the platform's certificate is issued by a CA that the system does not know.
    type: path
notes:
  - All writes to one organization of the platform are made one at a time, since the platform loses imports of data
    sources that are added side by side. This holds for all processes of one controller, not across controllers.
"""
