# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles' variables for the accounts of an emulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def common_variables(about: Mapping[str, Any]) -> dict[str, str]:
    """What all accounts have: where AWS and the platform are, and the management account's login.

    about: the emulator, as build/emulator.json describes it.
    """
    return {
        "finops_aws_endpoint_url": about["aws_endpoint_url"],
        "finops_aws_access_key": about["access_key_id"],
        "finops_aws_secret_key": about["secret_access_key"],
        "finops_platform_url": about["platform_url"],
        "finops_platform_organization_id": about["platform_organization_id"],
        "finops_platform_token": about["platform_token"],
    }
