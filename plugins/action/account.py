# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of every module of this collection; meta/runtime.yml routes the others here."""

from __future__ import annotations

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._shell import ActionModule

__all__ = ["ActionModule"]
