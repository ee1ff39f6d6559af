# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of AWS resources."""

from __future__ import annotations


class ModuleDocFragment:
    """Tags are added and updated, never removed."""

    DOCUMENTATION = r"""
options:
  tags:
    description:
      - Tags that the resource must have. Tags of others stay.
      - Without it tags are neither read nor changed.
    type: dict
"""
